package import Foundations

/// What happens without a request.
extension KubeAPI {
    /// Called a few times a second by the edge.
    package mutating func tick(at now: Now) {
        endNamespaces(now)
        endDefinitions(now)
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
            var rest = NamespaceRest()
            var options = DeleteOptions()
            options.gracePeriodSeconds = 0
            options.propagation = "Background"
            for resource in catalogue.resources where resource.isNamespaced && resource.isStored && resource.storageKey != "events.k8s.io/events" && !Conversion.isNeeded(resource) {
                for object in store.objects(resource, namespace: stored.name) {
                    let outcome = try? remove(object, resource, options, now)
                    if outcome?.isGone != true { rest.note(outcome?.0, resource) }
                }
            }
            guard rest.isEmpty else {
                endingNamespaces.insert(stored.name)
                let conditions = rest.conditions(after: object["status"]?["conditions"]?.array ?? [], .string(Timestamp.text(now.wall)))
                if object["status"]?["conditions"] != conditions {
                    object[path: "status", "conditions"] = conditions
                    _ = store.put(object, namespaces)
                }
                continue
            }
            var finalizers = object["spec"]?["finalizers"]?.array ?? []
            finalizers.removeAll { $0 == "kubernetes" }
            object[path: "spec", "finalizers"] = finalizers.isEmpty ? nil : .array(finalizers)
            if finalizers.isEmpty { finish(object, namespaces, now) } else if finalizers.count != stored.json(namespaces)["spec"]?["finalizers"]?.array?.count { _ = store.put(object, namespaces) }
        }
    }
}

/// What keeps a namespace from going, as its conditions say it.
private struct NamespaceRest {
    private var remaining: [String: Int] = [:]
    private var finalizers: [String: Int] = [:]

    var isEmpty: Bool { remaining.isEmpty }

    mutating func note(_ object: JSON?, _ resource: ResourceDescriptor) {
        remaining["\(resource.qualified).", default: 0] += 1
        for finalizer in (object?["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string) { finalizers[finalizer, default: 0] += 1 }
    }

    private func listed(_ counts: [String: Int], _ verb: String) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \(verb) \($0.value) resource instances" }.joined(separator: ", ")
    }

    func conditions(after old: [JSON], _ time: JSON) -> JSON {
        let held = !finalizers.isEmpty
        let wanted: [(type: String, holds: Bool, reason: String, message: String)] = [
            ("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"),
            ("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            ("NamespaceDeletionContentFailure", false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            ("NamespaceContentRemaining", true, "SomeResourcesRemain", "Some resources are remaining: \(listed(remaining, "has"))"),
            ("NamespaceFinalizersRemaining", held, held ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                held ? "Some content in the namespace has finalizers remaining: \(listed(finalizers, "in"))" : "All content-preserving finalizers finished"),
        ]
        let types = Set(wanted.map(\.type))
        return .array(old.filter { !types.contains($0["type"]?.string ?? "") } + wanted.map { condition in
            let status: JSON = condition.holds ? "True" : "False"
            let before = old.first { $0["type"]?.string == condition.type && $0["status"] == status }
            return [
                "type": .string(condition.type), "status": status, "lastTransitionTime": before?["lastTransitionTime"] ?? time, "reason": .string(condition.reason), "message": .string(condition.message),
            ]
        })
    }
}
