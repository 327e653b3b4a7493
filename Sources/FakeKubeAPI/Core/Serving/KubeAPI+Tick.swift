package import Foundations

/// What happens without a request.
extension KubeAPI {
    /// Called a few times a second by the edge.
    package mutating func tick(at now: Now) {
        endNamespaces(now)
        if settings.controlPlane { act(at: now) }
    }

    /// Empties namespaces that are going, then lets them go.
    private mutating func endNamespaces(_ now: Now) {
        guard let namespaces = catalogue.find(group: "", name: "namespaces") else { return }
        let version = store.latest(namespaces)
        guard version != lastNamespaceChange || !endingNamespaces.isEmpty else { return }
        lastNamespaceChange = version
        endingNamespaces = []
        for stored in store.objects(namespaces) {
            var object = stored.json(namespaces)
            // Finalizers in the metadata are somebody's business first.
            guard object["metadata"]?["deletionTimestamp"] != nil, object["metadata"]?["finalizers"]?.isEmpty ?? true else { continue }
            var isEmpty = true
            var options = DeleteOptions()
            options.gracePeriodSeconds = 0
            options.propagation = "Background"
            for resource in catalogue.resources where resource.isNamespaced && resource.isStored && resource.storageKey != "events.k8s.io/events" {
                for object in store.objects(resource, namespace: stored.name) {
                    let outcome = try? remove(object, resource, options, now)
                    if outcome?.isGone != true { isEmpty = false }
                }
            }
            guard isEmpty else {
                endingNamespaces.insert(stored.name)
                continue
            }
            var finalizers = object["spec"]?["finalizers"]?.array ?? []
            finalizers.removeAll { $0 == "kubernetes" }
            object[path: "spec", "finalizers"] = finalizers.isEmpty ? nil : .array(finalizers)
            if finalizers.isEmpty { finish(object, namespaces, now) } else if finalizers.count != stored.json(namespaces)["spec"]?["finalizers"]?.array?.count { _ = store.put(object, namespaces) }
        }
    }
}
