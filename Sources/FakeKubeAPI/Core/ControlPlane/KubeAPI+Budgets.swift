import Foundations

/// Disruption budgets: how many of the pods they speak of may go.
extension KubeAPI {
    mutating func reconcileBudget(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), !stored.isDeleting else { return }
        var budget = stored.json(resource)
        let spec = budget["spec"]
        let selector = LabelSelector(object: spec?["selector"])
        let chosen = spec?["selector"] == nil ? [] : store.objects(pods, namespace: stored.namespace).filter { selector.matches($0.labels) && !["Succeeded", "Failed"].contains($0.field("status.phase")) }
        let objects = chosen.map { ($0, $0.json(pods)) }
        let healthy = objects.filter { !$0.0.isDeleting && isReady($0.1) }.count
        let expected: Int
        let desired: Int
        if let most = spec?["maxUnavailable"] {
            expected = wantedReplicas(of: objects.map(\.1), stored.namespace)
            desired = max(0, expected - Self.share(most, of: expected))
        } else {
            let least = spec?["minAvailable"] ?? 1
            expected = least.string == nil ? objects.count : wantedReplicas(of: objects.map(\.1), stored.namespace)
            desired = Self.share(least, of: expected)
        }
        let allowed = expected > 0 ? max(0, healthy - desired) : 0
        var status = budget["status"] ?? [:]
        status["disruptionsAllowed"] = JSON(allowed)
        status["currentHealthy"] = JSON(healthy)
        status["desiredHealthy"] = JSON(desired)
        status["expectedPods"] = JSON(expected)
        status["observedGeneration"] = budget["metadata"]?["generation"] ?? 1
        let conditions = status["conditions"]?.array ?? []
        let before = conditions.first { $0["type"] == "DisruptionAllowed" }
        let holds: JSON = allowed > 0 ? "True" : "False"
        let condition: JSON = [
            "type": "DisruptionAllowed", "status": holds, "reason": allowed > 0 ? "SufficientPods" : "InsufficientPods", "message": "",
            "observedGeneration": budget["metadata"]?["generation"] ?? 1,
            "lastTransitionTime": before?["status"] == holds ? before?["lastTransitionTime"] ?? .null : .string(Timestamp.text(now.wall)),
        ]
        status["conditions"] = .array(conditions.filter { $0["type"] != "DisruptionAllowed" } + [condition])
        budget["status"] = status
        save(budget, over: stored, resource, subresource: "status", as: "kube-controller-manager", now)
    }

    /// A number, or a share of a hundred, rounded up.
    static func share(_ value: JSON, of total: Int) -> Int {
        if let text = value.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) { return (total * min(percent, 10_000) + 99) / 100 }
        return Int(value.integer ?? 0)
    }

    /// What the controllers of these pods want together.
    private func wantedReplicas(of pods: [JSON], _ namespace: String) -> Int {
        var controllers: Set<String> = []
        var total = 0
        for pod in pods {
            guard var reference = (pod["metadata"]?["ownerReferences"]?.array ?? []).first(where: { $0["controller"] == true }) else { continue }
            var spec: JSON?
            // A set of a Deployment wants what the Deployment wants.
            for _ in 0..<2 {
                let parts = (reference["apiVersion"]?.string ?? "").split(separator: "/").map(String.init)
                guard let resource = catalogue.find(group: parts.count > 1 ? parts[0] : "", version: parts.last ?? "", kind: reference["kind"]?.string ?? ""),
                    let owner = store.object(resource, namespace, reference["name"]?.string ?? "")?.json(resource)
                else { break }
                spec = owner["spec"]
                guard let next = (owner["metadata"]?["ownerReferences"]?.array ?? []).first(where: { $0["controller"] == true }) else { break }
                reference = next
            }
            if controllers.insert(reference["uid"]?.string ?? "").inserted { total += Int(spec?["replicas"]?.integer ?? 0) }
        }
        return total
    }
}
