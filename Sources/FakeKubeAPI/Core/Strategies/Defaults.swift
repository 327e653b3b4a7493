/// What the server fills in where a manifest says nothing.
enum Defaults {
    static func apply(to object: inout JSON, _ resource: ResourceDescriptor) {
        switch (resource.group, resource.kind) {
        case ("", "Pod"):
            PodDefaults.apply(to: &object["spec", default: [:]], isPod: true)
        case ("", "PodTemplate"): PodDefaults.apply(to: &object["template", default: [:]]["spec", default: [:]])
        case ("", "ReplicationController"):
            workload(&object)
            let labels = object.at(["spec", "template", "metadata", "labels"])
            if object["spec"]?["selector"] == nil, let labels { object[path: "spec", "selector"] = labels }
            if object["metadata"]?["labels"] == nil, let labels { object[path: "metadata", "labels"] = labels }
        case ("apps", "ReplicaSet"): workload(&object)
        case ("apps", "Deployment"): deployment(&object)
        case ("apps", "DaemonSet"): daemonSet(&object)
        case ("apps", "StatefulSet"): statefulSet(&object)
        case ("batch", "Job"):
            var spec = object["spec"] ?? [:]
            job(&spec)
            object["spec"] = spec
        case ("batch", "CronJob"): cronJob(&object)
        case ("", "Service"): ServiceDefaults.apply(to: &object)
        case ("", "Secret"):
            fill(&object, "type", "Opaque")
            if let texts = object["stringData"]?.object {
                var data = object["data"]?.object ?? [:]
                for (key, value) in texts { data[key] = .string(Base64.encode(Array((value.string ?? "").utf8))) }
                object["data"] = .object(data)
                object["stringData"] = nil
            }
        case ("", "Namespace"):
            let name = object["metadata"]?["name"]?.string ?? ""
            if !name.isEmpty { object[path: "metadata", "labels", "kubernetes.io/metadata.name"] = .string(name) }
        case ("", "Node"):
            if let range = object["spec"]?["podCIDR"], object["spec"]?["podCIDRs"] == nil { object[path: "spec", "podCIDRs"] = [range] }
            if object["spec"]?["podCIDR"] == nil, let first = object["spec"]?["podCIDRs"]?[0] { object[path: "spec", "podCIDR"] = first }
            if object["status"]?["allocatable"] == nil, let capacity = object["status"]?["capacity"] { object[path: "status", "allocatable"] = capacity }
        case ("", "LimitRange"): limitRange(&object)
        case ("", "PersistentVolumeClaim"): claim(&object["spec", default: [:]])
        case ("", "PersistentVolume"):
            fill(&object["spec", default: [:]], "persistentVolumeReclaimPolicy", "Retain")
            fill(&object["spec", default: [:]], "volumeMode", "Filesystem")
            VolumeDefaults.apply(toSource: &object["spec", default: [:]])
        case ("", "Endpoints"): object.each("subsets") { $0.each("ports") { fill(&$0, "protocol", "TCP") } }
        case ("discovery.k8s.io", "EndpointSlice"):
            object.each("ports") {
                fill(&$0, "name", "")
                fill(&$0, "protocol", "TCP")
            }
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            if object["roleRef"]?["apiGroup"]?.string ?? "" == "" { object[path: "roleRef", "apiGroup"] = "rbac.authorization.k8s.io" }
            object.each("subjects") { subject in
                if subject["kind"] == "User" || subject["kind"] == "Group" { fill(&subject, "apiGroup", "rbac.authorization.k8s.io") }
            }
        case ("networking.k8s.io", "NetworkPolicy"): networkPolicy(&object)
        case ("networking.k8s.io", "IngressClass"):
            if object["spec"]?.has("parameters") ?? false { fill(&object["spec", default: [:]]["parameters", default: [:]], "scope", "Cluster") }
        case ("storage.k8s.io", "StorageClass"):
            fill(&object, "reclaimPolicy", "Delete")
            fill(&object, "volumeBindingMode", "Immediate")
        case ("scheduling.k8s.io", "PriorityClass"): fill(&object, "preemptionPolicy", "PreemptLowerPriority")
        case ("autoscaling", "HorizontalPodAutoscaler"):
            fill(&object["spec", default: [:]], "minReplicas", 1)
            if resource.version == "v2", object["spec"]?["metrics"] == nil {
                object[path: "spec", "metrics"] = [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]]]]
            }
            if object["spec"]?.has("behavior") ?? false { ExtensionDefaults.scaling(&object["spec", default: [:]]["behavior", default: [:]]) }
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): definition(&object)
        case ("admissionregistration.k8s.io", _), ("apiregistration.k8s.io", _), ("flowcontrol.apiserver.k8s.io", _), ("resource.k8s.io", _), ("storage.k8s.io", "CSIDriver"):
            ExtensionDefaults.apply(to: &object, resource)
        default: break
        }
    }

    static func fill(_ object: inout JSON, _ key: String, _ value: JSON) {
        if object[key] == nil || object[key] == .null { object[key] = value }
    }

    private static func template(_ spec: inout JSON) {
        PodDefaults.apply(to: &spec["template", default: [:]]["spec", default: [:]])
    }

    private static func workload(_ object: inout JSON) {
        fill(&object["spec", default: [:]], "replicas", 1)
        template(&object["spec", default: [:]])
    }

    private static func deployment(_ object: inout JSON) {
        workload(&object)
        var spec = object["spec"] ?? [:]
        var strategy = spec["strategy"] ?? [:]
        fill(&strategy, "type", "RollingUpdate")
        if strategy["type"] == "RollingUpdate" {
            fill(&strategy["rollingUpdate", default: [:]], "maxUnavailable", "25%")
            fill(&strategy["rollingUpdate", default: [:]], "maxSurge", "25%")
        }
        spec["strategy"] = strategy
        fill(&spec, "revisionHistoryLimit", 10)
        fill(&spec, "progressDeadlineSeconds", 600)
        object["spec"] = spec
    }

    private static func daemonSet(_ object: inout JSON) {
        var spec = object["spec"] ?? [:]
        template(&spec)
        var strategy = spec["updateStrategy"] ?? [:]
        fill(&strategy, "type", "RollingUpdate")
        if strategy["type"] == "RollingUpdate" {
            fill(&strategy["rollingUpdate", default: [:]], "maxUnavailable", 1)
            fill(&strategy["rollingUpdate", default: [:]], "maxSurge", 0)
        }
        spec["updateStrategy"] = strategy
        fill(&spec, "revisionHistoryLimit", 10)
        object["spec"] = spec
    }

    private static func statefulSet(_ object: inout JSON) {
        workload(&object)
        var spec = object["spec"] ?? [:]
        fill(&spec, "podManagementPolicy", "OrderedReady")
        var strategy = spec["updateStrategy"] ?? [:]
        fill(&strategy, "type", "RollingUpdate")
        if strategy["type"] == "RollingUpdate" { fill(&strategy["rollingUpdate", default: [:]], "partition", 0) }
        spec["updateStrategy"] = strategy
        fill(&spec, "revisionHistoryLimit", 10)
        fill(&spec["persistentVolumeClaimRetentionPolicy", default: [:]], "whenDeleted", "Retain")
        fill(&spec["persistentVolumeClaimRetentionPolicy", default: [:]], "whenScaled", "Retain")
        spec.each("volumeClaimTemplates") {
            $0["kind"] = "PersistentVolumeClaim"
            $0["apiVersion"] = "v1"
            claim(&$0["spec", default: [:]])
            fill(&$0["status", default: [:]], "phase", "Pending")
        }
        object["spec"] = spec
    }

    static func job(_ spec: inout JSON, isTemplate: Bool = false) {
        template(&spec)
        if spec.has("podFailurePolicy") {
            spec["podFailurePolicy", default: [:]].each("rules") { rule in rule.each("onPodConditions") { if $0.word("status").isEmpty { $0["status"] = "True" } } }
        }
        guard !isTemplate else { return }
        if spec["completions"] == nil, spec["parallelism"] == nil { fill(&spec, "completions", 1) }
        fill(&spec, "parallelism", 1)
        fill(&spec, "backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647)
        fill(&spec, "completionMode", "NonIndexed")
        fill(&spec, "suspend", false)
        fill(&spec, "manualSelector", false)
        fill(&spec, "podReplacementPolicy", spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
    }

    private static func cronJob(_ object: inout JSON) {
        var spec = object["spec"] ?? [:]
        fill(&spec, "concurrencyPolicy", "Allow")
        fill(&spec, "suspend", false)
        fill(&spec, "successfulJobsHistoryLimit", 3)
        fill(&spec, "failedJobsHistoryLimit", 1)
        job(&spec["jobTemplate", default: [:]]["spec", default: [:]], isTemplate: true)
        object["spec"] = spec
    }

    private static func claim(_ spec: inout JSON) { fill(&spec, "volumeMode", "Filesystem") }

    /// A container that says nothing gets its limit from the most, its request from the limit or else from the least.
    private static func limitRange(_ object: inout JSON) {
        object["spec", default: [:]].each("limits") { item in
            guard item["type"] == "Container" else { return }
            for (target, sources) in [("default", ["max"]), ("defaultRequest", ["default", "min"])] {
                for source in sources { for (name, amount) in item[source]?.object ?? [:] where item[target]?[name] == nil { item[path: target, name] = amount } }
            }
        }
    }

    private static func networkPolicy(_ object: inout JSON) {
        var spec = object["spec"] ?? [:]
        if spec["policyTypes"] == nil { spec["policyTypes"] = spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"] }
        for side in ["ingress", "egress"] { spec.each(side) { $0.each("ports") { fill(&$0, "protocol", "TCP") } } }
        object["spec"] = spec
    }

    private static func definition(_ object: inout JSON) {
        let kind = object["spec"]?["names"]?["kind"]?.string ?? ""
        var names = object["spec"]?["names"] ?? [:]
        if !kind.isEmpty {
            fill(&names, "singular", .string(kind.lowercased()))
            fill(&names, "listKind", .string(kind + "List"))
        }
        object[path: "spec", "names"] = names
        fill(&object["spec", default: [:]], "conversion", ["strategy": "None"])
    }
}

extension JSON {
    /// A member that is made when it is not there, for changes in place.
    subscript(key: String, default fallback: JSON) -> JSON {
        get {
            guard let found = self[key], found != .null else { return fallback }
            return found
        }
        _modify {
            guard case .object(var members) = self else {
                var made = fallback
                yield &made
                self = .object([key: made])
                return
            }
            self = .null
            var inner = members[key] ?? fallback
            if inner == .null { inner = fallback }
            members[key] = .null
            yield &inner
            members[key] = inner
            self = .object(members)
        }
    }
}
