import Crypto
import Foundations

/// ReplicaSets, Deployments and DaemonSets: as many pods as they want, and a status that says how far they are.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    func isReady(_ pod: JSON) -> Bool { (pod["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" } }

    /// A digest of a template, in the letters of generated names.
    static func hash(_ template: JSON?, _ salt: Int64 = 0) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(SHA256.hash(data: Array(((template?.text ?? "") + "\(salt)").utf8)).prefix(10).map { alphabet[Int($0) % alphabet.count] })
    }

    private func pod(from template: JSON?, owner: JSON, namespace: String, labels: [String: String] = [:]) -> JSON {
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

    // MARK: ReplicaSets

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

    // MARK: Deployments

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

    // MARK: DaemonSets

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
