package import Foundations

/// What is there before the first request: of every cluster, and from disk.
extension KubeAPI {
    /// Puts an object of every cluster's into the store unless it is there.
    private mutating func keep(_ object: JSON, _ resource: ResourceDescriptor?, _ time: JSON) {
        guard let resource, let name = object["metadata"]?["name"]?.string, store.object(resource, object["metadata"]?["namespace"]?.string ?? "", name) == nil else { return }
        var object = object
        object[path: "metadata", "uid"] = .string(uid())
        object[path: "metadata", "creationTimestamp"] = time
        _ = store.put(object, resource)
    }

    /// The namespaces that every cluster has, the roles that its documentation speaks of, and what else it begins with.
    package mutating func bootstrap(at now: Now) {
        guard let namespaces = catalogue.find(group: "", name: "namespaces") else { return }
        let time = JSON.string(Timestamp.text(now.wall))
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] where store.object(namespaces, "", name) == nil {
            let stored = store.put([
                "metadata": ["name": .string(name), "uid": .string(uid()), "creationTimestamp": time, "labels": ["kubernetes.io/metadata.name": .string(name)]],
                "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
            ], namespaces)
            makeAccount(in: stored.name, now)
        }
        for (resource, object) in BootstrapRoles.objects { keep(object, builtIn("rbac.authorization.k8s.io", resource), time) }
        for (group, resource, object) in BootstrapObjects.objects(catalogue, at: time) { keep(object, builtIn(group, resource), time) }
        if let services = builtIn("", "services") { for service in store.objects(services) { noteAddresses(of: service.json(services), services, old: nil, now) } }
        reopenDefinitions(now)
    }
}

extension KubeAPI {
    /// Puts an object back that was kept on disk, at the version it had.
    /// - Parameter resource: its storage key.
    /// - Throws: a `Diagnostic` when the text is damaged; an object of a resource that is no longer served is left out.
    package mutating func restore(resource key: String, body: [UInt8], version: UInt64) throws(Diagnostic) {
        let object: JSON
        do throws(JSONParser.Failure) { object = try JSONParser.parse(body) } catch { throw Diagnostic(file: "kube.db", subject: key, message: "\(key): a kept object is damaged: \(error.message)") }
        guard let resource = catalogue.resources.first(where: { $0.storageKey == key }) else { return }
        store.restore(object, resource, version: version)
        if resource.kind == "CustomResourceDefinition", !resource.isCustom { serve(object) }
    }
}
