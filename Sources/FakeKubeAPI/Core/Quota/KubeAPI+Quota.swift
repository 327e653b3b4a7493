import Foundations

/// Resource quotas: a write that would use too much is refused; what is used is counted again when objects come, change and go.
///
/// A quota bounds nothing until its controller has written `status.hard`, as in a real cluster: without the control plane it is kept and no more.
extension KubeAPI {
    /// Refuses what does not fit into the namespace's quotas.
    /// - Returns: the quotas that the object counts in, with what they come to; see `charge`.
    func admitQuota(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor) throws(APIStatus) -> [(quota: StoredObject, used: ResourceAmounts)] {
        guard resource.isNamespaced, resource.isStored, let quotas = builtIn("", "resourcequotas") else { return [] }
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        let name = object["metadata"]?["name"]?.string ?? ""
        var charges: [(quota: StoredObject, used: ResourceAmounts)] = []
        for stored in store.objects(quotas, namespace: namespace) {
            let quota = stored.json(quotas)
            let hard = ResourceAmounts(quota["status"]?["hard"])
            guard !hard.isEmpty, QuotaUsage.isInScope(object, resource, quota) else { continue }
            func refuse(_ why: String) -> APIStatus { .of(resource, name, APIStatus(403, "Forbidden", "\(resource.qualified) \"\(name)\" is forbidden: \(why)")) }
            if resource.group.isEmpty, resource.name == "pods", old == nil {
                let missing = QuotaUsage.missing(hard, in: object)
                if !missing.isEmpty {
                    let words = missing.sorted { $0.key < $1.key }.map { "\($0.key) for: \(Set($0.value).sorted().joined(separator: ","))" }.joined(separator: "; ")
                    throw refuse("failed quota: \(stored.name): must specify \(words)")
                }
            }
            var wanted = QuotaUsage.usage(of: object, resource).masked(by: hard.names)
            if let old {
                // Only what a change adds has to fit.
                let before = QuotaUsage.usage(of: old, resource)
                for key in wanted.names { wanted[key] = wanted[key].map { $0 - (before[key] ?? .zero) }.flatMap { $0 > .zero ? $0 : nil } }
            }
            guard !wanted.isEmpty else { continue }
            let used = ResourceAmounts(quota["status"]?["used"])
            var next = used
            next.add(wanted)
            let exceeded = wanted.names.filter { next[$0] ?? .zero > hard[$0] ?? .zero }
            guard exceeded.isEmpty else {
                var shown = used.masked(by: exceeded)
                for key in exceeded where shown[key] == nil { shown[key] = .zero }
                throw refuse("exceeded quota: \(stored.name), requested: \(wanted.masked(by: exceeded).text), used: \(shown.text), limited: \(hard.masked(by: exceeded).text)")
            }
            charges.append((stored, next))
        }
        return charges
    }

    /// Writes down what a write has used, so that the next one is held against it.
    mutating func charge(_ charges: [(quota: StoredObject, used: ResourceAmounts)]) {
        guard let quotas = builtIn("", "resourcequotas") else { return }
        for (quota, used) in charges {
            var object = quota.json(quotas)
            object[path: "status", "used"] = used.json
            _ = store.put(object, quotas)
        }
    }

    /// Counts what a namespace uses.
    mutating func reconcileQuota(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var quota = stored.json(resource)
        let hard = ResourceAmounts(quota["spec"]?["hard"])
        var used = ResourceAmounts()
        for name in hard.names { used[name] = .zero }
        for counted in catalogue.resources where counted.isNamespaced && counted.isStored && isPrincipal(counted) && Self.isBounded(counted, by: hard.names) {
            for object in store.objects(counted, namespace: stored.namespace) {
                let json = object.json(counted)
                guard QuotaUsage.isInScope(json, counted, quota) else { continue }
                used.add(QuotaUsage.usage(of: json, counted).masked(by: hard.names))
            }
        }
        let status: JSON = ["hard": hard.json, "used": used.json]
        guard quota["status"] != status, !stored.isDeleting else { return }
        quota["status"] = status
        _ = store.put(quota, resource)
    }

    /// Versions of a resource, and groups that share one, are counted once.
    func isPrincipal(_ resource: ResourceDescriptor) -> Bool { catalogue.resources.first { $0.storageKey == resource.storageKey } == resource }

    private static func isBounded(_ resource: ResourceDescriptor, by names: [String]) -> Bool {
        if names.contains("count/\(resource.qualified)") { return true }
        guard resource.group.isEmpty, !resource.isCustom else { return false }
        switch resource.name {
        case "pods": return names.contains { $0 == "pods" || ["cpu", "memory", "ephemeral-storage"].contains($0) || ["requests.", "limits.", "hugepages-"].contains(where: $0.hasPrefix) }
        case "persistentvolumeclaims": return names.contains { $0 == "persistentvolumeclaims" || $0 == "requests.storage" || $0.contains(".storageclass.storage.k8s.io/") }
        default: return names.contains { $0 == resource.name || $0.hasPrefix(resource.name + ".") }
        }
    }
}
