/// What a write of an object of each kind is warned of, and what every request to an old API is.
enum ObjectWarnings {
    /// - Parameter old: what was there before; nil when the object is made.
    static func of(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor) -> [String] {
        let name = object["metadata"]?.word("name") ?? ""
        if resource.isCustom { return finalizers(object, old) }
        let spec = object["spec"] ?? [:]
        switch (resource.group, resource.kind) {
        case ("", "Pod"): return (old == nil ? label(name, "the Pod's hostname") : []) + PodWarnings.of(spec, object["metadata"])
        case ("", "PodTemplate"): return template(object["template"], "template")
        case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("", "ReplicationController"): return (old == nil ? label(name, "Pod names and hostnames") : []) + template(spec["template"], "spec.template")
        case ("apps", "DaemonSet"): return template(spec["template"], "spec.template")
        case ("apps", "StatefulSet"): return ofSet(spec)
        case ("batch", "Job"):
            return (old == nil ? label(name, "Pod names and hostnames") : []) + ofIndexes(spec, "spec") + template(spec["template"], "spec.template")
        case ("batch", "CronJob"):
            let job = spec["jobTemplate"]?["spec"] ?? [:]
            return (old == nil ? label(name, "Pod names and hostnames") : []) + ofIndexes(job, "spec.jobTemplate.spec") + template(job["template"], "spec.jobTemplate.spec.template")
        case ("", "Service"): return ofService(object)
        case ("", "PersistentVolumeClaim"): return ofClaim(spec, "spec")
        case ("", "PersistentVolume"): return ofVolume(spec)
        case ("", "Node"): return ofNode(object)
        default: return []
        }
    }

    private static func label(_ name: String, _ use: String) -> [String] {
        let wrong = NameRules.label(name)
        return wrong.isEmpty ? [] : ["metadata.name: this is used in \(use), which can result in surprising behavior; a DNS label is recommended: [\(wrong.joined(separator: " "))]"]
    }

    private static func template(_ template: JSON?, _ path: String) -> [String] { PodWarnings.of(template?["spec"], template?["metadata"], prefix: path) }

    /// Without a domain a finalizer may be that of somebody else, too.
    private static func finalizers(_ object: JSON, _ old: JSON?) -> [String] {
        let before = Set(old?["metadata"]?.list("finalizers") ?? [])
        return (object["metadata"]?.list("finalizers") ?? []).filter { !before.contains($0) }.compactMap(\.string).filter { !$0.contains("/") && !["orphan", "foregroundDeletion", "kubernetes"].contains($0) }.map {
            "metadata.finalizers: \(JSON.string($0).text): prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers"
        }
    }

    private static func ofSet(_ spec: JSON) -> [String] {
        var warnings = template(spec["template"], "spec.template")
        for (index, claim) in spec.list("volumeClaimTemplates").enumerated() { warnings += ofClaim(claim["spec"] ?? [:], "spec.volumeClaimTemplates[\(index)].spec") }
        if spec.number("revisionHistoryLimit") ?? 0 < 0 { warnings.append("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended") }
        return warnings
    }

    private static let completionsSoftMax: Int64 = 100_000
    private static let parallelismSoftMax: Int64 = 10_000

    private static func ofIndexes(_ spec: JSON, _ path: String) -> [String] {
        guard spec["completionMode"] == "Indexed", spec.number("completions") ?? 0 > completionsSoftMax, spec.number("parallelism") ?? 0 > parallelismSoftMax else { return [] }
        return ["\(path): In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"]
    }

    private static func ofService(_ object: JSON) -> [String] {
        let spec = object["spec"] ?? [:]
        var warnings: [String] = []
        if object["metadata"]?["annotations"]?.has("service.kubernetes.io/topology-aware-hints") ?? false {
            warnings.append("annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead")
        }
        let isHeadless = spec["type"] == "ClusterIP" && spec["clusterIP"] == "None"
        let hasExternal = !spec.list("externalIPs").isEmpty
        let isName = spec["type"] == "ExternalName"
        if isHeadless {
            if !spec.word("loadBalancerIP").isEmpty { warnings.append("spec.loadBalancerIP is ignored for headless services") }
            if hasExternal { warnings.append("spec.externalIPs is ignored for headless services") }
            if spec["sessionAffinity"] != "None" { warnings.append("spec.SessionAffinity is ignored for headless services") }
        }
        if hasExternal, !isHeadless, !isName { warnings.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters") }
        if isName, hasExternal { warnings.append("spec.externalIPs is ignored when spec.type is \"ExternalName\"") }
        if !isName, !spec.word("externalName").isEmpty { warnings.append("spec.externalName is ignored when spec.type is not \"ExternalName\"") }
        if spec["trafficDistribution"] == "PreferClose" { warnings.append("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"") }
        return warnings
    }

    static func ofClaim(_ spec: JSON, _ path: String) -> [String] {
        guard let amount = Quantity(spec["resources"]?["requests"]?.word("storage") ?? ""), !amount.isWhole else { return [] }
        return ["\(path).resources.requests[storage]: fractional byte value \"\(amount.canonical)\" is invalid, must be an integer"]
    }

    private static func ofVolume(_ spec: JSON) -> [String] {
        var warnings: [String] = []
        if spec["persistentVolumeReclaimPolicy"] == "Recycle" { warnings.append("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.") }
        for (index, term) in (spec["nodeAffinity"]?["required"]?.list("nodeSelectorTerms") ?? []).enumerated() { warnings += PodWarnings.ofTerm(term, "spec.nodeAffinity.required.nodeSelectorTerms[\(index)]") }
        let old = [
            ("photonPersistentDisk", "photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"), ("scaleIO", "scaleIO: deprecated in v1.16, non-functional in v1.22+"),
            ("storageos", "storageOS: deprecated in v1.22, non-functional in v1.25+"), ("glusterfs", "glusterfs: deprecated in v1.25, non-functional in v1.26+"),
            ("cephfs", "cephfs: deprecated in v1.28, non-functional in v1.31+"), ("rbd", "rbd: deprecated in v1.28, non-functional in v1.31+"),
        ]
        for (kind, message) in old where spec.has(kind) { warnings.append("spec.\(message)") }
        if let amount = Quantity(spec["capacity"]?.word("storage") ?? ""), !amount.isWhole { warnings.append("spec.capacity[storage]: fractional byte value \"\(amount.canonical)\" is invalid, must be an integer") }
        return warnings
    }

    private static func ofNode(_ object: JSON) -> [String] {
        var warnings: [String] = []
        if object["spec"]?.has("configSource") ?? false { warnings.append("spec.configSource: the feature is removed") }
        if !(object["spec"]?.word("externalID") ?? "").isEmpty { warnings.append("spec.externalID: this field is deprecated, and is unused by Kubernetes") }
        return warnings
    }

    /// APIs that every request is warned of.
    static func ofRequest(_ resource: ResourceDescriptor) -> [String] {
        switch (resource.group, resource.name) {
        case ("", "endpoints"): ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
        case ("", "componentstatuses"): ["v1 ComponentStatus is deprecated in v1.19+"]
        default: resource.warning.map { [$0] } ?? []
        }
    }
}
