import Foundations

/// What stands between a well-formed object and the store.
extension KubeAPI {
    static let permanentNamespaces: Set = ["default", "kube-system", "kube-public"]

    /// The namespace must be there and must not be going.
    func admitNamespace(_ object: JSON, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) {
        guard resource.isNamespaced, let namespaces = catalogue.find(group: "", name: "namespaces") else { return }
        let name = object["metadata"]?["namespace"]?.string ?? ""
        guard let namespace = store.object(namespaces, "", name) else { throw .notFound(namespaces, name) }
        guard namespace.json(namespaces)["metadata"]?["deletionTimestamp"] != nil else { return }
        let own = object["metadata"]?["name"]?.string ?? ""
        var status = APIStatus.of(
            resource, own, APIStatus(403, "Forbidden", "\(resource.qualified) \"\(own)\" is forbidden: unable to create new content in namespace \(name) because it is being terminated"))
        status.causes = [.init("NamespaceTerminating", "namespace \(name) is being terminated", field: "metadata.namespace")]
        throw status
    }

    mutating func admitCreate(_ object: inout JSON, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) {
        guard !resource.isCustom else { return }
        switch resource.kind {
        case "Pod": try admitPod(&object, resource)
        case "Node":
            // Not ready until its kubelet says so.
            var taints = object["spec"]?["taints"]?.array ?? []
            if !taints.contains(where: { $0["key"] == "node.kubernetes.io/not-ready" }) { taints.append(["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]) }
            object[path: "spec", "taints"] = .array(taints)
        case "CertificateSigningRequest":
            // Who asks is the server's to say.
            object[path: "spec", "username"] = .string(call.user.name)
            object[path: "spec", "groups"] = JSON(call.user.groups)
            object[path: "spec", "uid"] = call.user.uid.isEmpty ? nil : .string(call.user.uid)
            object[path: "spec", "extra"] = call.user.extra.isEmpty ? nil : .object(call.user.extra.mapValues { JSON($0) })
        case "PersistentVolumeClaim":
            classify(&object)
            if settings.controlPlane { protect(&object, Self.claimFinalizer) }
        case "Ingress": try classifyIngress(&object, resource)
        case "PersistentVolume" where settings.controlPlane: protect(&object, Self.volumeFinalizer)
        default: break
        }
    }

    /// Without a control plane nobody would take the finalizer off.
    private func protect(_ object: inout JSON, _ finalizer: String) {
        let finalizers = object["metadata"]?["finalizers"]?.array ?? []
        if !finalizers.contains(.string(finalizer)) { object[path: "metadata", "finalizers"] = .array(finalizers + [.string(finalizer)]) }
    }

    /// A claim that names no class gets the one that is marked as default, the youngest of several.
    private func classify(_ claim: inout JSON) {
        guard claim["spec"]?["storageClassName"] == nil, let classes = builtIn("storage.k8s.io", "storageclasses") else { return }
        let marked = store.objects(classes).filter { stored in stored.json(classes)["metadata"]?["annotations"]?["storageclass.kubernetes.io/is-default-class"]?.string == "true" }
        let usual = marked.max { $0.version < $1.version }
        if let usual { claim[path: "spec", "storageClassName"] = .string(usual.name) }
    }

    /// An ingress that names no class gets the one that is marked as default.
    private func classifyIngress(_ ingress: inout JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
        guard ingress["spec"]?["ingressClassName"] == nil, ingress["metadata"]?["annotations"]?["kubernetes.io/ingress.class"] == nil, let classes = builtIn("networking.k8s.io", "ingressclasses") else { return }
        let usual = store.objects(classes).filter { stored in stored.json(classes)["metadata"]?["annotations"]?["ingressclass.kubernetes.io/is-default-class"]?.string == "true" }
        let name = ingress["metadata"]?["name"]?.string ?? ""
        guard usual.count < 2 else { throw .of(resource, name, APIStatus(403, "Forbidden", "ingresses.networking.k8s.io \"\(name)\" is forbidden: \(usual.count) default IngressClasses were found, only 1 allowed")) }
        if let first = usual.first { ingress[path: "spec", "ingressClassName"] = .string(first.name) }
    }

    /// One class of priority is for pods that name none.
    func admitDefaultPriority(_ object: JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
        guard resource.group == "scheduling.k8s.io", resource.kind == "PriorityClass", object["globalDefault"] == true else { return }
        let name = object["metadata"]?.word("name") ?? ""
        guard let other = store.objects(resource).first(where: { $0.name != name && $0.json(resource)["globalDefault"] == true }) else { return }
        throw .of(resource, name, APIStatus(403, "Forbidden", "\(resource.qualified) \"\(name)\" is forbidden: PriorityClass \(other.name) is already marked as default. Only one default can exist"))
    }

    /// What follows from a write: a new namespace gets its account, a definition its resource.
    mutating func afterWrite(_ stored: StoredObject, _ resource: ResourceDescriptor, old: JSON?, _ now: Now) throws(APIStatus) {
        guard !resource.isCustom else { return }
        switch resource.kind {
        case "Namespace" where old == nil: makeAccount(in: stored.name, now)
        case "CustomResourceDefinition": establish(stored, resource, now)
        case "Service": noteAddresses(of: stored.json(resource), resource, old: old, now)
        default: break
        }
    }

    /// The service account that pods have when they name none.
    mutating func makeAccount(in namespace: String, _ now: Now) {
        guard let accounts = catalogue.find(group: "", name: "serviceaccounts"), store.object(accounts, namespace, "default") == nil else { return }
        let metadata: JSON = ["name": "default", "namespace": .string(namespace), "uid": .string(uid()), "creationTimestamp": .string(Timestamp.text(now.wall))]
        _ = store.put(["metadata": metadata], accounts)
    }
}
