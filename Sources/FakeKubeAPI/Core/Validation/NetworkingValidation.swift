/// Policies, ingresses and their classes, addresses and ranges of services.
enum NetworkingValidation {
    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        switch resource.kind {
        case "NetworkPolicy": checkPolicy(spec, &validation)
        case "Ingress": IngressValidation.check(object, old, &validation)
        case "IngressClass":
            let controller = spec.word("controller")
            if controller.isEmpty { validation.add(.required("spec.controller")) } else {
                if controller.utf8.count > 250 { validation.add(.tooLong("spec.controller", 250)) }
                checkPrefixed(controller, "spec.controller", &validation)
            }
            IngressValidation.checkParameters(spec["parameters"], "spec.parameters", &validation)
            if let old { validation.immutable(spec["controller"], old["spec"]?["controller"], "spec.controller") }
        case "ServiceCIDR":
            if spec.list("cidrs").isEmpty { validation.add(.required("spec.cidrs", "at least one CIDR required")) }
            for (index, range) in spec.list("cidrs").enumerated() { validation.range(range.string ?? "", "spec.cidrs[\(index)]") }
            if let old { validation.immutable(spec["cidrs"], old["spec"]?["cidrs"], "spec.cidrs") }
        case "IPAddress":
            let name = object["metadata"]?.word("name") ?? ""
            if old == nil { validation.address(name, "metadata.name") }
            if let parent = spec["parentRef"], parent != .null {
                for key in ["resource", "name"] where parent.word(key).isEmpty { validation.add(.required("spec.parentRef.\(key)")) }
            } else {
                validation.add(.required("spec.parentRef"))
            }
            if let old { validation.immutable(spec["parentRef"], old["spec"]?["parentRef"], "spec.parentRef") }
        default: break
        }
    }

    /// `example.com/controller`.
    private static func checkPrefixed(_ text: String, _ field: String, _ validation: inout Validation) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return validation.add(.invalid(field, .string(text), "must be a domain-prefixed path (such as \"acme.io/foo\")")) }
        validation.add(NameRules.subdomain(parts[0]).map { .invalid(field, .string(parts[0]), $0) })
        let isRight = parts[1].utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "/-._~%!$&'()*+,;=:".utf8.contains(byte)
        }
        if !isRight { validation.add(.invalid(field, .string(parts[1]), "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")) }
    }

    private static func checkPolicy(_ spec: JSON, _ validation: inout Validation) {
        validation.selector(spec["podSelector"], "spec.podSelector")
        for (side, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in spec.list(side).enumerated() {
                for (number, port) in rule.list("ports").enumerated() { checkPort(port, "spec.\(side)[\(index)].ports[\(number)]", &validation) }
                for (number, peer) in rule.list(peers).enumerated() { checkPeer(peer, "spec.\(side)[\(index)].\(peers)[\(number)]", &validation) }
            }
        }
        let types = spec.list("policyTypes")
        if types.count > 2 { return validation.add(.invalid("spec.policyTypes", .array(types), "may not specify more than two policyTypes")) }
        for (index, type) in types.enumerated() { validation.known(["Ingress", "Egress"], type, "spec.policyTypes[\(index)]") }
    }

    private static func checkPort(_ port: JSON, _ path: String, _ validation: inout Validation) {
        validation.known(["TCP", "UDP", "SCTP"], port["protocol"], "\(path).protocol")
        let end = port.number("endPort")
        switch port["port"] {
        case .integer(let number)?:
            validation.port(.integer(number), "\(path).port")
            guard let end else { return }
            if end < number { validation.add(.invalid("\(path).endPort", .integer(end), "must be greater than or equal to `port`")) }
            validation.port(.integer(end), "\(path).endPort")
        case .string(let name)?:
            if let end { validation.add(.invalid("\(path).endPort", .integer(end), "may not be specified when `port` is non-numeric")) }
            validation.name(NameRules.portName, name, "\(path).port")
        default: if let end { validation.add(.invalid("\(path).endPort", .integer(end), "may not be specified when `port` is not specified")) }
        }
    }

    private static func checkPeer(_ peer: JSON, _ path: String, _ validation: inout Validation) {
        for key in ["podSelector", "namespaceSelector"] where peer.has(key) { validation.selector(peer[key], "\(path).\(key)") }
        if let block = peer["ipBlock"], block != .null { checkBlock(block, "\(path).ipBlock", &validation) }
        let given = ["podSelector", "namespaceSelector", "ipBlock"].filter(peer.has)
        if given.isEmpty { validation.add(.required(path, "must specify a peer")) } else if given.count > 1, peer.has("ipBlock") { validation.add(.forbidden(path, "may not specify both ipBlock and another peer")) }
    }

    private static func checkBlock(_ block: JSON, _ path: String, _ validation: inout Validation) {
        let range = block.word("cidr")
        if range.isEmpty { return validation.add(.required("\(path).cidr")) }
        validation.range(range, "\(path).cidr")
        for (index, other) in block.list("except").enumerated() {
            let text = other.string ?? ""
            validation.range(text, "\(path).except[\(index)]")
            guard NetworkText.isRange(range), NetworkText.isRange(text), !NetworkText.contains(range, text) else { continue }
            validation.add(.invalid("\(path).except[\(index)]", .string(text), "must be a strict subset of `cidr`"))
        }
    }
}

/// Rules that lead requests from outside to services.
enum IngressValidation {
    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        if !spec.has("defaultBackend"), spec.list("rules").isEmpty { validation.add(.invalid("spec", spec["rules"] ?? .null, "either `defaultBackend` or `rules` must be specified")) }
        if let backend = spec["defaultBackend"], backend != .null { checkBackend(backend, "spec.defaultBackend", &validation) }
        for (index, rule) in spec.list("rules").enumerated() {
            let place = "spec.rules[\(index)]"
            let host = rule.word("host")
            if !host.isEmpty {
                if NetworkText.isAddress(host) { validation.add(.invalid("\(place).host", .string(host), "must be a DNS name, not an IP address")) }
                validation.name(host.contains("*") ? NameRules.wildcardSubdomain : NameRules.subdomain, host, "\(place).host")
            }
            guard let http = rule["http"], http != .null else { continue }
            if http.list("paths").isEmpty { validation.add(.required("\(place).http.paths")) }
            for (number, path) in http.list("paths").enumerated() { checkPath(path, "\(place).http.paths[\(number)]", &validation) }
        }
        for (index, entry) in spec.list("tls").enumerated() {
            for (number, host) in entry.list("hosts").enumerated() {
                let name = host.string ?? ""
                validation.name(name.contains("*") ? NameRules.wildcardSubdomain : NameRules.subdomain, name, "spec.tls[\(index)].hosts[\(number)]")
            }
            if !entry.word("secretName").isEmpty { validation.name(NameRules.subdomain, entry.word("secretName"), "spec.tls[\(index)].secretName") }
        }
        if let name = spec["ingressClassName"]?.string { validation.name(NameRules.subdomain, name, "spec.ingressClassName") }
        if old == nil, let given = object["metadata"]?["annotations"]?["kubernetes.io/ingress.class"]?.string, let name = spec["ingressClassName"]?.string, given != name {
            validation.add(.invalid("annotations.kubernetes.io/ingress.class", .string(given), "must match `ingressClassName` when both are specified"))
        }
    }

    private static func checkPath(_ path: JSON, _ field: String, _ validation: inout Validation) {
        let text = path.word("path")
        switch path.word("pathType") {
        case "" where !path.has("pathType"): return validation.add(.required("\(field).pathType", "pathType must be specified"))
        case "Exact", "Prefix":
            if !text.hasPrefix("/") { validation.add(.invalid("\(field).path", .string(text), "must be an absolute path")) }
            for part in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(part) { validation.add(.invalid("\(field).path", .string(text), "must not contain '\(part)'")) }
            for end in ["/..", "/."] where text.hasSuffix(end) { validation.add(.invalid("\(field).path", .string(text), "cannot end with '\(end)'")) }
        case "ImplementationSpecific": if !text.isEmpty, !text.hasPrefix("/") { validation.add(.invalid("\(field).path", .string(text), "must be an absolute path")) }
        case let other: validation.add(.notSupported("\(field).pathType", .string(other), ["Exact", "ImplementationSpecific", "Prefix"]))
        }
        checkBackend(path["backend"] ?? [:], "\(field).backend", &validation)
    }

    private static func checkBackend(_ backend: JSON, _ field: String, _ validation: inout Validation) {
        switch (backend.has("service"), backend.has("resource")) {
        case (true, true): validation.add(.invalid(field, "", "cannot set both resource and service backends"))
        case (false, false): validation.add(.invalid(field, "", "resource or service backend is required"))
        case (false, true): checkReference(backend["resource"] ?? [:], "\(field).resource", &validation)
        case (true, false):
            let service = backend["service"] ?? [:]
            validation.requiredName(NameRules.label, service["name"], "\(field).service.name")
            let name = service["port"]?.word("name") ?? ""
            let number = service["port"]?.number("number") ?? 0
            if !name.isEmpty, number != 0 { validation.add(.invalid(field, "", "cannot set both port name & port number")) } else if !name.isEmpty {
                validation.name(NameRules.portName, name, "\(field).service.port.name")
            } else if number != 0 {
                validation.port(.integer(number), "\(field).service.port.number")
            } else {
                validation.add(.required(field, "port name or number is required"))
            }
        }
    }

    private static func checkReference(_ reference: JSON, _ field: String, _ validation: inout Validation) {
        if let group = reference["apiGroup"]?.string { validation.name(NameRules.subdomain, group, "\(field).apiGroup") }
        for key in ["kind", "name"] { validation.requiredName(NameRules.pathSegment, reference[key], "\(field).\(key)") }
    }

    static func checkParameters(_ parameters: JSON?, _ field: String, _ validation: inout Validation) {
        guard let parameters, parameters != .null else { return }
        checkReference(parameters, field, &validation)
        switch parameters["scope"]?.string {
        case nil: validation.add(.required("\(field).scope"))
        case "Namespace": if let name = parameters["namespace"]?.string { validation.name(NameRules.label, name, "\(field).namespace") } else { validation.add(.required("\(field).namespace", "`parameters.scope` is set to 'Namespace'")) }
        case "Cluster": if parameters.has("namespace") { validation.add(.forbidden("\(field).namespace", "`parameters.scope` is set to 'Cluster'")) }
        case let other?: validation.add(.notSupported("\(field).scope", .string(other), ["Cluster", "Namespace"]))
        }
    }
}
