import Foundations

/// Deployments: a set of pods for each template, the newest growing as the others shrink.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    private func amount(_ value: JSON?, of total: Int, roundsUp: Bool) -> Int {
        if let text = value?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()).map({ min($0, 10_000) }) { return roundsUp ? (total * percent + 99) / 100 : total * percent / 100 }
        return Int(value?.integer ?? 0)
    }

    mutating func reconcileDeployment(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let sets = builtIn("apps", "replicasets"), !stored.isDeleting else { return }
        let object = stored.json(resource)
        let template = object["spec"]?["template"]
        let wanted = Int(object["spec"]?["replicas"]?.integer ?? 1)
        var owned = claim(stored, resource, object, sets, now).map { ($0, $0.json(sets)) }
        let last = owned.map { Self.revision(of: $0.1) }.max() ?? 0
        var isPaused = object["spec"]?["paused"] == true
        if !owned.contains(where: { Self.isTemplate(template, of: $0.1) }) {
            guard !isPaused else {
                report(on: stored, resource, sets, "", wanted, revision: String(max(1, last)), now)
                return
            }
            if let made = makeSet(for: stored, object, resource, sets, revision: last &+ 1, now) { owned.append(made) }
        }
        guard var current = owned.filter({ Self.isTemplate(template, of: $0.1) }).min(by: { $0.0.version < $1.0.version }) else { return }
        // Going back to an old template is a new revision.
        let others = owned.filter { $0.0.key != current.0.key }
        let older = others.map { Self.revision(of: $0.1) }.max() ?? 0
        if Self.revision(of: current.1) <= older {
            current.1[path: "metadata", "annotations", "deployment.kubernetes.io/revision"] = .string(String(older &+ 1))
            save(current.1, over: current.0, sets, as: Self.manager, now)
            if let fresh = store.object(sets, atKey: current.0.key) { current = (fresh, fresh.json(sets)) }
        }
        isPaused = isPaused && current.1["spec"]?["replicas"]?.integer == Int64(wanted)
        roll(object, wanted, current, others, sets, now)
        report(on: stored, resource, sets, current.0.key, wanted, revision: String(max(1, Self.revision(of: current.1))), now)
        trimSets(others, keeping: Int(object["spec"]?["revisionHistoryLimit"]?.integer ?? 10), sets, now)
    }

    private static func revision(of set: JSON) -> Int { set["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"]?.string.flatMap { Int($0) } ?? 0 }

    /// Whether a set was made from a template: but for the label by which sets are told apart they are equal.
    private static func isTemplate(_ template: JSON?, of set: JSON) -> Bool {
        var own = set["spec"]?["template"]
        own?[path: "metadata", "labels", "pod-template-hash"] = nil
        var wanted = template
        wanted?[path: "metadata", "labels", "pod-template-hash"] = nil
        return own == wanted
    }

    private mutating func makeSet(for stored: StoredObject, _ object: JSON, _ resource: ResourceDescriptor, _ sets: ResourceDescriptor, revision: Int, _ now: Now) -> (StoredObject, JSON)? {
        let template = object["spec"]?["template"]
        let hash = Self.hash(template, object["status"]?["collisionCount"]?.integer ?? 0)
        let wanted = Int(object["spec"]?["replicas"]?.integer ?? 1)
        var set: JSON = [
            "metadata": [
                "name": .string("\(stored.name)-\(hash)"), "namespace": .string(stored.namespace), "labels": template?["metadata"]?["labels"] ?? [:],
                "annotations": ["deployment.kubernetes.io/revision": .string(String(revision)), "deployment.kubernetes.io/desired-replicas": .string(String(wanted))],
                "ownerReferences": [reference(to: stored, resource)],
            ],
            "spec": ["replicas": 0, "selector": object["spec"]?["selector"] ?? [:], "template": template ?? [:]],
        ]
        set[path: "metadata", "labels", "pod-template-hash"] = .string(hash)
        set[path: "spec", "selector", "matchLabels", "pod-template-hash"] = .string(hash)
        set[path: "spec", "template", "metadata", "labels", "pod-template-hash"] = .string(hash)
        set[path: "spec", "minReadySeconds"] = object["spec"]?["minReadySeconds"]
        guard let made = make(set, sets, as: Self.manager, now), let kept = store.object(sets, stored.namespace, made["metadata"]?["name"]?.string ?? "") else { return nil }
        return (kept, made)
    }

    /// Sets of old templates that have no pods any longer go, the oldest first.
    private mutating func trimSets(_ others: [(StoredObject, JSON)], keeping count: Int, _ sets: ResourceDescriptor, _ now: Now) {
        let fresh = others.compactMap { store.object(sets, atKey: $0.0.key) }.map { ($0, $0.json(sets)) }
        let empty = fresh.filter { set in
            !set.0.isDeleting && set.1["spec"]?["replicas"]?.integer ?? 0 == 0 && set.1["status"]?["replicas"]?.integer ?? 0 == 0
                && set.1["status"]?["observedGeneration"]?.integer ?? 0 >= set.1["metadata"]?["generation"]?.integer ?? 0
        }.sorted { Self.revision(of: $0.1) < Self.revision(of: $1.1) }
        for set in empty.prefix(max(0, empty.count - count)) { _ = try? remove(set.0, sets, DeleteOptions(), now) }
    }

    /// Moves replicas from the old sets to the new one, within the bounds of the strategy.
    private mutating func roll(_ object: JSON, _ wanted: Int, _ current: (StoredObject, JSON), _ old: [(StoredObject, JSON)], _ sets: ResourceDescriptor, _ now: Now) {
        func replicas(_ set: JSON) -> Int { Int(set["spec"]?["replicas"]?.integer ?? 0) }
        func ready(_ set: JSON) -> Int { Int(set["status"]?["readyReplicas"]?.integer ?? 0) }
        let strategy = object["spec"]?["strategy"]
        let oldTotal = old.reduce(0) { $0 + replicas($1.1) }
        if strategy?["type"] == "Recreate" {
            for (set, json) in old where replicas(json) > 0 { scale(set, sets, to: 0, now) }
            let isEmpty = old.allSatisfy { $0.1["status"]?["replicas"]?.integer ?? 0 == 0 }
            if isEmpty, replicas(current.1) != wanted { scale(current.0, sets, to: wanted, now) }
            return
        }
        var surge = amount(strategy?["rollingUpdate"]?["maxSurge"], of: wanted, roundsUp: true)
        let unavailable = amount(strategy?["rollingUpdate"]?["maxUnavailable"], of: wanted, roundsUp: false)
        if surge == 0, unavailable == 0 { surge = 1 }
        let most = wanted + surge
        let have = replicas(current.1)
        let next = oldTotal == 0 ? wanted : min(wanted, max(have, most - oldTotal))
        if next != have { scale(current.0, sets, to: next, now) }
        // Old pods may go as far as enough are ready without them.
        let readyTotal = ready(current.1) + old.reduce(0) { $0 + ready($1.1) }
        var spare = max(0, readyTotal - (wanted - unavailable)) + old.reduce(0) { $0 + replicas($1.1) - ready($1.1) }
        for (set, json) in old where replicas(json) > 0 && spare > 0 {
            let cut = min(spare, replicas(json))
            scale(set, sets, to: replicas(json) - cut, now)
            spare -= cut
        }
    }

    private mutating func scale(_ set: StoredObject, _ sets: ResourceDescriptor, to count: Int, _ now: Now) {
        guard let fresh = store.object(sets, set.namespace, set.name) else { return }
        var json = fresh.json(sets)
        json[path: "spec", "replicas"] = JSON(count)
        save(json, over: fresh, sets, as: Self.manager, now)
    }

    private mutating func report(on stored: StoredObject, _ resource: ResourceDescriptor, _ sets: ResourceDescriptor, _ current: String, _ wanted: Int, revision: String, _ now: Now) {
        guard let fresh = store.object(resource, stored.namespace, stored.name) else { return }
        var object = fresh.json(resource)
        if object["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"]?.string != revision {
            object[path: "metadata", "annotations", "deployment.kubernetes.io/revision"] = .string(revision)
            save(object, over: fresh, resource, as: Self.manager, now)
        }
        let owned = dependents(of: stored.uid, sets).map { ($0.key, $0.json(sets)["status"]) }
        func sum(_ key: String) -> Int { owned.reduce(0) { $0 + Int($1.1?[key]?.integer ?? 0) } }
        let updated = Int(owned.first { $0.0 == current }?.1?["replicas"]?.integer ?? 0)
        let available = sum("availableReplicas")
        let unavailable = max(0, wanted - available)
        let strategy = object["spec"]?["strategy"]?["rollingUpdate"]
        let isAvailable = available >= wanted - amount(strategy?["maxUnavailable"], of: wanted, roundsUp: false)
        let isDone = updated == wanted && available >= wanted && sum("replicas") == wanted
        let time = JSON.string(Timestamp.text(now.wall))
        func condition(_ type: String, _ holds: Bool, _ reason: String, _ message: String) -> JSON {
            let before = (object["status"]?["conditions"]?.array ?? []).first { $0["type"] == .string(type) }
            let isSame = before?["status"] == (holds ? "True" : "False")
            return [
                "type": .string(type), "status": holds ? "True" : "False", "reason": .string(reason), "message": .string(message),
                "lastUpdateTime": before?["reason"]?.string == reason ? before?["lastUpdateTime"] ?? time : time, "lastTransitionTime": isSame ? before?["lastTransitionTime"] ?? time : time,
            ]
        }
        let set = current.split(separator: "/").last.map(String.init) ?? current
        let kept = (object["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "Available" && $0["type"] != "Progressing" }
        let own: [JSON] = [
            condition("Available", isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability."),
            condition("Progressing", true, isDone ? "NewReplicaSetAvailable" : "ReplicaSetUpdated", isDone ? "ReplicaSet \"\(set)\" has successfully progressed." : "ReplicaSet \"\(set)\" is progressing."),
        ]
        let conditions = JSON.array(kept + own)
        guard let latest = store.object(resource, stored.namespace, stored.name) else { return }
        setStatus(
            [
                "replicas": JSON(sum("replicas")), "updatedReplicas": JSON(updated), "readyReplicas": JSON(sum("readyReplicas")), "availableReplicas": JSON(available),
                "unavailableReplicas": JSON(unavailable), "conditions": conditions,
            ], latest, resource, now)
    }
}
