/// The spec of a pod, alone or as a template.
enum PodValidation {
    static func check(_ spec: JSON?, _ path: String, _ validation: inout Validation) {
        let volumes = spec?["volumes"]?.array ?? []
        check(volumes: volumes, "\(path).volumes", &validation)
        let names = Set(volumes.compactMap { $0["name"]?.string })
        let hostNetwork = spec?["hostNetwork"] == true
        let containers = spec?["containers"]?.array ?? []
        if containers.isEmpty { validation.add(.required("\(path).containers")) }
        var seen: Set<String> = []
        for (list, isInit) in [("initContainers", true), ("containers", false)] {
            for (index, container) in (spec?[list]?.array ?? []).enumerated() {
                ContainerValidation.check(container, "\(path).\(list)[\(index)]", volumes: names, hostNetwork: hostNetwork, isInit: isInit, seen: &seen, &validation)
            }
        }
        validation.oneOf(["Always", "Never", "OnFailure"], spec?["restartPolicy"], "\(path).restartPolicy")
        let policy = spec?["dnsPolicy"]?.string ?? ""
        if !["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"].contains(policy) { validation.add(.notSupported("\(path).dnsPolicy", .string(policy), ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])) }
        validation.labels(spec?["nodeSelector"], "\(path).nodeSelector")
        if policy == "None" {
            if spec?["dnsConfig"] == nil { validation.add(.required("\(path).dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None")) } else if spec?["dnsConfig"]?["nameservers"]?.isEmpty ?? true {
                validation.add(.required("\(path).dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"))
            }
        }
        if let account = spec?["serviceAccountName"]?.string, !account.isEmpty { validation.add(NameRules.subdomain(account).map { .invalid("\(path).serviceAccountName", .string(account), $0) }) }
        if let node = spec?["nodeName"]?.string, !node.isEmpty { validation.add(NameRules.subdomain(node).map { .invalid("\(path).nodeName", .string(node), $0) }) }
        if let seconds = spec?["activeDeadlineSeconds"]?.integer, seconds < 1 || seconds > Int64(Int32.max) {
            validation.add(.invalid("\(path).activeDeadlineSeconds", .integer(seconds), "must be between 1 and 2147483647, inclusive"))
        }
        validation.atLeast(0, spec?["terminationGracePeriodSeconds"], "\(path).terminationGracePeriodSeconds")
        var parameters: Set<String> = []
        for (index, sysctl) in (spec?["securityContext"]?["sysctls"]?.array ?? []).enumerated() {
            let name = sysctl["name"]?.string ?? ""
            if name.isEmpty { validation.add(.required("\(path).securityContext.sysctls[\(index)].name")) } else {
                validation.add(NameRules.sysctl(name).map { .invalid("\(path).securityContext.sysctls[\(index)].name", .string(name), $0) })
            }
            if !parameters.insert(name).inserted { validation.add(.duplicate("\(path).securityContext.sysctls[\(index)].name", .string(name))) }
        }
        if let host = spec?["hostname"]?.string, !host.isEmpty { validation.add(NameRules.label(host).map { .invalid("\(path).hostname", .string(host), $0) }) }
        for (index, toleration) in (spec?["tolerations"]?.array ?? []).enumerated() { check(toleration: toleration, "\(path).tolerations[\(index)]", &validation) }
    }

    private static func check(toleration: JSON, _ path: String, _ validation: inout Validation) {
        let key = toleration["key"]?.string ?? ""
        if !key.isEmpty { validation.add(NameRules.qualifiedName(key).map { .invalid("\(path).key", .string(key), $0) }) }
        let test = toleration["operator"]?.string ?? ""
        if key.isEmpty, test != "Exists" { validation.add(.invalid("\(path).operator", .string(test), "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")) }
        if toleration["tolerationSeconds"] != nil, toleration["effect"] != "NoExecute" {
            validation.add(.invalid("\(path).effect", toleration["effect"] ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        }
        if test == "Exists", let value = toleration["value"]?.string, !value.isEmpty { validation.add(.invalid("\(path).operator", toleration["value"] ?? "", "value must be empty when `operator` is 'Exists'")) }
    }

    private static func check(volumes: [JSON], _ path: String, _ validation: inout Validation) {
        var seen: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            let place = "\(path)[\(index)]"
            let name = volume["name"]?.string ?? ""
            let sources = (volume.object ?? [:]).keys.filter { $0 != "name" }.sorted()
            // In the order in which the types are declared, the first is kept and the others are too many.
            for extra in sources.dropFirst() { validation.add(.forbidden("\(place).\(extra)", "may not specify more than 1 volume type")) }
            if sources.first == "hostPath" || sources.count == 1, let target = volume["hostPath"]?["path"]?.string {
                if target.isEmpty { validation.add(.required("\(place).hostPath.path")) }
                if target.split(separator: "/").contains("..") { validation.add(.invalid("\(place).hostPath.path", .string(target), "must not contain '..'")) }
            }
            if volume["configMap"] != nil, volume["configMap"]?["name"]?.isEmpty ?? true { validation.add(.required("\(place).configMap.name")) }
            if volume["secret"] != nil, volume["secret"]?["secretName"]?.isEmpty ?? true { validation.add(.required("\(place).secret.secretName")) }
            for source in ["configMap", "secret", "downwardAPI"] {
                for (number, item) in (volume[source]?["items"]?.array ?? []).enumerated() {
                    let target = item["path"]?.string ?? ""
                    if target.isEmpty { validation.add(.required("\(place).\(source).items[\(number)].path")) }
                    validation.add(NameRules.localPath(target).map { .invalid("\(place).\(source).items[\(number)].path", .string(target), $0) })
                }
            }
            if volume["persistentVolumeClaim"] != nil, volume["persistentVolumeClaim"]?["claimName"]?.isEmpty ?? true { validation.add(.required("\(place).persistentVolumeClaim.claimName")) }
            if name.isEmpty { validation.add(.required("\(place).name")) } else {
                validation.add(NameRules.label(name).map { .invalid("\(place).name", .string(name), $0) })
                // A second volume of a name that is wrong already is reported once the first is right.
                if !seen.insert(name).inserted, sources.count == 1, sources != ["emptyDir"] { validation.add(.duplicate("\(place).name", .string(name))) }
            }
        }
    }
}

/// One container of a pod.
enum ContainerValidation {
    private static let standard: Set = ["cpu", "memory", "ephemeral-storage"]

    static func check(
        _ container: JSON, _ path: String, volumes: Set<String>, hostNetwork: Bool, isInit: Bool, seen: inout Set<String>, _ validation: inout Validation
    ) {
        let name = container["name"]?.string ?? ""
        if name.isEmpty { validation.add(.required("\(path).name")) } else {
            validation.add(NameRules.label(name).map { .invalid("\(path).name", .string(name), $0) })
            if !seen.insert(name).inserted { validation.add(.duplicate("\(path).name", .string(name))) }
        }
        let image = container["image"]?.string ?? ""
        if image.isEmpty { validation.add(.required("\(path).image")) } else if image.first == " " || image.last == " " { validation.add(.invalid("\(path).image", .string(image), "must not have leading or trailing whitespace")) }
        check(environment: container["env"]?.array ?? [], "\(path).env", &validation)
        check(mounts: container["volumeMounts"]?.array ?? [], "\(path).volumeMounts", volumes, &validation)
        check(ports: container["ports"]?.array ?? [], "\(path).ports", hostNetwork, &validation)
        check(resources: container["resources"], "\(path).resources", &validation)
        if let policy = container["imagePullPolicy"]?.string, !["Always", "IfNotPresent", "Never"].contains(policy) { validation.add(.notSupported("\(path).imagePullPolicy", .string(policy), ["Always", "IfNotPresent", "Never"])) }
        for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[key] else { continue }
            let handlers = ["exec", "httpGet", "tcpSocket", "grpc"].filter { probe[$0] != nil }
            if handlers.isEmpty { validation.add(.required("\(path).\(key)", "must specify a handler type")) }
            for extra in handlers.dropFirst() { validation.add(.forbidden("\(path).\(key).\(extra)", "may not specify more than 1 handler type")) }
            for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] { validation.atLeast(0, probe[number], "\(path).\(key).\(number)") }
            if key != "readinessProbe", let successes = probe["successThreshold"]?.integer, successes != 1 { validation.add(.invalid("\(path).\(key).successThreshold", .integer(successes), "must be 1")) }
        }
        if container["securityContext"]?["privileged"] == true, container["securityContext"]?["allowPrivilegeEscalation"] == false {
            validation.add(.invalid("\(path).securityContext", container["securityContext"] ?? [:], "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
        }
    }

    private static func check(environment: [JSON], _ path: String, _ validation: inout Validation) {
        for (index, entry) in environment.enumerated() {
            let name = entry["name"]?.string ?? ""
            if name.isEmpty { validation.add(.required("\(path)[\(index)].name")) } else if !name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") }) {
                validation.add(.invalid("\(path)[\(index)].name", .string(name), "a valid environment variable name must consist only of printable ASCII characters other than '='"))
            }
            guard let source = entry["valueFrom"] else { continue }
            if source.isEmpty { validation.add(.invalid("\(path)[\(index)].valueFrom", "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")) }
            if let value = entry["value"]?.string, !value.isEmpty { validation.add(.invalid("\(path)[\(index)].valueFrom", "", "may not be specified when `value` is not empty")) }
        }
    }

    private static func check(mounts: [JSON], _ path: String, _ volumes: Set<String>, _ validation: inout Validation) {
        var seen: Set<String> = []
        for (index, mount) in mounts.enumerated() {
            let name = mount["name"]?.string ?? ""
            if name.isEmpty { validation.add(.required("\(path)[\(index)].name")) } else if !volumes.contains(name) { validation.add(.notFound("\(path)[\(index)].name", .string(name))) }
            let target = mount["mountPath"]?.string ?? ""
            if target.isEmpty { validation.add(.required("\(path)[\(index)].mountPath")) } else if !seen.insert(target).inserted {
                validation.add(.invalid("\(path)[\(index)].mountPath", .string(target), "must be unique"))
            }
            if let below = mount["subPath"]?.string, !below.isEmpty { validation.add(NameRules.localPath(below).map { .invalid("\(path)[\(index)].subPath", .string(below), $0) }) }
        }
    }

    private static func check(ports: [JSON], _ path: String, _ hostNetwork: Bool, _ validation: inout Validation) {
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "\(path)[\(index)]"
            if let name = port["name"]?.string, !name.isEmpty {
                if name.utf8.count > 15 { validation.add(.invalid("\(place).name", .string(name), "must be no more than 15 characters")) }
                if !names.insert(name).inserted { validation.add(.duplicate("\(place).name", .string(name))) }
            }
            let number = port["containerPort"]?.integer ?? 0
            if number == 0 { validation.add(.required("\(place).containerPort")) } else if !(1...65_535).contains(number) { validation.add(.invalid("\(place).containerPort", .integer(number), "must be between 1 and 65535, inclusive")) }
            if let host = port["hostPort"]?.integer, host != 0 {
                if !(1...65_535).contains(host) { validation.add(.invalid("\(place).hostPort", .integer(host), "must be between 1 and 65535, inclusive")) }
                if hostNetwork, host != number { validation.add(.invalid("\(place).hostPort", .integer(host), "must match `containerPort` when `hostNetwork` is true")) }
            }
            if let name = port["protocol"]?.string, !["SCTP", "TCP", "UDP"].contains(name) { validation.add(.notSupported("\(place).protocol", .string(name), ["SCTP", "TCP", "UDP"])) }
        }
    }

    private static func check(resources: JSON?, _ path: String, _ validation: inout Validation) {
        for list in ["limits", "requests"] {
            for (name, amount) in (resources?[list]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                let place = "\(path).\(list)[\(name)]"
                let isStandard = standard.contains(name) || name.hasPrefix("hugepages-")
                if !name.contains("/"), !isStandard {
                    validation.add(.invalid(place, .string(name), "must be a standard resource type or fully qualified"))
                    validation.add(.invalid(place, .string(name), "must be a standard resource for containers"))
                }
                if let quantity = amount.string.flatMap({ Quantity($0) }), quantity.isNegative { validation.add(.invalid(place, amount, "must be greater than or equal to 0")) }
            }
        }
        for (name, amount) in (resources?["requests"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let limit = resources?["limits"]?[name]?.string, let most = Quantity(limit), let wanted = amount.string.flatMap({ Quantity($0) }), most < wanted else { continue }
            validation.add(.invalid("\(path).requests", amount, "must be less than or equal to \(name) limit of \(limit)"))
        }
    }
}

/// What of a pod may change once it is there.
enum PodUpdateValidation {
    static func check(_ object: JSON, _ old: JSON, subresource: String, _ validation: inout Validation) {
        var new = object["spec"] ?? [:]
        let before = old["spec"] ?? [:]
        switch subresource {
        case "ephemeralcontainers":
            checkEphemeral(new, before, &validation)
            return
        case "resize":
            return
        default: break
        }
        for (index, container) in (new["containers"]?.array ?? []).enumerated() where container["image"]?.isEmpty ?? true {
            validation.add(.required("spec.containers[\(index)].image"))
        }
        if (new["containers"]?.array?.count ?? 0) != (before["containers"]?.array?.count ?? 0) {
            validation.add(.forbidden("spec.containers", "pod updates may not add or remove containers"))
            return
        }
        // These may change; put the old ones back and nothing else may differ.
        for list in ["containers", "initContainers"] {
            let old = before[list]?.array ?? []
            var index = 0
            new.each(list) { container in
                if index < old.count { container["image"] = old[index]["image"] }
                index += 1
            }
        }
        if let previous = before["activeDeadlineSeconds"]?.integer {
            guard let next = new["activeDeadlineSeconds"]?.integer else {
                validation.add(.invalid("spec.activeDeadlineSeconds", .null, "must not update from a positive integer to nil value"))
                return
            }
            if next > previous { validation.add(.invalid("spec.activeDeadlineSeconds", .integer(next), "must be less than or equal to previous value")) }
        }
        new["activeDeadlineSeconds"] = before["activeDeadlineSeconds"]
        if before["terminationGracePeriodSeconds"]?.integer ?? 0 < 0, new["terminationGracePeriodSeconds"] == 1 { new["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"] }
        let kept = before["tolerations"]?.array ?? []
        if kept.allSatisfy({ (new["tolerations"]?.array ?? []).contains($0) }) { new["tolerations"] = before["tolerations"] }
        if let gates = before["schedulingGates"]?.array, (new["schedulingGates"]?.array ?? []).allSatisfy(gates.contains) { new["schedulingGates"] = before["schedulingGates"] }
        if new != before {
            validation.add(.forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"))
        }
    }

    private static func checkEphemeral(_ new: JSON, _ old: JSON, _ validation: inout Validation) {
        let names = Set(["containers", "initContainers"].flatMap { new[$0]?.array ?? [] }.compactMap { $0["name"]?.string })
        let before = old["ephemeralContainers"]?.array ?? []
        let after = new["ephemeralContainers"]?.array ?? []
        for (index, container) in after.enumerated() {
            let path = "spec.ephemeralContainers[\(index)]"
            if container["name"]?.isEmpty ?? true { validation.add(.required("\(path).name")) }
            if container["image"]?.isEmpty ?? true { validation.add(.required("\(path).image")) }
            if let name = container["name"]?.string, names.contains(name) { validation.add(.duplicate("\(path).name", .string(name))) }
            if let target = container["targetContainerName"]?.string, !target.isEmpty, !names.contains(target) { validation.add(.notFound("\(path).targetContainerName", .string(target))) }
        }
        for container in before {
            let name = container["name"]?.string ?? ""
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
