import Foundations

/// A scheduler and kubelets that pretend: pods find a node, start after a while, end when they are meant to, and go when they are deleted.
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
        if stored.isDeleting {
            var options = DeleteOptions()
            options.gracePeriodSeconds = 0
            // The containers take a moment to stop, within the grace that they have.
            if isDue(item, after: plane.stages.terminating, now) { _ = try? remove(stored, resource, options, now) }
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
            report(finished(pod, now), stored, resource, now)
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
        save(pod, over: stored, resource, subresource: "status", as: "kubelet", now)
    }

    private func condition(_ type: String, _ holds: Bool, _ now: Now) -> JSON {
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

    private func finished(_ pod: JSON, _ now: Now) -> JSON {
        var status = pod["status"] ?? [:]
        let time = JSON.string(Timestamp.text(now.wall))
        status["phase"] = "Succeeded"
        status.each("containerStatuses") {
            let started = $0["state"]?["running"]?["startedAt"] ?? time
            $0["state"] = ["terminated": ["exitCode": 0, "reason": "Completed", "startedAt": started, "finishedAt": time, "containerID": $0["containerID"] ?? ""]]
            $0["ready"] = false
            $0["started"] = false
        }
        status.each("conditions") {
            guard $0["type"] == "Ready" || $0["type"] == "ContainersReady" else { return }
            $0["status"] = "False"
            $0["reason"] = "PodCompleted"
            $0["lastTransitionTime"] = time
        }
        return status
    }

    // MARK: Scheduling

    private mutating func schedule(_ stored: StoredObject, _ pod: JSON, _ resource: ResourceDescriptor, _ now: Now) {
        guard pod["spec"]?["schedulerName"] == "default-scheduler", pod["spec"]?["schedulingGates"]?.isEmpty ?? true, let nodes = builtIn("", "nodes") else { return }
        var best: (name: String, load: Int)?
        var count = 0
        for node in store.objects(nodes) {
            count += 1
            let json = node.json(nodes)
            guard fits(pod["spec"], json) else { continue }
            let load = plane.load[node.name] ?? 0
            if load < best?.load ?? .max { best = (node.name, load) }
        }
        guard let best else {
            var object = pod
            var conditions = (pod["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "PodScheduled" }
            var unscheduled = condition("PodScheduled", false, now)
            unscheduled["reason"] = "Unschedulable"
            unscheduled["message"] = .string(count == 0 ? "no nodes available to schedule pods" : "0/\(count) nodes are available: \(count) node(s) didn't match the pod's constraints.")
            let isNew = !(pod["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "PodScheduled" && $0["message"] == unscheduled["message"] }
            conditions.append(unscheduled)
            object[path: "status", "conditions"] = .array(conditions)
            if isNew { save(object, over: stored, resource, subresource: "status", as: "kube-scheduler", now) }
            return
        }
        plane.load[best.name, default: 0] += 1
        _ = store.put(Self.bound(pod, to: best.name, .string(Timestamp.text(now.wall))), resource)
    }

    /// Whether a pod may run on a node: ready, not cordoned, the selector's labels, every taint tolerated.
    func fits(_ spec: JSON?, _ node: JSON, isDaemon: Bool = false) -> Bool {
        let isReady = (node["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
        guard isReady || isDaemon, node["spec"]?["unschedulable"] != true || isDaemon else { return false }
        let labels = node["metadata"]?["labels"]?.strings ?? [:]
        guard (spec?["nodeSelector"]?.strings ?? [:]).allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        let tolerations = spec?["tolerations"]?.array ?? []
        return (node["spec"]?["taints"]?.array ?? []).allSatisfy { taint in
            if taint["effect"] == "PreferNoSchedule" { return true }
            if isDaemon, taint["key"]?.string?.hasPrefix("node.kubernetes.io/") ?? false { return true }
            return tolerations.contains { toleration in
                let key = toleration["key"]?.string ?? ""
                let effect = toleration["effect"]?.string ?? ""
                guard key.isEmpty || taint["key"]?.string == key, effect.isEmpty || taint["effect"]?.string == effect else { return false }
                return toleration["operator"] == "Exists" || (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
            }
        }
    }

    /// A node has come or changed: pods that found none try again, daemons spread.
    mutating func actOnNode(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        if let pods = builtIn("", "pods") {
            for pod in store.objects(pods) where pod.field("spec.nodeName").isEmpty && pod.field("status.phase") == "Pending" { plane.enqueue(.init(resource: pods.storageKey, key: pod.key)) }
        }
        if let sets = builtIn("apps", "daemonsets") { for set in store.objects(sets) { plane.enqueue(.init(resource: sets.storageKey, key: set.key)) } }
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
