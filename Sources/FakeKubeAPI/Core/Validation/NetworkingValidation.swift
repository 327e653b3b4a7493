/// Ingresses and their classes, addresses and ranges of services, slices of endpoints.
enum NetworkingValidation {
    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"]
        switch resource.kind {
        case "Ingress": checkIngress(spec, &validation)
        case "IngressClass":
            if spec?["controller"]?.isEmpty ?? true { validation.add(.required("spec.controller")) }
            if let old { validation.immutable(spec?["controller"], old["spec"]?["controller"], "spec.controller") }
        case "ServiceCIDR":
            if spec?["cidrs"]?.isEmpty ?? true { validation.add(.required("spec.cidrs", "at least one CIDR required")) }
            for (index, range) in (spec?["cidrs"]?.array ?? []).enumerated() where !NetworkText.isRange(range.string ?? "") {
                validation.add(.invalid("spec.cidrs[\(index)]", range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
            }
            if let old { validation.immutable(spec?["cidrs"], old["spec"]?["cidrs"], "spec.cidrs") }
        case "IPAddress":
            let name = object["metadata"]?["name"]?.string ?? ""
            if !NetworkText.isAddress(name) { validation.add(.invalid("metadata.name", .string(name), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")) }
            if spec?["parentRef"] == nil { validation.add(.required("spec.parentRef")) } else {
                if spec?["parentRef"]?["resource"]?.isEmpty ?? true { validation.add(.required("spec.parentRef.resource")) }
                if spec?["parentRef"]?["name"]?.isEmpty ?? true { validation.add(.required("spec.parentRef.name")) }
            }
            if let old { validation.immutable(spec?["parentRef"], old["spec"]?["parentRef"], "spec.parentRef") }
        default: break
        }
    }

    private static func checkIngress(_ spec: JSON?, _ validation: inout Validation) {
        if spec?["defaultBackend"] == nil, spec?["rules"]?.isEmpty ?? true { validation.add(.invalid("spec", spec ?? [:], "either `defaultBackend` or `rules` must be specified")) }
        if let backend = spec?["defaultBackend"] { checkBackend(backend, "spec.defaultBackend", &validation) }
        for (index, rule) in (spec?["rules"]?.array ?? []).enumerated() {
            let place = "spec.rules[\(index)]"
            if let host = rule["host"]?.string, !host.isEmpty {
                if NetworkText.isAddress(host) { validation.add(.invalid("\(place).host", .string(host), "must be a DNS name, not an IP address")) }
                validation.add(NameRules.subdomain(host.hasPrefix("*.") ? String(host.dropFirst(2)) : host).map { .invalid("\(place).host", .string(host), $0) })
            }
            guard let http = rule["http"] else { continue }
            if http["paths"]?.isEmpty ?? true { validation.add(.required("\(place).http.paths")) }
            for (number, path) in (http["paths"]?.array ?? []).enumerated() {
                let field = "\(place).http.paths[\(number)]"
                let known = ["Exact", "ImplementationSpecific", "Prefix"]
                if let type = path["pathType"]?.string, !type.isEmpty {
                    if !known.contains(type) { validation.add(.notSupported("\(field).pathType", .string(type), known)) }
                } else {
                    validation.add(.required("\(field).pathType", "pathType must be specified"))
                }
                let text = path["path"]?.string ?? ""
                if path["pathType"] != "ImplementationSpecific" || !text.isEmpty, !text.hasPrefix("/") { validation.add(.invalid("\(field).path", .string(text), "must be an absolute path")) }
                checkBackend(path["backend"] ?? [:], "\(field).backend", &validation)
            }
        }
    }

    private static func checkBackend(_ backend: JSON, _ field: String, _ validation: inout Validation) {
        switch (backend["service"], backend["resource"]) {
        case (nil, nil): validation.add(.required(field, "service or resource backend is required"))
        case (_?, _?): validation.add(.invalid(field, "", "cannot set both resource and service backends"))
        case (let service?, nil):
            let name = service["name"]?.string ?? ""
            if name.isEmpty { validation.add(.required("\(field).service.name")) } else { validation.add(NameRules.label(name).map { .invalid("\(field).service.name", .string(name), $0) }) }
            if service["port"]?["name"]?.isEmpty ?? true, service["port"]?["number"]?.isEmpty ?? true { validation.add(.required("\(field).service.port", "port name or number is required")) }
        default: break
        }
    }

    static func checkSlice(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let type = object["addressType"]?.string ?? ""
        validation.oneOf(["FQDN", "IPv4", "IPv6"], object["addressType"], "addressType")
        if let old { validation.immutable(object["addressType"], old["addressType"], "addressType") }
        let endpoints = object["endpoints"]?.array ?? []
        if endpoints.count > 1000 { validation.add(.init(reason: .tooMany, field: "endpoints", body: "Too many: \(endpoints.count): must have at most 1000 items")) }
        for (index, endpoint) in endpoints.enumerated() {
            let field = "endpoints[\(index)].addresses"
            let addresses = endpoint["addresses"]?.array ?? []
            if addresses.isEmpty { validation.add(.required(field, "must contain at least 1 address")) }
            for (number, address) in addresses.enumerated() where type == "IPv4" || type == "IPv6" {
                let text = address.string ?? ""
                if !NetworkText.isAddress(text) || text.contains(":") != (type == "IPv6") {
                    validation.add(.invalid("\(field)[\(number)]", address, "must be a valid \(type) address"))
                }
            }
        }
    }
}
