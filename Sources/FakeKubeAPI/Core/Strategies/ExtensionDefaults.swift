/// Defaults of what extends and steers the API server: webhooks, policies, aggregation, flow control, devices, CSI drivers.
enum ExtensionDefaults {
    static func apply(to object: inout JSON, _ resource: ResourceDescriptor) {
        switch resource.kind {
        case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
            object.each("webhooks") { webhook(&$0, mutates: resource.kind.hasPrefix("Mutating")) }
        case "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy":
            Defaults.fill(&object["spec", default: [:]], "failurePolicy", "Fail")
            if object["spec"]?["matchConstraints"] != nil { match(&object["spec", default: [:]]["matchConstraints", default: [:]]) }
        case "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding":
            if object["spec"]?["matchResources"] != nil { match(&object["spec", default: [:]]["matchResources", default: [:]]) }
        case "APIService": if object["spec"]?["service"] != nil { Defaults.fill(&object["spec", default: [:]]["service", default: [:]], "port", 443) }
        case "FlowSchema": Defaults.fill(&object["spec", default: [:]], "matchingPrecedence", 1000)
        case "PriorityLevelConfiguration": priorityLevel(&object)
        case "CSIDriver":
            var spec = object["spec"] ?? [:]
            for key in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] { Defaults.fill(&spec, key, false) }
            Defaults.fill(&spec, "attachRequired", true)
            Defaults.fill(&spec, "fsGroupPolicy", "ReadWriteOnceWithFSType")
            if spec["volumeLifecycleModes"]?.isEmpty ?? true { spec["volumeLifecycleModes"] = ["Persistent"] }
            object["spec"] = spec
        case "ResourceClaim": requests(&object["spec", default: [:]]["devices", default: [:]])
        case "ResourceClaimTemplate": requests(&object["spec", default: [:]]["spec", default: [:]]["devices", default: [:]])
        default: break
        }
    }

    private static func webhook(_ webhook: inout JSON, mutates: Bool) {
        Defaults.fill(&webhook, "failurePolicy", "Fail")
        Defaults.fill(&webhook, "matchPolicy", "Equivalent")
        Defaults.fill(&webhook, "namespaceSelector", [:])
        Defaults.fill(&webhook, "objectSelector", [:])
        Defaults.fill(&webhook, "timeoutSeconds", 10)
        if mutates { Defaults.fill(&webhook, "reinvocationPolicy", "Never") }
        webhook.each("rules") { Defaults.fill(&$0, "scope", "*") }
        if webhook["clientConfig"]?["service"] != nil { Defaults.fill(&webhook["clientConfig", default: [:]]["service", default: [:]], "port", 443) }
    }

    private static func match(_ match: inout JSON) {
        Defaults.fill(&match, "matchPolicy", "Equivalent")
        Defaults.fill(&match, "namespaceSelector", [:])
        Defaults.fill(&match, "objectSelector", [:])
        for list in ["resourceRules", "excludeResourceRules"] { match.each(list) { Defaults.fill(&$0, "scope", "*") } }
    }

    /// How fast an autoscaler may go up and down: what it says, over the usual.
    static func scaling(_ behavior: inout JSON) {
        let whole: JSON = ["type": "Percent", "value": 100, "periodSeconds": 15]
        let usual: [(String, JSON)] = [
            ("scaleUp", ["stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [["type": "Pods", "value": 4, "periodSeconds": 15], whole]]),
            ("scaleDown", ["selectPolicy": "Max", "policies": [whole]]),
        ]
        for (side, rules) in usual { for (key, value) in rules.object ?? [:] { Defaults.fill(&behavior[side, default: [:]], key, value) } }
    }

    private static func priorityLevel(_ object: inout JSON) {
        var spec = object["spec"] ?? [:]
        if spec["exempt"] != nil || spec["type"] == "Exempt" {
            Defaults.fill(&spec["exempt", default: [:]], "nominalConcurrencyShares", 0)
            Defaults.fill(&spec["exempt", default: [:]], "lendablePercent", 0)
        }
        if spec["limited"] != nil {
            Defaults.fill(&spec["limited", default: [:]], "nominalConcurrencyShares", 30)
            Defaults.fill(&spec["limited", default: [:]], "lendablePercent", 0)
            if spec["limited"]?["limitResponse"]?["type"] == "Queue" {
                for (key, value) in [("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)] as [(String, JSON)] {
                    Defaults.fill(&spec["limited", default: [:]]["limitResponse", default: [:]]["queuing", default: [:]], key, value)
                }
            }
        }
        object["spec"] = spec
    }

    private static func requests(_ devices: inout JSON) {
        devices.each("requests") { request in
            if request["exactly"] != nil { amount(&request["exactly", default: [:]]) }
            request.each("firstAvailable") { amount(&$0) }
        }
    }

    private static func amount(_ request: inout JSON) {
        Defaults.fill(&request, "allocationMode", "ExactCount")
        if request["allocationMode"] == "ExactCount" { Defaults.fill(&request, "count", 1) }
    }
}
