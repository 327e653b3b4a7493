/// Kubernetes' own kinds: amounts, URLs, addresses, address ranges, named formats.
enum CELLibrary {
    /// What is made of a text.
    static func make(_ function: String, _ text: String, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        guard rest.isEmpty else { return nil }
        switch function {
        case "quantity":
            guard let quantity = Quantity(text) else { throw CELError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'") }
            return .quantity(quantity)
        case "isQuantity": return .bool(Quantity(text) != nil)
        case "url":
            guard let url = CELURL(text) else { throw CELError("URL parse error during conversion from string: parse \(JSON.string(text).text): invalid URI for request") }
            return .url(url)
        case "isURL": return .bool(CELURL(text) != nil)
        case "ip":
            guard let address = CELAddress(text) else { throw CELError("IP Address \(JSON.string(text).text) parse error during conversion from string: ParseAddr(\(JSON.string(text).text)): unable to parse IP") }
            return .address(address)
        case "isIP": return .bool(CELAddress(text) != nil)
        case "ip.isCanonical":
            guard let address = CELAddress(text) else { throw CELError("IP Address \(JSON.string(text).text) parse error during conversion from string: ParseAddr(\(JSON.string(text).text)): unable to parse IP") }
            return .bool(address.text == text)
        case "cidr":
            guard let range = CELAddressRange(text) else { throw CELError("network address parse error during conversion from string: netip.ParsePrefix(\(JSON.string(text).text)): no '/'") }
            return .range(range)
        case "isCIDR": return .bool(CELAddressRange(text) != nil)
        case "format.named": return .optional(CELFormats.names.contains(text) ? .format(text) : nil)
        case "jsonpatch.escapeKey": return .string(text.replacing("~", with: "~0").replacing("/", with: "~1"))
        default: return nil
        }
    }

    static func call(_ function: String, _ value: CELValue, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        switch value {
        case .quantity(let quantity): try call(function, quantity, rest)
        case .url(let url): rest.isEmpty ? url.call(function) : nil
        case .address(let address): rest.isEmpty ? address.call(function) : nil
        case .range(let range): try range.call(function, rest)
        case .format(let name):
            if function == "validate", rest.count == 1 { try CELFormats.validate(try CELTexts.string(rest[0]), as: name) } else { nil }
        default: nil
        }
    }

    private static func call(_ function: String, _ quantity: Quantity, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        switch (function, rest.count) {
        case ("sign", 0): return .int(quantity.nano == 0 ? 0 : quantity.nano < 0 ? -1 : 1)
        case ("isInteger", 0): return .bool(quantity.isWhole && Int64(exactly: quantity.nano / 1_000_000_000) != nil)
        case ("asInteger", 0):
            guard quantity.isWhole, let whole = Int64(exactly: quantity.nano / 1_000_000_000) else { throw CELError("cannot convert value to integer") }
            return .int(whole)
        case ("asApproximateFloat", 0): return .double(Double(quantity.nano) / 1e9)
        case (_, 1):
            let other: Quantity
            switch rest[0] {
            case .quantity(let given): other = given
            case .int(let number) where function == "add" || function == "sub": other = Quantity(String(number)) ?? .zero
            default: throw .noOverload
            }
            switch function {
            case "add": return .quantity(quantity + other)
            case "sub": return .quantity(quantity - other)
            case "isLessThan": return .bool(quantity < other)
            case "isGreaterThan": return .bool(other < quantity)
            case "compareTo": return .int(quantity < other ? -1 : other < quantity ? 1 : 0)
            default: return nil
            }
        default: return nil
        }
    }
}
