/// What a pod gets before it is kept: its account and the token of it, its runtime, tolerations, priority, and what limit ranges say.
extension KubeAPI {
    mutating func admitPod(_ pod: inout JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
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
        try runAs(&spec, name, resource)
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
        guard let classes = catalogue.find(group: "scheduling.k8s.io", name: "priorityclasses") else { return }
        var wanted = spec["priorityClassName"]?.string ?? ""
        var value: Int64 = 0
        var policy: JSON = "PreemptLowerPriority"
        if wanted.isEmpty {
            // One class may be that of all who name none.
            if let usual = store.objects(classes).first(where: { $0.json(classes)["globalDefault"] == true }) {
                wanted = usual.name
                spec["priorityClassName"] = .string(wanted)
            }
        }
        if !wanted.isEmpty {
            guard let found = store.object(classes, "", wanted)?.json(classes) else {
                throw APIStatus.of(resource, name, APIStatus(403, "Forbidden", "pods \"\(name)\" is forbidden: no PriorityClass with name \(wanted) was found"))
            }
            value = found["value"]?.integer ?? 0
            policy = found["preemptionPolicy"] ?? policy
        }
        if let given = spec["priority"]?.integer, given != value {
            let words = "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller computed \(value) from the given PriorityClass name"
            throw APIStatus.of(resource, name, APIStatus(403, "Forbidden", "pods \"\(name)\" is forbidden: \(words)"))
        }
        spec["priority"] = .integer(value)
        Defaults.fill(&spec, "preemptionPolicy", policy)
    }

    /// A class of runtimes brings its overhead and the nodes that have it.
    private func runAs(_ spec: inout JSON, _ name: String, _ resource: ResourceDescriptor) throws(APIStatus) {
        guard let wanted = spec["runtimeClassName"]?.string, let classes = builtIn("node.k8s.io", "runtimeclasses") else { return }
        func refuse(_ why: String) -> APIStatus { .of(resource, name, APIStatus(403, "Forbidden", "pods \"\(name)\" is forbidden: \(why)")) }
        guard let found = store.object(classes, "", wanted)?.json(classes) else { throw refuse("pod rejected: RuntimeClass \"\(wanted)\" not found") }
        if let overhead = found["overhead"]?["podFixed"] {
            guard spec["overhead"] == nil || ResourceAmounts(spec["overhead"]) == ResourceAmounts(overhead) else { throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead") }
            spec["overhead"] = overhead
        } else if !(spec["overhead"]?.isEmpty ?? true) {
            throw refuse("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
        }
        for (key, value) in found["scheduling"]?["nodeSelector"]?.object ?? [:] {
            guard spec["nodeSelector"]?[key] ?? value == value else { throw refuse("conflict: \(key) selects for \(spec["nodeSelector"]?[key]?.string ?? "") and for \(value.string ?? "")") }
            spec[path: "nodeSelector", key] = value
        }
        var tolerations = spec["tolerations"]?.array ?? []
        for toleration in found["scheduling"]?["tolerations"]?.array ?? [] where !tolerations.contains(toleration) { tolerations.append(toleration) }
        if !tolerations.isEmpty { spec["tolerations"] = .array(tolerations) }
    }
}
