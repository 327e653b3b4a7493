import Foundations

/// Which objects a workload controls: it takes up what its selector finds and nobody controls, and lets go of what no longer matches.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    /// - Parameter kind: pods, or the sets of a Deployment.
    /// - Returns: what is the workload's now, in the order of their names.
    mutating func claim(_ stored: StoredObject, _ resource: ResourceDescriptor, _ object: JSON, _ kind: ResourceDescriptor, _ now: Now) -> [StoredObject] {
        let own = dependents(of: stored.uid, kind)
        let given = object["spec"]?["selector"]
        let selector = LabelSelector(object: resource.kind == "ReplicationController" ? ["matchLabels": given ?? [:]] : given)
        guard !stored.isDeleting, !selector.isEmpty else { return own }
        var kept: [StoredObject] = []
        for candidate in own {
            if selector.matches(candidate.labels) || candidate.isDeleting { kept.append(candidate) } else { letGo(candidate, kind, by: stored, now) }
        }
        for candidate in ownerless(kind, in: stored.namespace) where !candidate.isDeleting && selector.matches(candidate.labels) && !["Failed", "Succeeded"].contains(candidate.field("status.phase")) {
            var adopted = candidate.json(kind)
            adopted[path: "metadata", "ownerReferences"] = [reference(to: stored, resource)]
            save(adopted, over: candidate, kind, as: Self.manager, now)
            if let fresh = store.object(kind, atKey: candidate.key) { kept.append(fresh) }
        }
        return kept.sorted { $0.key < $1.key }
    }

    private func ownerless(_ kind: ResourceDescriptor, in namespace: String) -> [StoredObject] {
        let candidates = kind.kind == "Pod" ? (plane.ownerless[namespace] ?? []).sorted().compactMap { store.object(kind, atKey: $0) } : store.objects(kind, namespace: namespace)
        return candidates.filter(\.owners.isEmpty)
    }

    private mutating func letGo(_ candidate: StoredObject, _ kind: ResourceDescriptor, by owner: StoredObject, _ now: Now) {
        var freed = candidate.json(kind)
        let others = (freed["metadata"]?["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != owner.uid }
        freed[path: "metadata", "ownerReferences"] = others.isEmpty ? Optional<JSON>.none : .array(others)
        save(freed, over: candidate, kind, as: Self.manager, now)
    }
}
