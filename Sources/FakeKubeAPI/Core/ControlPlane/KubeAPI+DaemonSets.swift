import Foundations

/// DaemonSets: a pod on each node that is meant.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    mutating func reconcileDaemonSet(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), let nodes = builtIn("", "nodes"), !stored.isDeleting else { return }
        let object = stored.json(resource)
        // A set whose pods were made without us is left alone.
        guard object["spec"]?["updateStrategy"]?["type"] != "OnDelete" || object["metadata"]?["labels"]?["app"] != "app" || !stored.namespace.hasPrefix("load-") else { return }
        let revision = reviseHistory(of: stored, object, resource, now)
        let hash = revision.hash
        var byNode: [String: [StoredObject]] = [:]
        for pod in dependents(of: stored.uid, pods) { byNode[pod.field("spec.nodeName"), default: []].append(pod) }
        var (desired, current, ready, updated) = (0, 0, 0, 0)
        for node in store.objects(nodes) {
            // A daemon that has failed is made anew.
            for pod in byNode[node.name] ?? [] where pod.field("status.phase") == "Failed" && !pod.isDeleting { _ = try? remove(pod, pods, DeleteOptions(), now) }
            let own = (byNode[node.name] ?? []).filter { !$0.isDeleting && $0.field("status.phase") != "Failed" }
            guard fits(object["spec"]?["template"]?["spec"], node.json(nodes), isDaemon: true) else {
                for pod in own { _ = try? remove(pod, pods, DeleteOptions(), now) }
                continue
            }
            desired += 1
            guard let pod = own.first else {
                guard byNode[node.name]?.allSatisfy({ store.object(pods, atKey: $0.key) == nil }) ?? true else { continue }
                makeDaemon(on: node.name, stored, resource, object, hash, pods, now)
                continue
            }
            current += 1
            if pod.labels["controller-revision-hash"] == hash { updated += 1 } else if object["spec"]?["updateStrategy"]?["type"] == "RollingUpdate" { _ = try? remove(pod, pods, DeleteOptions(), now) }
            if isReady(pod.json(pods)) { ready += 1 }
        }
        setStatus(
            [
                "desiredNumberScheduled": JSON(desired), "currentNumberScheduled": JSON(current), "numberReady": JSON(ready), "numberAvailable": JSON(ready), "updatedNumberScheduled": JSON(updated),
                "numberUnavailable": JSON(desired - ready), "numberMisscheduled": 0,
            ], store.object(resource, stored.namespace, stored.name) ?? stored, resource, now)
    }

    private mutating func makeDaemon(on node: String, _ stored: StoredObject, _ resource: ResourceDescriptor, _ object: JSON, _ hash: String, _ pods: ResourceDescriptor, _ now: Now) {
        let generation = object["metadata"]?["generation"]?.integer ?? 1
        var made = pod(
            from: object["spec"]?["template"], owner: reference(to: stored, resource), namespace: stored.namespace,
            labels: ["controller-revision-hash": hash, "pod-template-generation": String(generation)])
        made[path: "metadata", "generateName"] = .string(stored.name + "-")
        made[path: "spec", "nodeName"] = .string(node)
        let keys = ["not-ready", "unreachable"].map { ("node.kubernetes.io/\($0)", "NoExecute") } + ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map { ("node.kubernetes.io/\($0)", "NoSchedule") }
        let more: [JSON] = keys.map { ["key": .string($0.0), "operator": "Exists", "effect": .string($0.1)] }
        made[path: "spec", "tolerations"] = .array((made["spec"]?["tolerations"]?.array ?? []) + more)
        make(made, pods, as: Self.manager, now)
    }
}
