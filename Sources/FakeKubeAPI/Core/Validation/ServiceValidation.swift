/// Services: their ports, addresses and what belongs to their type.
enum ServiceValidation {
    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        let type = spec.word("type")
        if let before = old?["spec"], type != "ExternalName", before.word("type") != "ExternalName" { checkChange(spec, before, &validation) }
        let isHeadless = spec.list("clusterIPs") == ["None"] || spec["clusterIP"] == "None"
        let ports = spec.list("ports")
        if ports.isEmpty, !isHeadless, type != "ExternalName" { validation.add(.required("spec.ports")) }
        switch type {
        case "LoadBalancer", "NodePort": if isHeadless { validation.add(.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for \(type) services")) }
        case "ExternalName":
            for key in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] where !(spec[key]?.isEmpty ?? true) { validation.add(.forbidden("spec.\(key)", "may not be set for ExternalName services")) }
            let name = spec.word("externalName").hasSuffix(".") ? String(spec.word("externalName").dropLast()) : spec.word("externalName")
            validation.requiredName(NameRules.subdomain, .string(name), "spec.externalName")
        default: break
        }
        var names: Set<String> = []
        for (index, port) in ports.enumerated() { checkPort(port, "spec.ports[\(index)]", needsName: ports.count > 1, &names, &validation) }
        validation.labels(spec["selector"], "spec.selector")
        checkAffinity(spec, &validation)
        if type != "ExternalName" { checkAddresses(spec, isHeadless, &validation) }
        for (index, address) in spec.list("externalIPs").enumerated() {
            validation.address(address.string ?? "", "spec.externalIPs[\(index)]")
            validation.add(NetworkText.special(address.string ?? "", "spec.externalIPs[\(index)]"))
        }
        validation.oneOf(["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], spec["type"], "spec.type")
        checkPairs(ports, type, &validation)
        checkBalancer(object, spec, type, old?["spec"], &validation)
        checkTraffic(spec, type, &validation)
        if spec.has("trafficDistribution"), !["PreferClose", "PreferSameZone", "PreferSameNode"].contains(spec.word("trafficDistribution")) {
            validation.add(.notSupported("spec.trafficDistribution", spec["trafficDistribution"] ?? "", ["PreferClose", "PreferSameZone", "PreferSameNode"]))
        }
    }

    private static func checkChange(_ spec: JSON, _ old: JSON, _ validation: inout Validation) {
        let before = old.list("clusterIPs")
        let after = spec.list("clusterIPs")
        if before == ["None"], after == ["None"] { return }
        if after.isEmpty, !before.isEmpty { validation.add(.invalid("spec.clusterIPs[0]", .array(after), "primary clusterIP can not be unset")) }
        for (index, pair) in zip(before, after).enumerated() where pair.0 != pair.1 { validation.add(.invalid("spec.clusterIPs[\(index)]", .array(after), "may not change once set")) }
        if before.count > after.count, after.count == 1, spec["ipFamilyPolicy"] != "SingleStack" {
            validation.add(.invalid("spec.ipFamilyPolicy", spec["ipFamilyPolicy"] ?? .null, "must be set to 'SingleStack' when releasing the secondary clusterIP"))
        }
        for pair in zip(old.list("ipFamilies"), spec.list("ipFamilies")) where pair.0 != pair.1 && (before == ["None"]) == (after == ["None"]) {
            validation.add(.invalid("spec.ipFamilies[0]", spec["ipFamilies"] ?? [], "may not change once set"))
        }
    }

    private static func checkPort(_ port: JSON, _ path: String, needsName: Bool, _ names: inout Set<String>, _ validation: inout Validation) {
        let name = port.word("name")
        if name.isEmpty { if needsName { validation.add(.required("\(path).name")) } } else {
            validation.name(NameRules.label, name, "\(path).name")
            if !names.insert(name).inserted { validation.add(.duplicate("\(path).name", .string(name))) }
        }
        validation.port(port["port"], "\(path).port")
        validation.oneOf(["SCTP", "TCP", "UDP"], port["protocol"], "\(path).protocol")
        validation.portOrName(port["targetPort"], "\(path).targetPort")
        if let name = port["appProtocol"]?.string { validation.name(NameRules.qualifiedName, name, "\(path).appProtocol") }
    }

    private static func checkPairs(_ ports: [JSON], _ type: String, _ validation: inout Validation) {
        var nodes: Set<JSON> = []
        for (index, port) in ports.enumerated() {
            guard let node = port.number("nodePort"), node != 0 else { continue }
            if type == "ClusterIP" { validation.add(.forbidden("spec.ports[\(index)].nodePort", "may not be used when `type` is 'ClusterIP'")) }
        }
        for (index, port) in ports.enumerated() {
            guard let node = port.number("nodePort"), node != 0 else { continue }
            if !nodes.insert([.string(port.word("protocol")), .integer(node)]).inserted { validation.add(.duplicate("spec.ports[\(index)].nodePort", .integer(node))) }
        }
        var pairs: Set<JSON> = []
        for (index, port) in ports.enumerated() where !pairs.insert([port["port"] ?? 0, port["protocol"] ?? ""]).inserted {
            let shown = "{\"Name\":\"\",\"Protocol\":\((port["protocol"] ?? "").text),\"AppProtocol\":null,\"Port\":\((port["port"] ?? 0).text),\"TargetPort\":0,\"NodePort\":0}"
            validation.add(.init(reason: .duplicate, field: "spec.ports[\(index)]", body: "Duplicate value: \(shown)"))
        }
    }

    private static func checkAffinity(_ spec: JSON, _ validation: inout Validation) {
        validation.oneOf(["ClientIP", "None"], spec["sessionAffinity"], "spec.sessionAffinity")
        let seconds = spec.at(["sessionAffinityConfig", "clientIP", "timeoutSeconds"])?.integer
        switch spec.word("sessionAffinity") {
        case "ClientIP":
            if let seconds, !(1...86_400).contains(seconds) { validation.add(.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", .integer(seconds), "must be greater than 0 and less than 86400")) }
        case "None": if spec.has("sessionAffinityConfig") { validation.add(.forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None")) }
        default: break
        }
    }

    private static func checkAddresses(_ spec: JSON, _ isHeadless: Bool, _ validation: inout Validation) {
        let addresses = spec.list("clusterIPs").map { $0.string ?? "" }
        let first = spec.word("clusterIP")
        let shown = JSON(addresses)
        if first.isEmpty { if !addresses.isEmpty { validation.add(.invalid("spec.clusterIPs", shown, "must be empty when `clusterIP` is not specified")) } } else if addresses.isEmpty {
            validation.add(.required("spec.clusterIPs"))
        } else if addresses[0] != first {
            validation.add(.invalid("spec.clusterIPs", shown, "first value must match `clusterIP`"))
        }
        var families: Set<String> = []
        for (index, family) in spec.list("ipFamilies").enumerated() {
            let name = family.string ?? ""
            validation.known(["IPv4", "IPv6"], family, "spec.ipFamilies[\(index)]")
            if !families.insert(name).inserted { validation.add(.duplicate("spec.ipFamilies[\(index)]", family)) }
        }
        validation.known(["PreferDualStack", "RequireDualStack", "SingleStack"], spec["ipFamilyPolicy"], "spec.ipFamilyPolicy")
        if addresses.first == "None" {
            if addresses.count > 1 { validation.add(.invalid("spec.clusterIPs", shown, "'None' must be the first and only value")) }
            return
        }
        for (index, address) in addresses.enumerated() { validation.address(address, "spec.clusterIPs[\(index)]") }
        if addresses.count > 2 { validation.add(.invalid("spec.clusterIPs", shown, "may only hold up to 2 values")) }
        guard addresses.allSatisfy(NetworkText.isAddress) else { return }
        if addresses.count > 1, Set(addresses.map { $0.contains(":") }).count < 2 { validation.add(.invalid("spec.clusterIPs", shown, "may specify no more than one IP for each IP family")) }
        for (index, pair) in zip(addresses, spec.list("ipFamilies").map { $0.string ?? "" }).enumerated() where ["IPv4", "IPv6"].contains(pair.1) && pair.0.contains(":") != (pair.1 == "IPv6") {
            validation.add(.invalid("spec.clusterIPs[\(index)]", .string(pair.0), "expected an \(pair.1) value as indicated by `ipFamilies[\(index)]`"))
        }
    }

    private static func checkBalancer(_ object: JSON, _ spec: JSON, _ type: String, _ old: JSON?, _ validation: inout Validation) {
        let isBalancer = type == "LoadBalancer"
        let ranges = spec.list("loadBalancerSourceRanges")
        if !ranges.isEmpty {
            if !isBalancer { validation.add(.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'")) }
            for (index, range) in ranges.enumerated() { validation.range((range.string ?? "").trimmingSpace, "spec.LoadBalancerSourceRanges[\(index)]") }
        }
        if spec.has("allocateLoadBalancerNodePorts"), !isBalancer { validation.add(.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'")) }
        if let old, isBalancer, old.word("type") == "LoadBalancer", old["loadBalancerClass"] != spec["loadBalancerClass"] {
            validation.add(.invalid("spec.loadBalancerClass", spec["loadBalancerClass"] ?? .null, "may not change once set"))
        }
        guard let name = spec["loadBalancerClass"]?.string else { return }
        if isBalancer { validation.name(NameRules.qualifiedName, name, "spec.loadBalancerClass") } else { validation.add(.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'")) }
    }

    private static func checkTraffic(_ spec: JSON, _ type: String, _ validation: inout Validation) {
        let isReachable = type == "LoadBalancer" || type == "NodePort" || type == "ClusterIP" && !spec.list("externalIPs").isEmpty
        if isReachable { validation.oneOf(["Cluster", "Local"], spec["externalTrafficPolicy"], "spec.externalTrafficPolicy") } else if !spec.word("externalTrafficPolicy").isEmpty {
            validation.add(.invalid("spec.externalTrafficPolicy", spec["externalTrafficPolicy"] ?? "", "may only be set for externally-accessible services"))
        }
        let isChecked = type == "LoadBalancer" && spec["externalTrafficPolicy"] == "Local"
        if let port = spec.number("healthCheckNodePort"), port != 0 {
            if isChecked { validation.port(.integer(port), "spec.healthCheckNodePort") } else {
                validation.add(.invalid("spec.healthCheckNodePort", .integer(port), "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
            }
        }
        validation.known(["Cluster", "Local"], spec["internalTrafficPolicy"], "spec.internalTrafficPolicy")
    }
}
