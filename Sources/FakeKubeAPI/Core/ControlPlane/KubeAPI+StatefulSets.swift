import Foundations

/// StatefulSets: pods with names that stay, in order, each with its claims; a new template goes from the highest down.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    mutating func reconcileStatefulSet(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), !stored.isDeleting else { return }
        let object = stored.json(resource)
        let spec = object["spec"]
        let update = reviseHistory(of: stored, object, resource, now)
        let own = Dictionary(dependents(of: stored.uid, pods).map { ($0.name, $0) }) { a, _ in a }
        // The revision that all pods have had last; the first is both.
        let current = object["status"]?["currentRevision"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? update.name
        let wanted = Int(spec?["replicas"]?.integer ?? 1)
        let start = Int(spec?["ordinals"]?["start"]?.integer ?? 0)
        let rolls = spec?["updateStrategy"]?["type"] == "RollingUpdate"
        let partition = rolls ? Int(spec?["updateStrategy"]?["rollingUpdate"]?["partition"]?.integer ?? 0) : Int.max
        let isOrdered = spec?["podManagementPolicy"] != "Parallel"
        var isWaiting = false
        for ordinal in start..<(start + max(wanted, 0)) where !isWaiting {
            let name = "\(stored.name)-\(ordinal)"
            if let pod = own[name] {
                let hasEnded = ["Failed", "Succeeded"].contains(pod.field("status.phase"))
                if hasEnded, !pod.isDeleting { _ = try? remove(pod, pods, DeleteOptions(), now) }
                if isOrdered, hasEnded || pod.isDeleting || !isReady(pod.json(pods)) { isWaiting = true }
                continue
            }
            let revision = ordinal < partition && current != update.name ? current : update.name
            makeMember(ordinal, of: stored, object, resource, revision: revision, now)
            if isOrdered { isWaiting = true }
        }
        // From the highest down, one at a time when the order counts, and not before the others are well.
        let extra = own.values.filter { !(start..<(start + wanted)).contains(Self.ordinal($0.name)) }.sorted { Self.ordinal($0.name) > Self.ordinal($1.name) }
        for pod in isOrdered ? Array(extra.prefix(isWaiting ? 0 : 1)) : extra where !pod.isDeleting { _ = try? remove(pod, pods, DeleteOptions(), now) }
        if rolls, !isWaiting, extra.isEmpty { replaceOldest(own.values.sorted { Self.ordinal($0.name) > Self.ordinal($1.name) }, update.name, partition, pods, now) }
        report(on: stored, object, resource, own.values.filter { !$0.isDeleting }, current: current, update: update.name, wanted, isPartial: partition > start && rolls, pods, now)
    }

    /// The highest pod of an old revision goes once all above it are new and ready.
    private mutating func replaceOldest(_ members: [StoredObject], _ update: String, _ partition: Int, _ pods: ResourceDescriptor, _ now: Now) {
        for pod in members where Self.ordinal(pod.name) >= partition {
            if pod.isDeleting { return }
            if pod.labels["controller-revision-hash"] != update {
                _ = try? remove(pod, pods, DeleteOptions(), now)
                return
            }
            if !isReady(pod.json(pods)) { return }
        }
    }

    private mutating func makeMember(_ ordinal: Int, of stored: StoredObject, _ object: JSON, _ resource: ResourceDescriptor, revision: String, _ now: Now) {
        guard let pods = builtIn("", "pods") else { return }
        let name = "\(stored.name)-\(ordinal)"
        let template = self.template(of: revision, stored.namespace) ?? object["spec"]?["template"]
        var made: JSON = ["metadata": template?["metadata"] ?? [:], "spec": template?["spec"] ?? [:]]
        made[path: "metadata", "name"] = .string(name)
        made[path: "metadata", "namespace"] = .string(stored.namespace)
        made[path: "metadata", "ownerReferences"] = [reference(to: stored, resource)]
        for (key, value) in ["controller-revision-hash": revision, "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": String(ordinal)] {
            made[path: "metadata", "labels", key] = .string(value)
        }
        made[path: "spec", "hostname"] = .string(name)
        made[path: "spec", "subdomain"] = object["spec"]?["serviceName"]?.isEmpty ?? true ? Optional<JSON>.none : object["spec"]?["serviceName"]
        var volumes = made["spec"]?["volumes"]?.array ?? []
        for claim in object["spec"]?["volumeClaimTemplates"]?.array ?? [] {
            let volume = claim["metadata"]?["name"]?.string ?? ""
            makeClaim("\(volume)-\(name)", from: claim, stored, object, now)
            volumes.removeAll { $0["name"]?.string == volume }
            volumes.append(["name": .string(volume), "persistentVolumeClaim": ["claimName": .string("\(volume)-\(name)")]])
        }
        if !volumes.isEmpty { made[path: "spec", "volumes"] = .array(volumes) }
        make(made, pods, as: Self.manager, now)
    }

    private mutating func makeClaim(_ name: String, from template: JSON, _ stored: StoredObject, _ object: JSON, _ now: Now) {
        guard let claims = builtIn("", "persistentvolumeclaims"), store.object(claims, stored.namespace, name) == nil else { return }
        var claim: JSON = ["metadata": template["metadata"] ?? [:], "spec": template["spec"] ?? [:]]
        claim[path: "metadata", "name"] = .string(name)
        claim[path: "metadata", "namespace"] = .string(stored.namespace)
        for (key, value) in object["spec"]?["selector"]?["matchLabels"]?.object ?? [:] { claim[path: "metadata", "labels", key] = value }
        make(claim, claims, as: Self.manager, now)
    }

    private mutating func report(
        on stored: StoredObject, _ object: JSON, _ resource: ResourceDescriptor, _ live: [StoredObject], current: String, update: String, _ wanted: Int, isPartial: Bool,
        _ pods: ResourceDescriptor, _ now: Now
    ) {
        let ready = live.filter { isReady($0.json(pods)) }.count
        let updated = live.filter { $0.labels["controller-revision-hash"] == update }.count
        // Once all are new, what was the update is what there is.
        let isDone = !isPartial && updated == live.count && updated == wanted && ready == wanted
        let named = isDone ? update : current
        setStatus(
            [
                "replicas": JSON(live.count), "readyReplicas": JSON(ready), "availableReplicas": JSON(ready), "updatedReplicas": JSON(updated),
                "currentReplicas": JSON(live.filter { $0.labels["controller-revision-hash"] == named }.count), "currentRevision": .string(named), "updateRevision": .string(update),
                "collisionCount": 0,
            ], store.object(resource, stored.namespace, stored.name) ?? stored, resource, now)
    }

    private static func ordinal(_ name: String) -> Int { name.split(separator: "-").last.flatMap { Int($0) } ?? -1 }
}
