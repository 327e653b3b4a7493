import Foundations

/// Garbage collection: what only gone owners own is removed; foreground and orphan deletion are carried out.
extension KubeAPI {
    private static let collector = "kube-controller-manager"

    mutating func collectGarbage(_ byKey: [String: ResourceDescriptor], _ now: Now) {
        for item in plane.takeSuspects() { examine(item, byKey, now) }
        for item in plane.going.sorted() {
            guard let resource = byKey[item.resource], let object = store.object(resource, atKey: item.key), object.isDeleting else {
                plane.isDone(item)
                continue
            }
            if !waitsForDependents(object, item, resource, byKey, now) { plane.isDone(item) }
        }
    }

    private enum Owner { case solid, waiting, gone }

    private func state(of reference: JSON, for object: StoredObject) -> Owner {
        let parts = (reference["apiVersion"]?.string ?? "").split(separator: "/").map(String.init)
        guard let version = parts.last, let resource = catalogue.find(group: parts.count > 1 ? parts[0] : "", version: version, kind: reference["kind"]?.string ?? ""), resource.isStored else {
            // Of a kind that nobody knows nothing can be said: what it owns stays.
            return .solid
        }
        // A namespaced owner of a cluster's object cannot be found.
        if resource.isNamespaced, object.namespace.isEmpty { return .solid }
        guard let owner = store.object(resource, resource.isNamespaced ? object.namespace : "", reference["name"]?.string ?? ""), owner.uid == reference["uid"]?.string else { return .gone }
        guard owner.isDeleting else { return .solid }
        let finalizers = owner.json(resource)["metadata"]?["finalizers"]?.array ?? []
        return finalizers.contains(.string(Self.foregroundFinalizer)) ? .waiting : .solid
    }

    /// An object stays as long as one of its owners does; it is freed from the others.
    private mutating func examine(_ item: ControlPlane.Item, _ byKey: [String: ResourceDescriptor], _ now: Now) {
        guard let resource = byKey[item.resource], let stored = store.object(resource, atKey: item.key), !stored.isDeleting else { return }
        // Owners that are known need no closer look.
        if stored.owners.allSatisfy({ uid in plane.owners[uid].map { owner in !plane.going.contains(owner) } ?? false }) { return }
        var object = stored.json(resource)
        let references = object["metadata"]?["ownerReferences"]?.array ?? []
        let states = references.map { state(of: $0, for: stored) }
        if states.contains(.solid) {
            guard states.contains(where: { $0 != .solid }) else { return }
            object[path: "metadata", "ownerReferences"] = .array(zip(references, states).filter { $0.1 == .solid }.map(\.0))
            save(object, over: stored, resource, as: Self.collector, now)
            return
        }
        guard !references.isEmpty else { return }
        var options = DeleteOptions()
        let finalizers = object["metadata"]?["finalizers"]?.array ?? []
        options.propagation = finalizers.contains(.string(Self.orphanFinalizer)) ? "Orphan" : finalizers.contains(.string(Self.foregroundFinalizer)) ? "Foreground" : "Background"
        let below = plane.dependents[stored.uid] ?? []
        if states.contains(.waiting), !below.isEmpty {
            options.propagation = "Foreground"
            // In a circle nobody can wait for everybody.
            if below.contains(where: plane.going.contains) { unblock(stored, resource, now) }
        }
        guard let fresh = store.object(resource, atKey: item.key) else { return }
        _ = try? remove(fresh, resource, options, now)
    }

    private mutating func unblock(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var object = stored.json(resource)
        object["metadata", default: [:]].each("ownerReferences") { if $0["blockOwnerDeletion"] == true { $0["blockOwnerDeletion"] = false } }
        save(object, over: stored, resource, as: Self.collector, now)
    }

    /// Takes the finalizer of a propagation policy off once it has been carried out.
    /// - Returns: whether the object still waits for others to go.
    private mutating func waitsForDependents(
        _ stored: StoredObject, _ item: ControlPlane.Item, _ resource: ResourceDescriptor, _ byKey: [String: ResourceDescriptor], _ now: Now
    ) -> Bool {
        var object = stored.json(resource)
        var finalizers = (object["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string)
        let below = (plane.dependents[stored.uid] ?? []).sorted()
        if finalizers.contains(Self.orphanFinalizer) {
            for item in below {
                guard let kind = byKey[item.resource], let dependent = store.object(kind, atKey: item.key) else { continue }
                var freed = dependent.json(kind)
                let owners = (freed["metadata"]?["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != stored.uid }
                freed[path: "metadata", "ownerReferences"] = owners.isEmpty ? Optional<JSON>.none : .array(owners)
                save(freed, over: dependent, kind, as: Self.collector, now)
            }
            finalizers.removeAll { $0 == Self.orphanFinalizer }
        } else if finalizers.contains(Self.foregroundFinalizer) {
            var isBlocked = false
            for item in below {
                examine(item, byKey, now)
                guard let kind = byKey[item.resource], let dependent = store.object(kind, atKey: item.key) else { continue }
                let references = dependent.json(kind)["metadata"]?["ownerReferences"]?.array ?? []
                if references.contains(where: { $0["uid"]?.string == stored.uid && $0["blockOwnerDeletion"] == true }) { isBlocked = true }
            }
            guard !isBlocked else { return true }
            finalizers.removeAll { $0 == Self.foregroundFinalizer }
        } else {
            return false
        }
        guard let fresh = store.object(resource, atKey: item.key) else { return false }
        object = fresh.json(resource)
        object[path: "metadata", "finalizers"] = finalizers.isEmpty ? Optional<JSON>.none : JSON(finalizers)
        save(object, over: fresh, resource, as: Self.collector, now)
        return false
    }
}
