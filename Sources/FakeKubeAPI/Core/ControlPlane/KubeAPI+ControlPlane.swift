import Foundations

/// The small control plane: reads changes, hands each object to its controller.
extension KubeAPI {
    mutating func act(at now: Now) {
        // One of the resources that share a store, and not one that is converted.
        var seen: Set<String> = []
        let followed = catalogue.resources.filter { $0.isStored && !Conversion.isNeeded($0) && seen.insert($0.storageKey).inserted }
        let byKey = Dictionary(followed.map { ($0.storageKey, $0) }) { first, _ in first }
        plane.follow(store, followed)
        // An owner sees its dependents change, also when the last of them goes.
        for uid in plane.takeTouched() { if let owner = plane.owners[uid] { plane.enqueue(owner) } }
        for namespace in plane.takeWithOwnerless() { offerOwnerless(in: namespace, byKey) }
        collectGarbage(byKey, now)
        if plane.hasLostClaim, let volumes = byKey["/persistentvolumes"] {
            plane.hasLostClaim = false
            for volume in store.objects(volumes) { plane.enqueue(.init(resource: volumes.storageKey, key: volume.key)) }
        }
        if plane.hasNewRoles {
            plane.hasNewRoles = false
            aggregateRoles(now)
        }
        if plane.hasRoom {
            plane.hasRoom = false
            for item in plane.unscheduled.sorted() { plane.enqueue(item) }
        }
        for item in plane.takeDue(at: now.monotonic) {
            guard let resource = byKey[item.resource], let object = store.object(resource, atKey: item.key) else { continue }
            switch item.resource {
            case "/pods": actOnPod(object, resource, now)
            case "/nodes": actOnNode(object, resource, now)
            case "/namespaces", "/serviceaccounts", "/configmaps": furnish(item.resource == "/namespaces" ? object.name : object.namespace, now)
            case "/persistentvolumes": reconcileVolume(object, resource, now)
            case "/persistentvolumeclaims": reconcileClaim(object, resource, now)
            case "apps/deployments": reconcileDeployment(object, resource, now)
            case "apps/replicasets", "/replicationcontrollers": reconcileReplicas(object, resource, now)
            case "apps/daemonsets": reconcileDaemonSet(object, resource, now)
            case "apps/statefulsets": reconcileStatefulSet(object, resource, now)
            case "batch/jobs": reconcileJob(object, resource, now)
            case "batch/cronjobs": reconcileCronJob(object, resource, now)
            case "admissionregistration.k8s.io/validatingadmissionpolicies": reconcilePolicy(object, resource, now)
            default: break
            }
        }
        for namespace in plane.takeStirred() { actOnNamespace(namespace, now) }
        runCronJobs(now)
        renewLeases(now)
    }

    /// What is counted over a namespace: quotas, disruption budgets, endpoints.
    private mutating func actOnNamespace(_ namespace: String, _ now: Now) {
        if let quotas = builtIn("", "resourcequotas") { for quota in store.objects(quotas, namespace: namespace) { reconcileQuota(quota, quotas, now) } }
        if let budgets = builtIn("policy", "poddisruptionbudgets") { for budget in store.objects(budgets, namespace: namespace) { reconcileBudget(budget, budgets, now) } }
        if let services = builtIn("", "services") { for service in store.objects(services, namespace: namespace) { reconcileEndpoints(service, services, now) } }
        if let claims = builtIn("", "persistentvolumeclaims") { for claim in store.objects(claims, namespace: namespace) where claim.isDeleting { reconcileClaim(claim, claims, now) } }
        tidyEndpoints(in: namespace, now)
        furnish(namespace, now)
    }

    /// Pods that nobody owns may be what a workload looks for.
    private mutating func offerOwnerless(in namespace: String, _ byKey: [String: ResourceDescriptor]) {
        for key in ["/replicationcontrollers", "apps/replicasets", "batch/jobs"] {
            guard let resource = byKey[key] else { continue }
            for workload in store.objects(resource, namespace: namespace) { plane.enqueue(.init(resource: key, key: workload.key)) }
        }
    }

    // MARK: Writing as a controller

    func controllerCall(_ now: Now) -> Call {
        var call = Call(request: APIRequest(method: "POST", path: "/"), now: now)
        call.user = .administrator
        return call
    }

    @discardableResult
    mutating func make(_ object: JSON, _ resource: ResourceDescriptor, as manager: String, _ now: Now) -> JSON? {
        try? attempt(object, resource, as: manager, now).get()
    }

    /// Makes an object, or says why the server refused it: a quota, an account that is not there.
    mutating func attempt(_ object: JSON, _ resource: ResourceDescriptor, as manager: String, _ now: Now) -> Result<JSON, APIStatus> {
        var call = controllerCall(now)
        var object = object
        object["kind"] = .string(resource.kind)
        object["apiVersion"] = .string(resource.groupVersion)
        if let prefix = object["metadata"]?["generateName"]?.string, object["metadata"]?["name"] == nil { object[path: "metadata", "name"] = .string(prefix + suffix()) }
        do throws(APIStatus) { return .success(try create(object, resource, options: WriteOptions(manager: manager), &call)) } catch { return .failure(error) }
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

    /// Every namespace has an account, and the authority's certificate for its pods; both come back when they are taken away or changed.
    private mutating func furnish(_ namespace: String, _ now: Now) {
        guard let maps = builtIn("", "configmaps"), let namespaces = builtIn("", "namespaces"), store.object(namespaces, "", namespace)?.isDeleting == false else { return }
        makeAccount(in: namespace, now)
        guard !settings.authorityPEM.isEmpty else { return }
        let data: JSON = ["ca.crt": .string(settings.authorityPEM)]
        guard let current = store.object(maps, namespace, "kube-root-ca.crt") else {
            make(["metadata": ["name": "kube-root-ca.crt", "namespace": .string(namespace)], "data": data], maps, as: "kube-controller-manager", now)
            return
        }
        var map = current.json(maps)
        guard map["data"] != data, !current.isDeleting else { return }
        map["data"] = data
        save(map, over: current, maps, as: "kube-controller-manager", now)
    }
}
