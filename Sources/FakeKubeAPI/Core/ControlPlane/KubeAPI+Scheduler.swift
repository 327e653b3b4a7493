import Foundations

/// A scheduler that pretends: a pod gets the emptiest node that it fits on; when none has room, pods of lower priority give way.
extension KubeAPI {
    mutating func schedule(_ stored: StoredObject, _ pod: JSON, _ resource: ResourceDescriptor, _ now: Now) {
        guard pod["spec"]?["schedulerName"] == "default-scheduler", pod["spec"]?["schedulingGates"]?.isEmpty ?? true, let nodes = builtIn("", "nodes") else { return }
        var refusals: [String: Int] = [:]
        var full: [StoredObject] = []
        let candidates = store.objects(nodes).sorted { (plane.load[$0.name] ?? 0, $0.name) < (plane.load[$1.name] ?? 0, $1.name) }
        for node in candidates {
            let json = node.json(nodes)
            if let why = refusal(of: pod["spec"], by: json) {
                refusals[why, default: 0] += 1
                continue
            }
            if let why = usage(of: node.name, resource).refusal(of: pod["spec"], ResourceAmounts(json["status"]?["allocatable"])) {
                refusals[why, default: 0] += 1
                full.append(node)
                continue
            }
            plane.load[node.name, default: 0] += 1
            plane.usage[node.name]?.add(pod["spec"])
            _ = store.put(Self.bound(pod, to: node.name, .string(Timestamp.text(now.wall))), resource)
            return
        }
        plane.foundNoNode(.init(resource: resource.storageKey, key: stored.key))
        let nominated = pod["spec"]?["preemptionPolicy"] == "Never" ? nil : preempt(for: pod, on: full, nodes, resource, now)
        let reasons = refusals.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        let message = candidates.isEmpty ? "no nodes available to schedule pods" : "0/\(candidates.count) nodes are available: \(reasons)."
        var object = pod
        var unscheduled = condition("PodScheduled", false, now)
        unscheduled["reason"] = "Unschedulable"
        unscheduled["message"] = .string(message)
        let conditions = pod["status"]?["conditions"]?.array ?? []
        let isNew = !conditions.contains { $0["type"] == "PodScheduled" && $0["message"] == unscheduled["message"] }
        object[path: "status", "conditions"] = .array(conditions.filter { $0["type"] != "PodScheduled" } + [unscheduled])
        if let nominated { object[path: "status", "nominatedNodeName"] = .string(nominated) }
        if isNew || nominated != nil { save(object, over: stored, resource, subresource: "status", as: "kube-scheduler", now) }
    }

    private mutating func usage(of node: String, _ pods: ResourceDescriptor) -> NodeUsage {
        if let known = plane.usage[node] { return known }
        var usage = NodeUsage()
        for pod in store.objects(pods, node: node) where !["Succeeded", "Failed"].contains(pod.field("status.phase")) { usage.add(pod.json(pods)["spec"]) }
        plane.usage[node] = usage
        return usage
    }

    /// Makes room: of the nodes where it is enough that pods of lower priority go, the one where the fewest must.
    /// - Returns: the node.
    private mutating func preempt(for pod: JSON, on full: [StoredObject], _ nodes: ResourceDescriptor, _ pods: ResourceDescriptor, _ now: Now) -> String? {
        let priority = pod["spec"]?["priority"]?.integer ?? 0
        var best: (node: String, victims: [StoredObject])?
        for node in full {
            let allocatable = ResourceAmounts(node.json(nodes)["status"]?["allocatable"])
            let own = store.objects(pods, node: node.name).filter { !["Succeeded", "Failed"].contains($0.field("status.phase")) }.map { ($0, $0.json(pods)["spec"]) }
            // Those that matter most are taken back first, as long as there is room for the newcomer.
            var usage = NodeUsage()
            let lower = own.filter { $0.1?["priority"]?.integer ?? 0 < priority }
            for (stored, spec) in own where !lower.contains(where: { $0.0 === stored }) { usage.add(spec) }
            guard !lower.isEmpty, usage.refusal(of: pod["spec"], allocatable) == nil else { continue }
            var victims: [StoredObject] = []
            for (stored, spec) in lower.sorted(by: { ($0.1?["priority"]?.integer ?? 0, $1.0.version) > ($1.1?["priority"]?.integer ?? 0, $0.0.version) }) {
                var with = usage
                with.add(spec)
                if with.refusal(of: pod["spec"], allocatable) == nil { usage = with } else { victims.append(stored) }
            }
            if victims.count < best?.victims.count ?? .max { best = (node.name, victims) }
        }
        guard let best else { return nil }
        for victim in best.victims where !victim.isDeleting {
            var object = victim.json(pods)
            var target = condition("DisruptionTarget", true, now)
            target["reason"] = "PreemptionByScheduler"
            target["message"] = "default-scheduler: preempting to accommodate a higher priority pod"
            object[path: "status", "conditions"] = .array((object["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "DisruptionTarget" } + [target])
            save(object, over: victim, pods, subresource: "status", as: "kube-scheduler", now)
            if let fresh = store.object(pods, atKey: victim.key) { _ = try? remove(fresh, pods, DeleteOptions(), now) }
        }
        return best.node
    }

    // MARK: Nodes

    /// Whether a daemon may run on a node.
    func fits(_ spec: JSON?, _ node: JSON, isDaemon: Bool = false) -> Bool { refusal(of: spec, by: node, isDaemon: isDaemon) == nil }

    /// Why a pod may not run on a node, whatever else runs there: it must be ready, not cordoned, of the labels that are asked for, and each of its taints borne.
    private func refusal(of spec: JSON?, by node: JSON, isDaemon: Bool = false) -> String? {
        let isReady = (node["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
        guard isReady || isDaemon else { return "node(s) were not ready" }
        guard node["spec"]?["unschedulable"] != true || isDaemon else { return "node(s) were unschedulable" }
        let labels = node["metadata"]?["labels"]?.strings ?? [:]
        guard (spec?["nodeSelector"]?.strings ?? [:]).allSatisfy({ labels[$0.key] == $0.value }), isWanted(spec, node, labels) else { return "node(s) didn't match Pod's node affinity/selector" }
        let tolerations = spec?["tolerations"]?.array ?? []
        for taint in node["spec"]?["taints"]?.array ?? [] {
            if taint["effect"] == "PreferNoSchedule" || isDaemon && taint["key"]?.string?.hasPrefix("node.kubernetes.io/") ?? false { continue }
            guard tolerations.contains(where: { Self.tolerates($0, taint) }) else { return "node(s) had untolerated taint(s)" }
        }
        return nil
    }

    private func isWanted(_ spec: JSON?, _ node: JSON, _ labels: [String: String]) -> Bool {
        guard let terms = spec?["affinity"]?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"]?.array else { return true }
        let names = ["metadata.name": node["metadata"]?["name"]?.string ?? ""]
        // One of the terms must hold, and all of what it says; a term that says nothing holds nowhere.
        return terms.contains { term in
            let (expressions, fields) = (term["matchExpressions"] ?? [], term["matchFields"] ?? [])
            guard !expressions.isEmpty || !fields.isEmpty else { return false }
            return LabelSelector(object: ["matchExpressions": expressions]).matches(labels) && LabelSelector(object: ["matchExpressions": fields]).matches(names)
        }
    }

    static func tolerates(_ toleration: JSON, _ taint: JSON) -> Bool {
        let key = toleration["key"]?.string ?? ""
        let effect = toleration["effect"]?.string ?? ""
        guard key.isEmpty || taint["key"]?.string == key, effect.isEmpty || taint["effect"]?.string == effect else { return false }
        return toleration["operator"] == "Exists" || (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
    }
}
