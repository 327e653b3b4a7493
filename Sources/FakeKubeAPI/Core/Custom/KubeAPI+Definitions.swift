import Foundations

/// CustomResourceDefinitions come and go, and their resources with them.
extension KubeAPI {
    /// Serves the resources of a definition and says so in its status.
    mutating func establish(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var definition = stored.json(resource)
        serve(definition)
        guard let names = definition["spec"]?["names"] else { return }
        let conditions = definition["status"]?["conditions"]?.array ?? []
        func holds(_ type: String) -> Bool { conditions.contains { $0["type"] == .string(type) && $0["status"] == "True" } }
        guard definition["status"]?["acceptedNames"] != names || !holds("Established") || !holds("NamesAccepted") else { return }
        let before = definition
        let time = JSON.string(Timestamp.text(now.wall))
        definition[path: "status", "acceptedNames"] = names
        definition[path: "status", "conditions"] = [
            ["type": "NamesAccepted", "status": "True", "lastTransitionTime": time, "reason": "NoConflicts", "message": "no conflicts found"],
            ["type": "Established", "status": "True", "lastTransitionTime": time, "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"],
        ]
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
        if let first = served.first { store.open(first.descriptor) }
    }

    /// After the store has been read from disk.
    mutating func reopenDefinitions(_ now: Now) {
        guard let definitions = catalogue.find(group: "apiextensions.k8s.io", name: "customresourcedefinitions") else { return }
        for stored in store.objects(definitions) { establish(stored, definitions, now) }
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
    }
}
