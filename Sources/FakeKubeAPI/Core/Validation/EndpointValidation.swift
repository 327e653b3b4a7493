/// Addresses behind services, in both of their forms.
enum EndpointValidation {
    static func check(_ object: JSON, _ validation: inout Validation) {
        for (index, subset) in object.list("subsets").enumerated() {
            let place = "subsets[\(index)]"
            if subset.list("addresses").isEmpty, subset.list("notReadyAddresses").isEmpty { validation.add(.required(place, "must specify `addresses` or `notReadyAddresses`")) }
            for list in ["addresses", "notReadyAddresses"] {
                for (number, address) in subset.list(list).enumerated() { checkAddress(address, "\(place).\(list)[\(number)]", &validation) }
            }
            let ports = subset.list("ports")
            for (number, port) in ports.enumerated() {
                let field = "\(place).ports[\(number)]"
                if port.word("name").isEmpty { if ports.count > 1 { validation.add(.required("\(field).name")) } } else { validation.name(NameRules.label, port.word("name"), "\(field).name") }
                validation.port(port["port"], "\(field).port")
                validation.oneOf(["SCTP", "TCP", "UDP"], port["protocol"], "\(field).protocol")
                if let name = port["appProtocol"]?.string { validation.name(NameRules.qualifiedName, name, "\(field).appProtocol") }
            }
        }
    }

    private static func checkAddress(_ address: JSON, _ field: String, _ validation: inout Validation) {
        let text = address.word("ip")
        validation.address(text, "\(field).ip")
        if !address.word("hostname").isEmpty { validation.name(NameRules.label, address.word("hostname"), "\(field).hostname") }
        if let node = address["nodeName"]?.string { validation.name(NameRules.subdomain, node, "\(field).nodeName") }
        validation.add(NetworkText.isAddress(text) ? NetworkText.special(text, "\(field).ip") : [.invalid("\(field).ip", .string(text), "must be a valid IP address")])
    }

    private static let endpointsMax = 1000
    private static let addressesMax = 100
    private static let portsMax = 20_000

    private static func tooMany(_ field: String, _ count: Int, _ most: Int) -> FieldError { .init(reason: .tooMany, field: field, body: "Too many: \(count): must have at most \(most) items") }

    static func checkSlice(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let type = object.word("addressType")
        validation.oneOf(["FQDN", "IPv4", "IPv6"], object["addressType"], "addressType")
        if let old { validation.immutable(object["addressType"], old["addressType"], "addressType") }
        let endpoints = object.list("endpoints")
        if endpoints.count > endpointsMax { validation.add(tooMany("endpoints", endpoints.count, endpointsMax)) }
        for (index, endpoint) in endpoints.enumerated() {
            let field = "endpoints[\(index)]"
            let addresses = endpoint.list("addresses").map { $0.string ?? "" }
            if addresses.isEmpty { validation.add(.required("\(field).addresses", "must contain at least 1 address")) }
            if addresses.count > addressesMax { validation.add(tooMany("\(field).addresses", addresses.count, addressesMax)) }
            for (number, address) in addresses.enumerated() {
                let place = "\(field).addresses[\(number)]"
                if type == "FQDN" { validation.name(NameRules.subdomain, address, place) } else if type == "IPv4" || type == "IPv6" {
                    if !NetworkText.isAddress(address) || address.contains(":") != (type == "IPv6") { validation.add(.invalid(place, .string(address), "must be a valid \(type) address")) }
                    validation.add(NetworkText.isAddress(address) ? NetworkText.special(address, place) : [.invalid(place, .string(address), "must be a valid IP address")])
                }
            }
            if let node = endpoint["nodeName"]?.string { validation.name(NameRules.subdomain, node, "\(field).nodeName") }
            if !endpoint.word("hostname").isEmpty { validation.name(NameRules.label, endpoint.word("hostname"), "\(field).hostname") }
        }
        let ports = object.list("ports")
        if ports.count > portsMax { validation.add(tooMany("ports", ports.count, portsMax)) }
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let name = port.word("name")
            if !name.isEmpty { validation.name(NameRules.label, name, "ports[\(index)].name") }
            if !names.insert(name).inserted { validation.add(.duplicate("ports[\(index)].name", .string(name))) }
            validation.oneOf(["SCTP", "TCP", "UDP"], port["protocol"], "ports[\(index)].protocol")
            if let name = port["appProtocol"]?.string { validation.name(NameRules.qualifiedName, name, "ports[\(index)].appProtocol") }
        }
    }
}
