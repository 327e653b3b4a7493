enum ServiceValidation {
    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        let type = spec?["type"]?.string ?? ""
        let isHeadless = spec?["clusterIP"] == "None"
        let ports = spec?["ports"]?.array ?? []
        if let before = old?["spec"], type != "ExternalName", before["type"] != "ExternalName", let address = before["clusterIPs"]?[0], let now = spec?["clusterIPs"]?[0] ?? spec?["clusterIP"] {
            if now != address || spec?["clusterIP"] != before["clusterIP"] {
                validation.add(.invalid("spec.clusterIPs[0]", spec?["clusterIP"] ?? "", "may not change once set"))
                return
            }
        }
        if ports.isEmpty, !isHeadless, type != "ExternalName" { validation.add(.required("spec.ports")) }
        if type == "ExternalName" {
            let name = spec?["externalName"]?.string ?? ""
            if name.isEmpty { validation.add(.required("spec.externalName")) } else { validation.add(NameRules.subdomain(name.hasSuffix(".") ? String(name.dropLast()) : name).map { .invalid("spec.externalName", .string(name), $0) }) }
        }
        var names: Set<String> = []
        var pairs: Set<JSON> = []
        for (index, port) in ports.enumerated() {
            let path = "spec.ports[\(index)]"
            let name = port["name"]?.string ?? ""
            if name.isEmpty {
                if ports.count > 1 { validation.add(.required("\(path).name")) }
            } else {
                validation.add(NameRules.label(name).map { .invalid("\(path).name", .string(name), $0) })
                if !names.insert(name).inserted { validation.add(.duplicate("\(path).name", .string(name))) }
            }
            let number = port["port"]?.integer ?? 0
            if !(1...65_535).contains(number) { validation.add(.invalid("\(path).port", .integer(number), "must be between 1 and 65535, inclusive")) }
            validation.oneOf(["SCTP", "TCP", "UDP"], port["protocol"], "\(path).protocol")
            if case .integer(let target)? = port["targetPort"], !(1...65_535).contains(target) { validation.add(.invalid("\(path).targetPort", .integer(target), "must be between 1 and 65535, inclusive")) }
            if let node = port["nodePort"]?.integer, node != 0, !(30_000...32_767).contains(node) {
                validation.add(.invalid("\(path).nodePort", .integer(node), "provided port is not in the valid range. The range of valid ports is 30000-32767"))
            }
            if !pairs.insert([port["port"] ?? 0, port["protocol"] ?? ""]).inserted { validation.add(.duplicate(path, ["port": port["port"] ?? 0, "protocol": port["protocol"] ?? ""])) }
        }
        validation.labels(spec?["selector"], "spec.selector")
        if !["None", "ClientIP"].contains(spec?["sessionAffinity"]?.string ?? "") { validation.add(.notSupported("spec.sessionAffinity", spec?["sessionAffinity"] ?? "", ["ClientIP", "None"])) }
        if !["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].contains(type) { validation.add(.notSupported("spec.type", .string(type), ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])) }
        if let address = spec?["clusterIP"]?.string, !address.isEmpty, address != "None", !NetworkText.isAddress(address) {
            validation.add(.invalid("spec.clusterIPs[0]", .string(address), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
        }
    }
}
