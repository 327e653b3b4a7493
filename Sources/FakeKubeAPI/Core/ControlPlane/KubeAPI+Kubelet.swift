import Foundations

/// Kubelets that pretend: pods start after a while, end when they are meant to, and go when they are deleted.
extension KubeAPI {
    /// Nodes whose kubelet is us; others have one of their own.
    private static let managedBy = ["fake-kube-api/synthetic", "kwok.x-k8s.io/node"]

    private func isManaged(_ node: JSON) -> Bool { Self.managedBy.contains { node["metadata"]?["annotations"]?[$0] != nil } }

    mutating func actOnPod(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        let pod = stored.json(resource)
        let item = ControlPlane.Item(resource: resource.storageKey, key: stored.key)
        guard let name = pod["spec"]?["nodeName"]?.string, !name.isEmpty else {
            if !stored.isDeleting { schedule(stored, pod, resource, now) }
            return
        }
        guard let nodes = builtIn("", "nodes"), let node = store.object(nodes, "", name)?.json(nodes), isManaged(node) else { return }
        if (node["spec"]?["taints"]?.array ?? []).contains(where: { $0["effect"] == "NoExecute" }) { plane.enqueue(.init(resource: nodes.storageKey, key: name)) }
        if stored.isDeleting {
            var options = DeleteOptions()
            options.gracePeriodSeconds = 0
            // The containers take a moment to stop, within the grace that they have; what remains of them is seen before the pod goes.
            let runs = pod["status"]?["containerStatuses"]?.array?.contains { $0["state"]?["running"] != nil } ?? false
            guard isDue(item, after: runs ? plane.stages.terminating : .zero, now) else { return }
            if runs { report(ended(pod, exitCode: pod["spec"]?["restartPolicy"] == "Always" ? 0 : 137, now), stored, resource, now) } else { _ = try? remove(stored, resource, options, now) }
            return
        }
        switch (pod["status"]?["phase"]?.string ?? "", pod["status"]?["containerStatuses"] != nil) {
        case ("Pending", false) where isDue(item, after: plane.stages.creating, now): report(waiting(pod, node, now), stored, resource, now)
        case ("Pending", true) where isDue(item, after: plane.stages.running, now):
            let number = Int.random(in: 0..<16_000_000, using: &random)
            let address = "10.\(64 + number >> 16 % 64).\(number >> 8 & 255).\(number & 255)"
            var status = SyntheticObjects.running(pod, address: address, uid: stored.uid, .string(Timestamp.text(now.wall)))
            status["hostIP"] = (node["status"]?["addresses"]?.array ?? []).first { $0["type"] == "InternalIP" }?["address"]
            report(status, stored, resource, now)
        case ("Running", _) where pod["spec"]?["restartPolicy"] != "Always" && stored.owners.isEmpty == false && isDue(item, after: plane.stages.finishing, now):
            report(ended(pod, exitCode: 0, now), stored, resource, now)
        default: break
        }
    }

    /// Whether a pod has been as it is for long enough; asked the first time, it is looked at again then.
    private mutating func isDue(_ item: ControlPlane.Item, after span: Duration, _ now: Now) -> Bool {
        let version = store.object(builtIn("", "pods") ?? catalogue.resources[0], atKey: item.key)?.version ?? 0
        if let seen = plane.seen[item], seen.version == version {
            if now.monotonic >= seen.at + span {
                plane.seen[item] = nil
                return true
            }
            plane.later(item, at: seen.at + span)
            return false
        }
        plane.seen[item] = (version, now.monotonic)
        plane.later(item, at: now.monotonic + span)
        return false
    }

    private mutating func report(_ status: JSON, _ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var pod = stored.json(resource)
        pod["status"] = status
        pod[path: "status", "observedGeneration"] = pod["metadata"]?["generation"]
        save(pod, over: stored, resource, subresource: "status", as: "kubelet", now)
    }

    func condition(_ type: String, _ holds: Bool, _ now: Now) -> JSON {
        ["type": .string(type), "status": holds ? "True" : "False", "lastProbeTime": .null, "lastTransitionTime": .string(Timestamp.text(now.wall))]
    }

    private func waiting(_ pod: JSON, _ node: JSON, _ now: Now) -> JSON {
        var status = pod["status"] ?? [:]
        status["startTime"] = .string(Timestamp.text(now.wall))
        status["hostIP"] = (node["status"]?["addresses"]?.array ?? []).first { $0["type"] == "InternalIP" }?["address"]
        let kept = (status["conditions"]?.array ?? []).filter { $0["type"] == "PodScheduled" }
        status["conditions"] = .array(
            [condition("PodReadyToStartContainers", false, now), condition("Initialized", true, now), condition("Ready", false, now), condition("ContainersReady", false, now)] + kept)
        status["containerStatuses"] = .array((pod["spec"]?["containers"]?.array ?? []).map {
            ["name": $0["name"] ?? "", "image": $0["image"] ?? "", "imageID": "", "ready": false, "started": false, "restartCount": 0, "state": ["waiting": ["reason": "ContainerCreating"]], "lastState": [:]]
        })
        return status
    }

    // All containers have ended, with this status each: 0 by themselves, 137 killed in the middle of their work.
    private func ended(_ pod: JSON, exitCode: Int64, _ now: Now) -> JSON {
        var status = pod["status"] ?? [:]
        let time = JSON.string(Timestamp.text(now.wall))
        status["phase"] = exitCode == 0 ? "Succeeded" : "Failed"
        status.each("containerStatuses") {
            let started = $0["state"]?["running"]?["startedAt"] ?? time
            $0["state"] = ["terminated": ["exitCode": .integer(exitCode), "reason": exitCode == 0 ? "Completed" : "Error", "startedAt": started, "finishedAt": time, "containerID": $0["containerID"] ?? ""]]
            $0["ready"] = false
            $0["started"] = false
        }
        status.each("conditions") {
            guard $0["type"] == "Ready" || $0["type"] == "ContainersReady" else { return }
            $0["status"] = "False"
            $0["reason"] = exitCode == 0 ? "PodCompleted" : "PodFailed"
            $0["lastTransitionTime"] = time
        }
        return status
    }

    // MARK: Nodes

    /// A node has come or changed: pods that found none try again, daemons spread.
    mutating func actOnNode(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        plane.hasRoom = true
        evict(from: stored, resource, now)
        if let sets = builtIn("apps", "daemonsets") { for set in store.objects(sets) { plane.enqueue(.init(resource: sets.storageKey, key: set.key)) } }
    }

    /// Pods that do not bear what a node is tainted with go, at once or after as long as they bear it.
    private mutating func evict(from node: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        let taints = (node.json(resource)["spec"]?["taints"]?.array ?? []).filter { $0["effect"] == "NoExecute" }
        guard let pods = builtIn("", "pods") else { return }
        guard !taints.isEmpty else {
            plane.bearing[node.name] = nil
            return
        }
        let item = ControlPlane.Item(resource: resource.storageKey, key: node.key)
        for pod in store.objects(pods, node: node.name) where !pod.isDeleting {
            let tolerations = pod.json(pods)["spec"]?["tolerations"]?.array ?? []
            var borne = Int64.max
            for taint in taints {
                let matching = tolerations.filter { Self.tolerates($0, taint) }
                // Of several the shortest counts; one without an end bears for ever.
                borne = min(borne, matching.isEmpty ? 0 : matching.compactMap { $0["tolerationSeconds"]?.integer }.min() ?? .max)
            }
            guard borne < .max else { continue }
            let since = plane.bearing[node.name]?[pod.uid] ?? now.monotonic
            plane.bearing[node.name, default: [:]][pod.uid] = since
            let end = since + .seconds(max(0, min(borne, 1_000_000)))
            if now.monotonic >= end {
                plane.bearing[node.name]?[pod.uid] = nil
                _ = try? remove(pod, pods, DeleteOptions(), now)
            } else {
                plane.later(item, at: end)
            }
        }
    }

    mutating func renewLeases(_ now: Now) {
        guard now.monotonic >= plane.nextLease, let leases = builtIn("coordination.k8s.io", "leases"), let nodes = builtIn("", "nodes") else { return }
        plane.nextLease = now.monotonic + plane.stages.leaseEvery
        for node in store.objects(nodes) {
            guard isManaged(node.json(nodes)) else { continue }
            let time = Timestamp.text(now.wall, micro: true)
            if let lease = store.object(leases, "kube-node-lease", node.name) {
                var json = lease.json(leases)
                json[path: "spec", "renewTime"] = .string(time)
                _ = store.put(json, leases)
            } else {
                _ = store.put(SyntheticObjects.lease(node.name, uid: uid(), at: now.wall, .string(Timestamp.text(now.wall))), leases)
            }
        }
    }
}
