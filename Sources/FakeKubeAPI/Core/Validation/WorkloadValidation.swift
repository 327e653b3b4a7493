/// Deployments, ReplicaSets, DaemonSets, StatefulSets, replication controllers.
enum WorkloadValidation {
    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        switch resource.kind {
        case "ControllerRevision":
            if !object.has("data") { validation.add(.required("data", "data is mandatory")) }
            validation.notNegative(object["revision"], "revision")
            if let old { validation.immutable(object["data"], old["data"], "data") }
        case "Deployment": checkDeployment(spec, &validation)
        case "ReplicaSet": checkReplicaSet(spec, &validation)
        case "ReplicationController": checkController(spec, &validation)
        case "DaemonSet": checkDaemonSet(spec, &validation)
        default: checkStatefulSet(spec, old?["spec"], &validation)
        }
        // The selector of these kinds is fixed by the API version, not by the kind.
        if let old, ["Deployment", "ReplicaSet", "DaemonSet"].contains(resource.kind) { validation.immutable(spec["selector"], old["spec"]?["selector"], "spec.selector") }
    }

    static func checkTemplate(_ template: JSON?, _ path: String, _ validation: inout Validation) {
        validation.labels(template?["metadata"]?["labels"], "\(path).labels")
        validation.annotations(template?["metadata"]?["annotations"], "\(path).annotations")
        PodValidation.check(template?["spec"], "\(path).spec", &validation)
    }

    /// The pods of a controller restart for ever.
    private static func checkLasting(_ template: JSON?, _ kind: String, _ validation: inout Validation) {
        let policy = template?["spec"]?["restartPolicy"]
        if policy?.string != "Always" { validation.add(.notSupported("spec.template.spec.restartPolicy", policy ?? "", ["Always"])) }
        if template?["spec"]?.has("activeDeadlineSeconds") ?? false { validation.add(.forbidden("spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in \(kind) is not Supported")) }
    }

    private static func checkMatch(_ selector: JSON?, _ template: JSON?, _ validation: inout Validation) {
        let labels = template?["metadata"]?["labels"] ?? .null
        let isNothing = selector == nil || selector == .null
        if isNothing || !LabelSelector(object: selector).matches(labels.strings) { validation.add(.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")) }
    }

    private static func isEmpty(_ selector: JSON?) -> Bool { selector?["matchLabels"]?.isEmpty ?? true && selector?["matchExpressions"]?.isEmpty ?? true }

    /// A selector that must be there, and a template that it chooses.
    private static func checkSelector(_ spec: JSON, _ kind: String, _ validation: inout Validation) {
        let isThere = spec.has("selector")
        if !isThere { validation.add(.required("spec.selector")) } else {
            validation.selector(spec["selector"], "spec.selector")
            if isEmpty(spec["selector"]) { validation.add(.invalid("spec.selector", spec["selector"] ?? [:], "empty selector is invalid for \(kind)")) }
        }
        if !isThere || !isEmpty(spec["selector"]) { checkMatch(spec["selector"], spec["template"], &validation) }
    }

    private static func checkReplicaSet(_ spec: JSON, _ validation: inout Validation) {
        validation.notNegative(spec["replicas"], "spec.replicas")
        validation.notNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        checkSelector(spec, "deployment", &validation)
        checkTemplate(spec["template"], "spec.template", &validation)
        checkLasting(spec["template"], "ReplicaSet", &validation)
    }

    private static func checkController(_ spec: JSON, _ validation: inout Validation) {
        validation.notNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        let selector = spec["selector"]?.strings ?? [:]
        if selector.isEmpty { validation.add(.required("spec.selector")) }
        validation.notNegative(spec["replicas"], "spec.replicas")
        guard spec.has("template") else { return validation.add(.required("spec.template")) }
        let labels = spec["template"]?["metadata"]?["labels"] ?? .null
        if !selector.isEmpty, selector.contains(where: { labels.strings[$0.key] != $0.value }) { validation.add(.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")) }
        checkTemplate(spec["template"], "spec.template", &validation)
        checkLasting(spec["template"], "ReplicationController", &validation)
    }

    private static func number(_ value: JSON?) -> Int64 {
        if let text = value?.string { return text.hasSuffix("%") ? Int64(text.dropLast()) ?? 0 : Int64(text) ?? 0 }
        return value?.integer ?? 0
    }

    private static func checkDeployment(_ spec: JSON, _ validation: inout Validation) {
        validation.notNegative(spec["replicas"], "spec.replicas")
        checkSelector(spec, "deployment", &validation)
        checkTemplate(spec["template"], "spec.template", &validation)
        checkLasting(spec["template"], "ReplicaSet", &validation)
        let strategy = spec["strategy"] ?? [:]
        switch strategy.word("type") {
        case "Recreate": if strategy.has("rollingUpdate") { validation.add(.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")) }
        case "RollingUpdate":
            let rolling = strategy["rollingUpdate"]
            let path = "spec.strategy.rollingUpdate"
            validation.amount(rolling?["maxUnavailable"], "\(path).maxUnavailable")
            validation.amount(rolling?["maxSurge"], "\(path).maxSurge")
            if number(rolling?["maxUnavailable"]) == 0, number(rolling?["maxSurge"]) == 0 {
                validation.add(.invalid("\(path).maxUnavailable", rolling?["maxUnavailable"] ?? 0, "may not be 0 when `maxSurge` is 0"))
            }
            validation.atMostWhole(rolling?["maxUnavailable"], "\(path).maxUnavailable")
        case let other: unsupported(other, strategy["rollingUpdate"], "spec.strategy", ["Recreate", "RollingUpdate"], &validation)
        }
        validation.notNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        validation.notNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")
        if let deadline = spec.number("progressDeadlineSeconds") {
            validation.notNegative(.integer(deadline), "spec.progressDeadlineSeconds")
            if deadline <= spec.number("minReadySeconds") ?? 0 { validation.add(.invalid("spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds")) }
        }
    }

    /// The strategy as the real server prints its own form of it.
    private static func shown(_ type: String, _ rolling: JSON?) -> String {
        let inner = rolling.map { rolling in
            "{\"MaxUnavailable\":\((rolling["maxUnavailable"] ?? 0).text),\"MaxSurge\":\((rolling["maxSurge"] ?? 0).text)}"
        }
        return "{\"Type\":\(JSON.string(type).text),\"RollingUpdate\":\(inner ?? "null")}"
    }

    private static func unsupported(_ type: String, _ rolling: JSON?, _ field: String, _ known: [String], _ validation: inout Validation) {
        validation.add(.init(reason: .notSupported, field: field, body: "Unsupported value: \(shown(type, rolling)): supported values: \(known.map { "\"\($0)\"" }.joined(separator: ", "))"))
    }

    private static func checkDaemonSet(_ spec: JSON, _ validation: inout Validation) {
        validation.selector(spec["selector"], "spec.selector")
        checkMatch(spec["selector"], spec["template"], &validation)
        if spec.has("selector"), isEmpty(spec["selector"]) { validation.add(.invalid("spec.selector", spec["selector"] ?? [:], "empty selector is invalid for daemonset")) }
        checkTemplate(spec["template"], "spec.template", &validation)
        checkLasting(spec["template"], "DaemonSet", &validation)
        validation.notNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        let strategy = spec["updateStrategy"] ?? [:]
        let path = "spec.updateStrategy.rollingUpdate"
        switch strategy.word("type") {
        case "OnDelete": break
        case "RollingUpdate":
            guard let rolling = strategy["rollingUpdate"], rolling != .null else {
                validation.add(.required(path))
                break
            }
            for key in ["maxUnavailable", "maxSurge"] { validation.amount(rolling[key], "\(path).\(key)") }
            for key in ["maxUnavailable", "maxSurge"] { validation.atMostWhole(rolling[key], "\(path).\(key)") }
            switch (number(rolling["maxUnavailable"]) != 0, number(rolling["maxSurge"]) != 0) {
            case (true, true): validation.add(.invalid("\(path).maxSurge", rolling["maxSurge"] ?? 0, "may not be set when maxUnavailable is non-zero"))
            case (false, false): validation.add(.required("\(path).maxUnavailable", "cannot be 0 when maxSurge is 0"))
            default: break
            }
        case let other: unsupported(other, strategy["rollingUpdate"], "spec.updateStrategy", ["RollingUpdate", "OnDelete"], &validation)
        }
        validation.notNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")
    }

    private static func checkStatefulSet(_ spec: JSON, _ old: JSON?, _ validation: inout Validation) {
        switch spec.word("podManagementPolicy") {
        case "": validation.add(.required("spec.podManagementPolicy"))
        case "OrderedReady", "Parallel": break
        case let other: validation.add(.invalid("spec.podManagementPolicy", .string(other), "must be 'OrderedReady' or 'Parallel'"))
        }
        let strategy = spec["updateStrategy"] ?? [:]
        let path = "spec.updateStrategy.rollingUpdate"
        switch strategy.word("type") {
        case "": validation.add(.required("spec.updateStrategy"))
        case "OnDelete":
            if let rolling = strategy["rollingUpdate"], rolling != .null {
                let shown = "{\"Partition\":\((rolling["partition"] ?? 0).text),\"MaxUnavailable\":\((rolling["maxUnavailable"] ?? .null).text)}"
                validation.add(.init(reason: .invalid, field: path, body: "Invalid value: \(shown): only allowed for updateStrategy 'RollingUpdate'"))
            }
        case "RollingUpdate":
            let rolling = strategy["rollingUpdate"]
            validation.notNegative(rolling?["partition"], "\(path).partition")
            if let most = rolling?["maxUnavailable"], most != .null {
                validation.amount(most, "\(path).maxUnavailable")
                if number(most) == 0 { validation.add(.invalid("\(path).maxUnavailable", most, "cannot be 0")) }
                validation.atMostWhole(most, "\(path).maxUnavailable")
            }
        case let other:
            validation.add(.init(reason: .invalid, field: "spec.updateStrategy", body: "Invalid value: {\"Type\":\(JSON.string(other).text),\"RollingUpdate\":null}: must be 'RollingUpdate' or 'OnDelete'"))
        }
        for key in ["whenDeleted", "whenScaled"] {
            guard let policy = spec["persistentVolumeClaimRetentionPolicy"]?[key] else { continue }
            validation.known(["Retain", "Delete"], policy, "spec.persistentVolumeClaimRetentionPolicy.\(key)")
        }
        validation.notNegative(spec["replicas"], "spec.replicas")
        validation.notNegative(spec["minReadySeconds"], "spec.minReadySeconds")
        validation.notNegative(spec["revisionHistoryLimit"], "spec.revisionHistoryLimit")
        validation.notNegative(spec["ordinals"]?["start"], "spec.ordinals.start")
        checkSelector(spec, "statefulset", &validation)
        // Its pods' volumes may be those of claims, so the template is looked at without its containers.
        let template = spec["template"]
        validation.labels(template?["metadata"]?["labels"], "spec.template.labels")
        validation.annotations(template?["metadata"]?["annotations"], "spec.template.annotations")
        checkPods(spec, &validation)
        checkLasting(template, "StatefulSet", &validation)
        if let old { checkFixed(spec, old, &validation) }
    }

    /// The template with the volumes that will come of its claims.
    private static func checkPods(_ spec: JSON, _ validation: inout Validation) {
        var pod = spec["template"]?["spec"] ?? [:]
        let claims = spec.list("volumeClaimTemplates").compactMap { $0["metadata"]?["name"]?.string }
        let own = Set(pod.list("volumes").map { $0.word("name") })
        pod["volumes"] = .array(pod.list("volumes") + claims.filter { !own.contains($0) }.map { ["name": .string($0), "persistentVolumeClaim": ["claimName": "claim"]] })
        PodValidation.check(pod, "spec.template.spec", &validation)
    }

    private static func checkFixed(_ spec: JSON, _ old: JSON, _ validation: inout Validation) {
        let free: Set = ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"]
        func fixed(_ spec: JSON) -> [String: JSON] { (spec.object ?? [:]).filter { !free.contains($0.key) } }
        if fixed(spec) != fixed(old) {
            validation.add(.forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"))
        }
    }
}
