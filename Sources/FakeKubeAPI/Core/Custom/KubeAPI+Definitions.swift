import Foundations

/// CustomResourceDefinitions come and go, and their resources with them.
extension KubeAPI {
    /// Serves the resources of a definition and says so in its status.
    mutating func establish(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var definition = stored.json(resource)
        let names = DefinitionNames(definition, others: store.objects(resource).filter { $0.name != stored.name }.map { $0.json(resource) })
        let wasEstablished = (definition["status"]?.list("conditions") ?? []).contains { $0["type"] == "Established" && $0["status"] == "True" }
        if names.isAccepted || wasEstablished { serve(definition) }
        let before = definition
        definition[path: "status", "acceptedNames"] = names.accepted
        let conditions = definition["status"]?.list("conditions") ?? []
        let time = JSON.string(Timestamp.text(now.wall))
        definition[path: "status", "conditions"] = .array(names.conditions(over: conditions, at: time))
        guard definition != before else { return }
        var managed = ManagedFields(of: before)
        managed.update(
            .init(name: "kube-apiserver", isApply: false, apiVersion: resource.groupVersion, subresource: "status"), from: before, to: definition, .root(resource, nil),
            ignoring: Strategy.ignoredFields(resource, subresource: "status"), at: Timestamp.text(now.wall))
        definition[path: "metadata", "managedFields"] = managed.json
        _ = store.put(definition, resource)
    }

    /// Makes the versions of a definition known.
    mutating func serve(_ definition: JSON) {
        let group = definition["spec"]?["group"]?.string ?? ""
        let name = definition["spec"]?["names"]?["plural"]?.string ?? ""
        let served = (definition["spec"]?["versions"]?.array ?? []).filter { $0["served"] == true }.map { CustomResource(definition: definition, version: $0) }
        for old in catalogue.resources where old.isCustom && old.group == group && old.name == name { customs[old.customKey] = nil }
        for custom in served { customs[custom.descriptor.customKey] = custom }
        catalogue.replaceCustom(group: group, name: name, with: served.map(\.descriptor))
        guard let kept = served.first(where: \.isStorage) ?? served.first else { return }
        store.open(kept.descriptor)
        // What is kept is read with the defaults of now.
        for object in store.objects(kept.descriptor) {
            let before = object.json(kept.descriptor)
            var after = before
            kept.applyDefaults(&after)
            if after != before { store.refresh(after, kept.descriptor, version: object.version) }
        }
    }

    // MARK: Going

    static let definitionFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    /// A definition goes after its objects: it is marked, and waits for those that wait themselves.
    /// - Returns: as it was marked.
    mutating func removeDefinition(_ object: JSON, _ current: StoredObject, _ resource: ResourceDescriptor, _ options: DeleteOptions, _ now: Now) -> JSON {
        var object = object
        if object["metadata"]?["deletionTimestamp"] == nil {
            let time = JSON.string(Timestamp.text(now.wall))
            object[path: "metadata", "deletionTimestamp"] = time
            object[path: "metadata", "deletionGracePeriodSeconds"] = 0
            let finalizers = object["metadata"]?["finalizers"]?.array ?? []
            if !finalizers.contains(.string(Self.definitionFinalizer)) { object[path: "metadata", "finalizers"] = .array(finalizers + [.string(Self.definitionFinalizer)]) }
            let others = (object["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "Terminating" }
            object[path: "status", "conditions"] = .array(others + [[
                "type": "Terminating", "status": "True", "lastTransitionTime": time, "reason": "InstanceDeletionPending", "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
            ]])
            if options.isDryRun { return object }
            object = store.put(object, resource).json(resource)
            serve(object)
        }
        if !options.isDryRun { endDefinition(current.name, now) }
        return object
    }

    /// Takes the objects of a definition that is going away, and the definition when none is left.
    private mutating func endDefinition(_ name: String, _ now: Now) {
        endingDefinitions.remove(name)
        guard let definitions = catalogue.find(group: "apiextensions.k8s.io", name: "customresourcedefinitions"), let stored = store.object(definitions, "", name), stored.isDeleting else { return }
        var definition = stored.json(definitions)
        let group = definition["spec"]?["group"]?.string ?? ""
        let plural = definition["spec"]?["names"]?["plural"]?.string ?? ""
        var isEmpty = true
        if let custom = catalogue.find(group: group, name: plural), custom.isCustom {
            for object in store.objects(custom) where (try? remove(object, custom, DeleteOptions(), now))?.isGone != true { isEmpty = false }
        }
        guard isEmpty else {
            endingDefinitions.insert(name)
            return
        }
        var finalizers = definition["metadata"]?["finalizers"]?.array ?? []
        finalizers.removeAll { $0.string == Self.definitionFinalizer }
        guard finalizers.isEmpty else {
            guard finalizers.count < definition["metadata"]?["finalizers"]?.array?.count ?? 0 else { return }
            definition[path: "metadata", "finalizers"] = .array(finalizers)
            _ = store.put(definition, definitions)
            return
        }
        finish(definition, definitions, now)
    }

    mutating func endDefinitions(_ now: Now) { for name in endingDefinitions.sorted() { endDefinition(name, now) } }

    /// After the store has been read from disk.
    mutating func reopenDefinitions(_ now: Now) {
        guard let definitions = catalogue.find(group: "apiextensions.k8s.io", name: "customresourcedefinitions") else { return }
        for stored in store.objects(definitions) {
            establish(stored, definitions, now)
            if stored.isDeleting { endingDefinitions.insert(stored.name) }
        }
    }

    /// A definition that waited for the names of one that is gone may have them now.
    private mutating func offerNames(of group: String, _ now: Now) {
        guard let definitions = catalogue.find(group: "apiextensions.k8s.io", name: "customresourcedefinitions") else { return }
        for stored in store.objects(definitions) where stored.json(definitions)["spec"]?["group"]?.string == group { establish(stored, definitions, now) }
    }

    /// The objects of a definition go with it.
    mutating func disestablish(_ definition: JSON, _ now: Now) {
        let group = definition["spec"]?["group"]?.string ?? ""
        let name = definition["spec"]?["names"]?["plural"]?.string ?? ""
        for resource in catalogue.resources where resource.isCustom && resource.group == group && resource.name == name {
            for object in store.objects(resource) { store.delete(object.json(resource), resource) }
            customs[resource.customKey] = nil
        }
        catalogue.replaceCustom(group: group, name: name, with: [])
        offerNames(of: group, now)
    }
}
