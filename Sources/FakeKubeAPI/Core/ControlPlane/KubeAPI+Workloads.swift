import Crypto
import Foundations

/// What workloads share, and ReplicaSets and replication controllers: as many pods as they want, and a status that says how far they are.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    func isReady(_ pod: JSON) -> Bool { (pod["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" } }

    /// A digest of a template, in the letters of generated names.
    static func hash(_ template: JSON?, _ salt: Int64 = 0) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(SHA256.hash(data: Array(((template?.text ?? "") + "\(salt)").utf8)).prefix(10).map { alphabet[Int($0) % alphabet.count] })
    }

    func pod(from template: JSON?, owner: JSON, namespace: String, labels: [String: String] = [:]) -> JSON {
        var pod: JSON = ["metadata": template?["metadata"] ?? [:], "spec": template?["spec"] ?? [:]]
        pod[path: "metadata", "namespace"] = .string(namespace)
        pod[path: "metadata", "ownerReferences"] = [owner]
        for (key, value) in labels { pod[path: "metadata", "labels", key] = .string(value) }
        return pod
    }

    mutating func setStatus(_ status: [String: JSON], _ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var object = stored.json(resource)
        var kept = object["status"]?.object ?? [:]
        for (key, value) in status { kept[key] = value }
        kept["observedGeneration"] = object["metadata"]?["generation"] ?? 1
        object["status"] = .object(kept)
        save(object, over: stored, resource, subresource: "status", as: Self.manager, now)
    }

    mutating func reconcileReplicas(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods") else { return }
        let object = stored.json(resource)
        let wanted = Int(object["spec"]?["replicas"]?.integer ?? 1)
        let template = object["spec"]?["template"]
        let own = claim(stored, resource, object, pods, now).filter { $0.field("status.phase") != "Failed" && $0.field("status.phase") != "Succeeded" }
        let live = own.filter { !$0.isDeleting }
        var refusal: APIStatus?
        if !stored.isDeleting {
            if live.count < wanted {
                // Pods that still go do not count; a burst is bounded like the real controller's.
                for _ in 0..<min(wanted - live.count, 500) where refusal == nil {
                    var made = pod(from: template, owner: reference(to: stored, resource), namespace: stored.namespace)
                    made[path: "metadata", "generateName"] = .string(stored.name + "-")
                    if case .failure(let error) = attempt(made, pods, as: Self.manager, now) { refusal = error }
                }
            } else if live.count > wanted {
                // Those that do not run go first, then the youngest.
                let order = live.sorted { a, b in
                    let (x, y) = (a.field("status.phase") == "Running", b.field("status.phase") == "Running")
                    return x != y ? !x : a.version > b.version
                }
                for victim in order.prefix(live.count - wanted) { _ = try? remove(victim, pods, DeleteOptions(), now) }
            }
        }
        let ready = live.filter { isReady($0.json(pods)) }.count
        let labels = template?["metadata"]?["labels"]?.strings ?? [:]
        let labeled = live.filter { pod in labels.allSatisfy { pod.labels[$0.key] == $0.value } }.count
        var conditions = (object["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "ReplicaFailure" }
        if let refusal {
            let before = (object["status"]?["conditions"]?.array ?? []).first { $0["type"] == "ReplicaFailure" }
            conditions.append([
                "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": .string(refusal.message),
                "lastTransitionTime": before?["lastTransitionTime"] ?? .string(Timestamp.text(now.wall)),
            ])
            plane.later(.init(resource: resource.storageKey, key: stored.key), at: now.monotonic + .seconds(1))
        }
        // What was made in this step is counted in the next, which its own changes bring about.
        setStatus(
            [
                "replicas": JSON(live.count), "fullyLabeledReplicas": JSON(labeled), "readyReplicas": JSON(ready), "availableReplicas": JSON(ready),
                "conditions": conditions.isEmpty ? .null : .array(conditions),
            ], store.object(resource, stored.namespace, stored.name) ?? stored, resource, now)
    }
}
