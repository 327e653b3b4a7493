import Foundations

/// The small control plane: reads changes, hands each object to its controller.
extension KubeAPI {
    mutating func act(at now: Now) {
        let followed = catalogue.resources.filter { ControlPlane.resources.contains($0.storageKey) }
        plane.follow(store, followed)
        // An owner sees its dependents change, also when the last of them goes.
        for uid in plane.takeTouched() { if let owner = plane.owners[uid] { plane.enqueue(owner) } }
        collectGarbage(now)
        for item in plane.takeDue(at: now.monotonic) {
            guard let resource = followed.first(where: { $0.storageKey == item.resource }), let object = store.object(resource, atKey: item.key) else { continue }
            switch item.resource {
            case "/pods": actOnPod(object, resource, now)
            case "/nodes": actOnNode(now)
            case "/namespaces": publishRootCertificate(object.name, now)
            case "apps/deployments": reconcileDeployment(object, resource, now)
            case "apps/replicasets", "/replicationcontrollers": reconcileReplicas(object, resource, now)
            case "apps/daemonsets": reconcileDaemonSet(object, resource, now)
            case "apps/statefulsets": reconcileStatefulSet(object, resource, now)
            case "batch/jobs": reconcileJob(object, resource, now)
            default: break
            }
        }
        runCronJobs(now)
        renewLeases(now)
    }

    // MARK: Writing as a controller

    func controllerCall(_ now: Now) -> Call {
        var call = Call(request: APIRequest(method: "POST", path: "/"), now: now)
        call.user = .administrator
        return call
    }

    @discardableResult
    mutating func make(_ object: JSON, _ resource: ResourceDescriptor, as manager: String, _ now: Now) -> JSON? {
        var call = controllerCall(now)
        var object = object
        object["kind"] = .string(resource.kind)
        object["apiVersion"] = .string(resource.groupVersion)
        if let prefix = object["metadata"]?["generateName"]?.string, object["metadata"]?["name"] == nil { object[path: "metadata", "name"] = .string(prefix + suffix()) }
        return try? create(object, resource, options: WriteOptions(manager: manager), &call)
    }

    @discardableResult
    mutating func save(_ object: JSON, over current: StoredObject, _ resource: ResourceDescriptor, subresource: String = "", as manager: String, _ now: Now) -> JSON? {
        var call = controllerCall(now)
        return try? replace(current, with: object, resource, subresource: subresource, options: WriteOptions(manager: manager), &call)
    }

    /// The objects of a kind that name `uid` as an owner, in the order of their names.
    func dependents(of uid: String, _ resource: ResourceDescriptor) -> [StoredObject] {
        (plane.dependents[uid] ?? []).filter { $0.resource == resource.storageKey }.map(\.key).sorted().compactMap { store.object(resource, atKey: $0) }
    }

    func reference(to object: StoredObject, _ resource: ResourceDescriptor) -> JSON {
        [
            "apiVersion": .string(resource.groupVersion), "kind": .string(resource.kind), "name": .string(object.name), "uid": .string(object.uid), "controller": true,
            "blockOwnerDeletion": true,
        ]
    }

    func builtIn(_ group: String, _ name: String) -> ResourceDescriptor? { catalogue.find(group: group, name: name) }

    // MARK: Garbage

    /// Removes what only gone owners own, and carries out foreground and orphan deletion.
    private mutating func collectGarbage(_ now: Now) {
        for uid in plane.takeOrphans() {
            for item in (plane.dependents[uid] ?? []).sorted(by: { $0.key < $1.key }) {
                guard let resource = catalogue.resources.first(where: { $0.storageKey == item.resource }), let object = store.object(resource, atKey: item.key), !object.isDeleting else { continue }
                let others = object.owners.filter { $0 != uid }
                // An object stays as long as one of its owners does.
                if others.contains(where: isThere) { continue }
                var options = DeleteOptions()
                options.propagation = "Background"
                _ = try? remove(object, resource, options, now)
            }
        }
        for resource in catalogue.resources where ControlPlane.resources.contains(resource.storageKey) && resource.kind != "Pod" && resource.kind != "Node" && resource.kind != "Namespace" {
            guard store.latest(resource) > plane.swept[resource.storageKey] ?? 0 || plane.waiting.contains(resource.storageKey) else { continue }
            plane.swept[resource.storageKey] = store.latest(resource)
            plane.waiting.remove(resource.storageKey)
            for object in store.objects(resource) where object.isDeleting { finishPropagation(object, resource, now) }
        }
    }

    private func isThere(_ uid: String) -> Bool {
        plane.owners[uid] != nil
    }

    private mutating func finishPropagation(_ object: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var json = object.json(resource)
        var finalizers = (json["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string)
        let below = (plane.dependents[object.uid] ?? []).sorted { $0.key < $1.key }
        if finalizers.contains(Self.orphanFinalizer) {
            for item in below {
                guard let kind = catalogue.resources.first(where: { $0.storageKey == item.resource }), let dependent = store.object(kind, atKey: item.key) else { continue }
                var freed = dependent.json(kind)
                let owners = (freed["metadata"]?["ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != object.uid }
                freed[path: "metadata", "ownerReferences"] = owners.isEmpty ? Optional<JSON>.none : .array(owners)
                save(freed, over: dependent, kind, as: "kube-controller-manager", now)
            }
            finalizers.removeAll { $0 == Self.orphanFinalizer }
        } else if finalizers.contains(Self.foregroundFinalizer) {
            for item in below {
                guard let kind = catalogue.resources.first(where: { $0.storageKey == item.resource }), let dependent = store.object(kind, atKey: item.key), !dependent.isDeleting else { continue }
                var options = DeleteOptions()
                options.propagation = kind.kind == "Pod" ? "Background" : "Foreground"
                _ = try? remove(dependent, kind, options, now)
            }
            guard below.isEmpty else {
                plane.waiting.insert(resource.storageKey)
                return
            }
            finalizers.removeAll { $0 == Self.foregroundFinalizer }
        } else {
            return
        }
        json[path: "metadata", "finalizers"] = finalizers.isEmpty ? Optional<JSON>.none : JSON(finalizers)
        save(json, over: object, resource, as: "kube-controller-manager", now)
    }

    /// Every namespace has the authority's certificate for its pods.
    private mutating func publishRootCertificate(_ namespace: String, _ now: Now) {
        guard let maps = builtIn("", "configmaps"), let namespaces = builtIn("", "namespaces"), !settings.authorityPEM.isEmpty, store.object(maps, namespace, "kube-root-ca.crt") == nil,
            store.object(namespaces, "", namespace)?.isDeleting == false
        else { return }
        make(["metadata": ["name": "kube-root-ca.crt", "namespace": .string(namespace)], "data": ["ca.crt": .string(settings.authorityPEM)]], maps, as: "kube-controller-manager", now)
    }
}
