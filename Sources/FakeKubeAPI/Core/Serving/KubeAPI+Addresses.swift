import Foundations

/// Each cluster address that a Service has is an object of its own, named after it.
extension KubeAPI {
    /// Makes the addresses of a Service known, and forgets those that it no longer has.
    mutating func noteAddresses(of service: JSON?, _ resource: ResourceDescriptor, old: JSON?, _ now: Now) {
        guard let addresses = builtIn("networking.k8s.io", "ipaddresses") else { return }
        func given(_ service: JSON?) -> [String] { (service?["spec"]?.list("clusterIPs") ?? []).compactMap(\.string).filter(NetworkText.isAddress) }
        let wanted = given(service)
        for gone in given(old) where !wanted.contains(gone) {
            if let kept = store.object(addresses, "", gone) { _ = store.delete(kept.json(addresses), addresses) }
        }
        for address in wanted where store.object(addresses, "", address) == nil {
            let metadata: JSON = [
                "name": .string(address), "uid": .string(uid()), "creationTimestamp": .string(Timestamp.text(now.wall)), "generation": 1,
                "labels": ["ipaddress.kubernetes.io/ip-family": address.contains(":") ? "IPv6" : "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"],
            ]
            let parent: JSON = ["resource": "services", "namespace": service?["metadata"]?["namespace"] ?? "", "name": service?["metadata"]?["name"] ?? ""]
            var object: JSON = ["metadata": metadata, "spec": ["parentRef": parent]]
            let before: JSON = [:]
            var managed = ManagedFields(of: before)
            managed.update(.init(name: "kube-apiserver", isApply: false, apiVersion: addresses.groupVersion, subresource: ""), from: before, to: object, .root(addresses, nil), ignoring: Strategy.ignoredFields(addresses, subresource: ""), at: Timestamp.text(now.wall))
            object[path: "metadata", "managedFields"] = managed.json
            _ = store.put(object, addresses)
        }
    }
}
