package import Foundations

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
        case "PersistentVolumeClaim" where settings.controlPlane: protect(&object, Self.claimFinalizer)
        case "PersistentVolume" where settings.controlPlane: protect(&object, Self.volumeFinalizer)
        default: break
        }
    }

    /// Without a control plane nobody would take the finalizer off.
    private func protect(_ object: inout JSON, _ finalizer: String) {
        let finalizers = object["metadata"]?["finalizers"]?.array ?? []
        if !finalizers.contains(.string(finalizer)) { object[path: "metadata", "finalizers"] = .array(finalizers + [.string(finalizer)]) }
    }

    private mutating func admitPod(_ pod: inout JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
        let namespace = pod["metadata"]?["namespace"]?.string ?? ""
        let name = pod["metadata"]?["name"]?.string ?? ""
        var spec = pod["spec"] ?? [:]
        let isMirror = pod["metadata"]?["annotations"]?["kubernetes.io/config.mirror"] != nil
        if !isMirror, let accounts = catalogue.find(group: "", name: "serviceaccounts") {
            let account = spec["serviceAccountName"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
            spec["serviceAccountName"] = .string(account)
            spec["serviceAccount"] = .string(account)
            guard let found = store.object(accounts, namespace, account) else {
                throw APIStatus.of(
                    resource, name,
                    APIStatus(403, "Forbidden", "pods \"\(name)\" is forbidden: error looking up service account \(namespace)/\(account): serviceaccount \"\(account)\" not found"))
            }
            let details = found.json(accounts)
            if spec["imagePullSecrets"] == nil, let secrets = details["imagePullSecrets"] { spec["imagePullSecrets"] = secrets }
            if (spec["automountServiceAccountToken"] ?? details["automountServiceAccountToken"])?.bool ?? true { mountToken(&spec) }
        }
        tolerate(&spec)
        try prioritize(&spec, name, resource)
        pod["spec"] = spec
        if let ranges = limitRanges(in: namespace) {
            ranges.applyDefaults(to: &pod)
            pod[path: "status", "qosClass"] = .string(PodDefaults.qualityOfService(pod["spec"]))
        }
    }

    /// The projected volume with the account's token, as every pod of a real cluster has it.
    private mutating func mountToken(_ spec: inout JSON) {
        let path = "/var/run/secrets/kubernetes.io/serviceaccount"
        let volume = "kube-api-access-" + suffix()
        var isMounted = false
        for list in ["initContainers", "containers"] {
            spec.each(list) { container in
                var mounts = container["volumeMounts"]?.array ?? []
                guard !mounts.contains(where: { $0["mountPath"] == .string(path) }) else { return }
                mounts.append(["name": .string(volume), "readOnly": true, "mountPath": .string(path)])
                container["volumeMounts"] = .array(mounts)
                isMounted = true
            }
        }
        guard isMounted else { return }
        let sources: JSON = [
            ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
            ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
            ["downwardAPI": ["items": [["path": "namespace", "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]]]]],
        ]
        spec["volumes"] = .array((spec["volumes"]?.array ?? []) + [["name": .string(volume), "projected": ["sources": sources, "defaultMode": 420]]])
    }

    /// Pods bear five minutes of a node that is not ready or not reachable.
    private func tolerate(_ spec: inout JSON) {
        var tolerations = spec["tolerations"]?.array ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isCovered = tolerations.contains { toleration in
                let effect = toleration["effect"]?.string ?? ""
                return (toleration["key"] == .string(key) || toleration["key"]?.isEmpty ?? true) && (effect.isEmpty || effect == "NoExecute")
            }
            if !isCovered { tolerations.append(["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]) }
        }
        spec["tolerations"] = .array(tolerations)
    }

    private func prioritize(_ spec: inout JSON, _ name: String, _ resource: ResourceDescriptor) throws(APIStatus) {
        let wanted = spec["priorityClassName"]?.string ?? ""
        let system: [String: Int64] = ["system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000]
        var value: Int64 = 0
        var policy: JSON = "PreemptLowerPriority"
        if let known = system[wanted] { value = known } else if !wanted.isEmpty {
            guard let classes = catalogue.find(group: "scheduling.k8s.io", name: "priorityclasses"), let found = store.object(classes, "", wanted)?.json(classes) else {
                throw APIStatus.of(resource, name, APIStatus(403, "Forbidden", "pods \"\(name)\" is forbidden: no PriorityClass with name \(wanted) was found"))
            }
            value = found["value"]?.integer ?? 0
            policy = found["preemptionPolicy"] ?? policy
        }
        if spec["priority"] == nil { spec["priority"] = .integer(value) }
        Defaults.fill(&spec, "preemptionPolicy", policy)
    }

    /// What follows from a write: a new namespace gets its account, a definition its resource.
    mutating func afterWrite(_ stored: StoredObject, _ resource: ResourceDescriptor, old: JSON?, _ now: Now) throws(APIStatus) {
        guard !resource.isCustom else { return }
        switch resource.kind {
        case "Namespace" where old == nil: makeAccount(in: stored.name, now)
        case "CustomResourceDefinition": establish(stored, resource, now)
        default: break
        }
    }

    /// The service account that pods have when they name none.
    mutating func makeAccount(in namespace: String, _ now: Now) {
        guard let accounts = catalogue.find(group: "", name: "serviceaccounts"), store.object(accounts, namespace, "default") == nil else { return }
        let metadata: JSON = ["name": "default", "namespace": .string(namespace), "uid": .string(uid()), "creationTimestamp": .string(Timestamp.text(now.wall))]
        _ = store.put(["metadata": metadata], accounts)
    }

    /// Puts an object of every cluster's into the store unless it is there.
    private mutating func keep(_ object: JSON, _ resource: ResourceDescriptor?, _ time: JSON) {
        guard let resource, let name = object["metadata"]?["name"]?.string, store.object(resource, "", name) == nil else { return }
        var object = object
        object[path: "metadata", "uid"] = .string(uid())
        object[path: "metadata", "creationTimestamp"] = time
        _ = store.put(object, resource)
    }

    /// The namespaces that every cluster has, the roles and priorities that its documentation speaks of, and its components.
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
        for (name, value, text) in [
            ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
            ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
        ] as [(String, JSON, JSON)] {
            keep(["metadata": ["name": .string(name), "generation": 1], "value": value, "description": text, "preemptionPolicy": "PreemptLowerPriority"], builtIn("scheduling.k8s.io", "priorityclasses"), time)
        }
        for (name, message) in [("controller-manager", "ok"), ("scheduler", "ok"), ("etcd-0", "ok")] as [(String, JSON)] {
            keep(["metadata": ["name": .string(name)], "conditions": [["type": "Healthy", "status": "True", "message": message]]], builtIn("", "componentstatuses"), time)
        }
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
