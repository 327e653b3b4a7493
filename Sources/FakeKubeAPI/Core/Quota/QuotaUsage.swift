/// What an object counts for, by the names that a quota's `hard` knows.
enum QuotaUsage {
    /// Kinds that have a name of their own beside `count/…`.
    private static let counted: Set = ["configmaps", "secrets", "replicationcontrollers", "resourcequotas", "services", "persistentvolumeclaims", "pods"]

    static func usage(of object: JSON, _ resource: ResourceDescriptor) -> ResourceAmounts {
        var usage = ResourceAmounts()
        usage.count("count/\(resource.qualified)")
        guard resource.group.isEmpty, !resource.isCustom else { return usage }
        switch resource.name {
        case "pods": if isActive(object) { pod(object["spec"], &usage) }
        case "services": service(object["spec"], &usage)
        case "persistentvolumeclaims": claim(object["spec"], &usage)
        case let name: if counted.contains(name) { usage.count(name) }
        }
        return usage
    }

    /// A pod that has ended uses nothing any longer.
    private static func isActive(_ pod: JSON) -> Bool { !["Succeeded", "Failed"].contains(pod["status"]?["phase"]?.string ?? "") }

    private static func pod(_ spec: JSON?, _ usage: inout ResourceAmounts) {
        usage.count("pods")
        let (requests, limits) = (ResourceAmounts.pod(spec, "requests"), ResourceAmounts.pod(spec, "limits"))
        for name in requests.names {
            usage["requests.\(name)"] = requests[name]
            if ["cpu", "memory", "ephemeral-storage"].contains(name) || name.hasPrefix("hugepages-") { usage[name] = requests[name] }
        }
        for name in ["cpu", "memory", "ephemeral-storage"] { usage["limits.\(name)"] = limits[name] }
    }

    private static func service(_ spec: JSON?, _ usage: inout ResourceAmounts) {
        usage.count("services")
        let ports = spec?["ports"]?.array ?? []
        switch spec?["type"]?.string {
        case "NodePort": usage.count("services.nodeports", by: ports.count)
        case "LoadBalancer":
            usage.count("services.loadbalancers")
            let given = spec?["allocateLoadBalancerNodePorts"] == false ? ports.filter { $0["nodePort"]?.integer ?? 0 != 0 }.count : ports.count
            if given > 0 { usage.count("services.nodeports", by: given) }
        default: break
        }
    }

    private static func claim(_ spec: JSON?, _ usage: inout ResourceAmounts) {
        usage.count("persistentvolumeclaims")
        let storage = ResourceAmounts(spec?["resources"]?["requests"])["storage"]
        usage["requests.storage"] = storage
        guard let storageClass = spec?["storageClassName"]?.string, !storageClass.isEmpty else { return }
        usage.count("\(storageClass).storageclass.storage.k8s.io/persistentvolumeclaims")
        usage["\(storageClass).storageclass.storage.k8s.io/requests.storage"] = storage
    }

    /// Resources of which each container of a pod must say how much, once a quota bounds them.
    static func missing(_ hard: ResourceAmounts, in pod: JSON) -> [String: [String]] {
        var missing: [String: [String]] = [:]
        for name in hard.names {
            let (list, resource): (String, String)
            switch name {
            case "cpu", "memory": (list, resource) = ("requests", name)
            case "requests.cpu", "requests.memory": (list, resource) = ("requests", String(name.dropFirst(9)))
            case "limits.cpu", "limits.memory": (list, resource) = ("limits", String(name.dropFirst(7)))
            default: continue
            }
            for container in (pod["spec"]?["containers"]?.array ?? []) + (pod["spec"]?["initContainers"]?.array ?? []) where container["resources"]?[list]?[resource] == nil {
                missing[name, default: []].append(container["name"]?.string ?? "")
            }
        }
        return missing
    }

    // MARK: Scopes

    /// Whether a quota counts an object at all: one with scopes counts pods that are in all of them, and claims by the class of their attributes.
    static func isInScope(_ object: JSON, _ resource: ResourceDescriptor, _ quota: JSON) -> Bool {
        let spec = quota["spec"]
        var wanted: [(scope: String, test: String, values: [String])] = (spec?["scopes"]?.array ?? []).compactMap(\.string).map { ($0, "Exists", []) }
        for expression in spec?["scopeSelector"]?["matchExpressions"]?.array ?? [] {
            wanted.append((expression["scopeName"]?.string ?? "", expression["operator"]?.string ?? "", (expression["values"]?.array ?? []).compactMap(\.string)))
        }
        return wanted.allSatisfy { isInScope(object, resource, $0.scope, $0.test, $0.values) }
    }

    private static func isInScope(_ object: JSON, _ resource: ResourceDescriptor, _ scope: String, _ test: String, _ values: [String]) -> Bool {
        let spec = object["spec"]
        if resource.name == "persistentvolumeclaims" { return scope == "VolumeAttributesClass" && holds(test, values, spec?["volumeAttributesClassName"]?.string ?? "") }
        guard resource.group.isEmpty, resource.name == "pods" else { return false }
        let isBestEffort = PodDefaults.qualityOfService(spec) == "BestEffort"
        switch scope {
        case "Terminating": return spec?["activeDeadlineSeconds"] != nil
        case "NotTerminating": return spec?["activeDeadlineSeconds"] == nil
        case "BestEffort": return isBestEffort
        case "NotBestEffort": return !isBestEffort
        case "PriorityClass": return holds(test, values, spec?["priorityClassName"]?.string ?? "")
        case "CrossNamespacePodAffinity": return crossesNamespaces(spec?["affinity"] ?? [:])
        default: return false
        }
    }

    private static func holds(_ test: String, _ values: [String], _ value: String) -> Bool {
        switch test {
        case "In": values.contains(value)
        case "NotIn": !values.contains(value)
        case "Exists": !value.isEmpty
        default: value.isEmpty
        }
    }

    private static func crossesNamespaces(_ affinity: JSON) -> Bool {
        ["podAffinity", "podAntiAffinity"].contains { side in
            let required = affinity[side]?["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
            let preferred = (affinity[side]?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []).compactMap { $0["podAffinityTerm"] }
            return (required + preferred).contains { $0["namespaceSelector"] != nil || !($0["namespaces"]?.isEmpty ?? true) }
        }
    }
}
