/// What a write through the `status` subresource may say, of each kind.
enum StatusValidation {
    /// Numbers of a workload's status, those of them that count some of all replicas, and the words about the ready ones.
    private struct Counts {
        var all: [String]
        var parts: [String] = []
        var ready = "readyReplicas"
    }

    private static let counts: [String: Counts] = [
        "apps/Deployment": Counts(
            all: ["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount"],
            parts: ["updatedReplicas", "readyReplicas", "availableReplicas"]),
        "apps/ReplicaSet": Counts(
            all: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas", "observedGeneration"],
            parts: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]),
        "/ReplicationController": Counts(
            all: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"],
            parts: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"]),
        "apps/StatefulSet": Counts(
            all: ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount"],
            parts: ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], ready: "status.readyReplicas"),
        "apps/DaemonSet": Counts(
            all: [
                "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
                "collisionCount",
            ]),
        "policy/PodDisruptionBudget": Counts(all: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"]),
        "autoscaling/HorizontalPodAutoscaler": Counts(all: ["currentReplicas", "desiredReplicas"]),
    ]

    static func findings(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor) -> [FieldError] {
        var validation = Validation()
        let status = object["status"] ?? [:]
        let kind = "\(resource.group)/\(resource.kind)"
        if let counts = counts[kind] { check(status, counts, &validation) }
        switch kind {
        case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet":
            if let before = old?["status"]?.number("collisionCount"), status.number("collisionCount") ?? 0 < before {
                validation.add(.invalid("status.collisionCount", .integer(status.number("collisionCount") ?? 0), "cannot be decremented"))
            }
        case "/Namespace": checkPhase(object, &validation)
        case "/Pod": checkPod(status, &validation)
        case "/ResourceQuota":
            for key in ["hard", "used"] { ResourceValidation.checkList(status[key], "status.\(key)", ResourceValidation.quota, &validation) }
        case "/PersistentVolumeClaim":
            for (name, amount) in (status["capacity"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) { ResourceValidation.checkAmount(name, amount, "status.capacity[\(name)]", &validation) }
        case "/Service":
            let entries = status["loadBalancer"]?.list("ingress") ?? []
            if object["spec"]?.word("type") != "LoadBalancer", !entries.isEmpty, status["loadBalancer"] != old?["status"]?["loadBalancer"] {
                validation.add(.forbidden("status.loadBalancer.ingress", "may only be used when `spec.type` is \"LoadBalancer\""))
            } else { checkBalancer(entries, hasModes: true, &validation) }
        case "networking.k8s.io/Ingress": checkBalancer(status["loadBalancer"]?.list("ingress") ?? [], hasModes: false, &validation)
        default: break
        }
        return validation.findings
    }

    private static func check(_ status: JSON, _ counts: Counts, _ validation: inout Validation) {
        for key in counts.all { validation.notNegative(status[key], "status.\(key)") }
        let replicas = status.number("replicas") ?? 0
        for key in counts.parts {
            guard let part = status.number(key), part > replicas else { continue }
            validation.add(.invalid("status.\(key)", .integer(part), "cannot be greater than status.replicas"))
        }
        if counts.parts.contains("availableReplicas"), let available = status.number("availableReplicas"), available > status.number("readyReplicas") ?? 0 {
            validation.add(.invalid("status.availableReplicas", .integer(available), "cannot be greater than \(counts.ready)"))
        }
    }

    private static func checkPhase(_ object: JSON, _ validation: inout Validation) {
        let phase = object["status"]?["phase"] ?? ""
        let isGoing = object["metadata"]?.has("deletionTimestamp") ?? false
        if !isGoing, phase != "Active" { validation.add(.invalid("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty")) }
        if isGoing, phase != "Terminating" { validation.add(.invalid("status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")) }
    }

    private static func checkPod(_ status: JSON, _ validation: inout Validation) {
        let node = status.word("nominatedNodeName")
        if !node.isEmpty { validation.name(NameRules.subdomain, node, "status.nominatedNodeName") }
        for (index, entry) in status.list("podIPs").enumerated() { validation.address(entry.word("ip"), "status.podIPs[\(index)]") }
    }

    private static func checkBalancer(_ entries: [JSON], hasModes: Bool, _ validation: inout Validation) {
        for (index, entry) in entries.enumerated() {
            let path = "status.loadBalancer.ingress[\(index)]"
            let address = entry.word("ip")
            let host = entry.word("hostname")
            if !address.isEmpty { validation.address(address, "\(path).ip") }
            if hasModes, address.isEmpty, entry.has("ipMode") { validation.add(.forbidden("\(path).ipMode", "may not be specified when `ip` is not set")) }
            if hasModes, !address.isEmpty { if entry.has("ipMode") { validation.known(["Proxy", "VIP"], entry["ipMode"], "\(path).ipMode") } else { validation.add(.required("\(path).ipMode", "must be specified when `ip` is set")) } }
            guard !host.isEmpty else { continue }
            validation.name(NameRules.subdomain, host, "\(path).hostname")
            if NetworkText.isAddress(host) { validation.add(.invalid("\(path).hostname", .string(host), "must be a DNS name, not an IP address")) }
        }
    }
}
