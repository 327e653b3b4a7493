/// What of a pod may change once it is there.
enum PodUpdateValidation {
    static func check(_ object: JSON, _ old: JSON, subresource: String, _ validation: inout Validation) {
        var new = object["spec"] ?? [:]
        let before = old["spec"] ?? [:]
        PodValidation.check(new, "spec", isPod: true, name: object["metadata"]?.word("name") ?? "", &validation)
        switch subresource {
        case "ephemeralcontainers": return checkEphemeral(new, before, &validation)
        case "resize": return PodResizeValidation.check(object, old, &validation)
        default: break
        }
        for list in ["containers", "initContainers"] where new.list(list).count != before.list(list).count {
            return validation.add(.forbidden("spec.\(list)", "pod updates may not add or remove containers"))
        }
        // These may change; put the old ones back and nothing else may differ.
        for list in ["containers", "initContainers"] {
            let old = before.list(list)
            var index = 0
            new.each(list) { container in
                if index < old.count { container["image"] = old[index]["image"] }
                index += 1
            }
        }
        if let previous = before.number("activeDeadlineSeconds") {
            if let next = new.number("activeDeadlineSeconds") {
                if next > previous { return validation.add(.invalid("spec.activeDeadlineSeconds", .integer(next), "must be less than or equal to previous value")) }
            } else {
                validation.add(.invalid("spec.activeDeadlineSeconds", .null, "must not update from a positive integer to nil value"))
            }
        }
        new["activeDeadlineSeconds"] = before["activeDeadlineSeconds"]
        if before.number("terminationGracePeriodSeconds") ?? 0 < 0, new["terminationGracePeriodSeconds"] == 1 { new["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"] }
        checkTolerations(new.list("tolerations"), before.list("tolerations"), &validation)
        new["tolerations"] = before["tolerations"]
        let gates = before.list("schedulingGates")
        for (index, gate) in new.list("schedulingGates").enumerated() where !gates.contains(gate) {
            validation.add(.forbidden("spec.schedulingGates[\(index)].name", "only deletion is allowed, but found new scheduling gate '\(gate.word("name"))'"))
        }
        new["schedulingGates"] = before["schedulingGates"]
        if !gates.isEmpty { checkGated(&new, before, &validation) }
        if new != before {
            validation.add(.forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"))
        }
    }

    private static func checkTolerations(_ new: [JSON], _ old: [JSON], _ validation: inout Validation) {
        func plain(_ toleration: JSON) -> JSON {
            var toleration = toleration
            toleration["tolerationSeconds"] = nil
            return toleration
        }
        let kept = Set(new.map(plain))
        if !old.allSatisfy({ kept.contains(plain($0)) }) { validation.add(.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")) }
    }

    /// A pod that is not to be scheduled yet may still become choosier about its node.
    private static func checkGated(_ new: inout JSON, _ before: JSON, _ validation: inout Validation) {
        let selector = before["nodeSelector"]?.strings ?? [:]
        let wanted = new["nodeSelector"]?.strings ?? [:]
        if selector.contains(where: { wanted[$0.key] != $0.value }) { validation.add(.invalid("spec.nodeSelector", new["nodeSelector"] ?? .null, "only additions to spec.nodeSelector are allowed (no mutations or deletions)")) }
        new["nodeSelector"] = before["nodeSelector"]
        if before["affinity"]?["nodeAffinity"] == nil { new[path: "affinity", "nodeAffinity"] = nil }
        if new["affinity"]?.isEmpty ?? false, before["affinity"] == nil { new["affinity"] = nil }
    }

    private static func checkEphemeral(_ new: JSON, _ old: JSON, _ validation: inout Validation) {
        let after = new.list("ephemeralContainers")
        for container in old.list("ephemeralContainers") {
            let name = container.word("name")
            guard let now = after.first(where: { $0["name"] == container["name"] }) else {
                validation.add(.forbidden("spec.ephemeralContainers", "existing ephemeral containers \"\(name)\" may not be removed\n"))
                continue
            }
            if now != container { validation.add(.forbidden("spec.ephemeralContainers", "existing ephemeral containers \"\(name)\" may not be changed\n" + difference(container, now))) }
        }
    }

    /// The fields at the head of the container that differ, with their surroundings, as the real server's diff prints them.
    private static func difference(_ old: JSON, _ new: JSON) -> String {
        func lines(_ container: JSON) -> [String] {
            func list(_ key: String) -> String { container[key]?.text ?? "null" }
            func text(_ key: String) -> String { container[key]?.text ?? "\"\"" }
            return ["{", " \"Name\": \(text("name")),", " \"Image\": \(text("image")),", " \"Command\": \(list("command")),", " \"Args\": \(list("args")),", " \"WorkingDir\": \(text("workingDir")),"]
        }
        let before = lines(old)
        let after = lines(new)
        var out = "@@ -1,\(before.count) +1,\(after.count) @@\n"
        for (a, b) in zip(before, after) { out += a == b ? " \(a)\n" : "-\(a)\n+\(b)\n" }
        return out
    }
}

/// What of a pod may change through `resize`: processor and memory of its containers.
enum PodResizeValidation {
    static func check(_ object: JSON, _ old: JSON, _ validation: inout Validation) {
        var new = object["spec"] ?? [:]
        let before = old["spec"] ?? [:]
        if PodDefaults.qualityOfService(new) != old["status"]?.word("qosClass") { validation.add(.invalid("spec", object["status"]?["qosClass"] ?? "", "Pod QOS Class may not change as a result of resizing")) }
        for list in ["initContainers", "containers"] {
            let olds = before.list(list)
            guard new.list(list).count == olds.count else { continue }
            var index = 0
            new.each(list) { container in
                defer { index += 1 }
                let was = olds[index]
                guard list == "containers" || was["restartPolicy"] == "Always" else {
                    if container != was { validation.add(.forbidden("spec", "resources for non-sidecar init containers are immutable")) }
                    return
                }
                for kind in ["requests", "limits"] where !Set(was["resources"]?[kind]?.strings.keys.map { $0 } ?? []).isSubset(of: container["resources"]?[kind]?.strings.keys.map { $0 } ?? []) {
                    validation.add(.forbidden("spec.\(list)[\(index)].resources.\(kind)", "resource \(kind) cannot be removed"))
                }
                for kind in ["requests", "limits"] {
                    for name in ["cpu", "memory"] where container["resources"]?[kind]?[name] != was["resources"]?[kind]?[name] { container[path: "resources", kind, name] = was["resources"]?[kind]?[name] }
                    if was["resources"]?[kind] == nil, container["resources"]?[kind]?.isEmpty ?? false { container[path: "resources", kind] = nil }
                }
                if container != was { validation.add(.forbidden("spec", list == "containers" ? "only cpu and memory resources are mutable" : "only cpu and memory resources for sidecar containers are mutable")) }
            }
        }
        guard validation.findings.isEmpty else { return }
        var rest = new
        for list in ["initContainers", "containers"] { rest[list] = before[list] }
        if rest != before { validation.add(.forbidden("spec", "only cpu and memory resources are mutable")) }
    }
}
