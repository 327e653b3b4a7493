/// Collects findings about an object; each check names the field as the real server does.
struct Validation {
    private(set) var findings: [FieldError] = []

    mutating func add(_ finding: FieldError) { findings.append(finding) }
    mutating func add(_ more: [FieldError]) { findings += more }

    mutating func atLeast(_ minimum: Int64, _ value: JSON?, _ field: String) {
        if let number = value?.integer, number < minimum {
            add(.invalid(field, .integer(number), "must be greater than or equal to \(minimum)"))
        }
    }

    /// One of `known`, which must be there.
    mutating func oneOf(_ known: [String], _ value: JSON?, _ field: String) {
        let text = value?.string ?? ""
        if text.isEmpty { add(.required(field)) } else if !known.contains(text) { add(.notSupported(field, .string(text), known)) }
    }

    mutating func immutable(_ new: JSON?, _ old: JSON?, _ field: String) {
        if new ?? .null != old ?? .null { add(.invalid(field, new ?? .null, "field is immutable")) }
    }

    mutating func labels(_ labels: JSON?, _ field: String) {
        for (key, value) in (labels?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
            add(NameRules.qualifiedName(key).map { .invalid(field, .string(key), $0) })
            add(NameRules.labelValue(value).map { .invalid(field, .string(value), $0) })
        }
    }

    mutating func notNegative(_ value: JSON?, _ field: String) { atLeast(0, value, field) }

    /// One of `known`; nothing is said of what is absent.
    mutating func known(_ known: [String], _ value: JSON?, _ field: String) {
        if let text = value?.string, !known.contains(text) { add(.notSupported(field, value ?? "", known)) }
    }

    mutating func name(_ rule: (String) -> [String], _ value: String, _ field: String) {
        add(rule(value).map { .invalid(field, .string(value), $0) })
    }

    /// A name that must be there and follow a rule.
    mutating func requiredName(_ rule: (String) -> [String], _ value: JSON?, _ field: String) {
        let text = value?.string ?? ""
        if text.isEmpty { add(.required(field)) } else { name(rule, text, field) }
    }

    mutating func annotations(_ annotations: JSON?, _ field: String) {
        for key in (annotations?.strings ?? [:]).keys.sorted() { add(NameRules.qualifiedName(key.lowercased()).map { .invalid(field, .string(key), $0) }) }
    }

    /// A label selector as the API conventions have it.
    mutating func selector(_ selector: JSON?, _ path: String) {
        labels(selector?["matchLabels"], "\(path).matchLabels")
        for (index, expression) in (selector?.list("matchExpressions") ?? []).enumerated() {
            let place = "\(path).matchExpressions[\(index)]"
            let values = expression.list("values")
            switch expression.word("operator") {
            case "In", "NotIn": if values.isEmpty { add(.required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'")) }
            case "Exists", "DoesNotExist": if !values.isEmpty { add(.forbidden("\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")) }
            case let other: add(.invalid("\(place).operator", .string(other), "not a valid selector operator"))
            }
            name(NameRules.qualifiedName, expression.word("key"), "\(place).key")
            for (number, value) in values.enumerated() { name(NameRules.labelValue, value.string ?? "", "\(place).values[\(number)]") }
        }
    }

    /// Amounts or percentages: `3`, `25%`.
    mutating func amount(_ value: JSON?, _ field: String) {
        switch value {
        case .string(let text)?:
            let digits = text.dropLast()
            guard text.hasSuffix("%"), !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                add(.invalid(field, .string(text), "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"))
                return
            }
        default: notNegative(value, field)
        }
    }

    mutating func atMostWhole(_ value: JSON?, _ field: String) {
        if let text = value?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()), percent > 100 { add(.invalid(field, .string(text), "must not be greater than 100%")) }
    }

    mutating func port(_ value: JSON?, _ field: String) {
        let number = value?.integer ?? 0
        if !(1...65_535).contains(number) { add(.invalid(field, .integer(number), "must be between 1 and 65535, inclusive")) }
    }

    /// A number of a port, or the name of one.
    mutating func portOrName(_ value: JSON?, _ field: String) {
        if let text = value?.string { name(NameRules.portName, text, field) } else { port(value, field) }
    }

    mutating func address(_ text: String, _ field: String) {
        if !NetworkText.isAddress(text) { add(.invalid(field, .string(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")) }
    }

    mutating func range(_ text: String, _ field: String) {
        if !NetworkText.isRange(text) { add(.invalid(field, .string(text), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")) }
    }

    /// A path that stays below the place it is meant for.
    mutating func localPath(_ text: String, _ field: String) {
        if text.hasPrefix("/") { add(.invalid(field, .string(text), "must be a relative path")) }
        noBackSteps(text, field)
    }

    mutating func noBackSteps(_ text: String, _ field: String) {
        if text.split(separator: "/").contains("..") { add(.invalid(field, .string(text), "must not contain '..'")) }
    }
}

extension JSON {
    /// A text below `key`; empty when there is none.
    func word(_ key: String) -> String { self[key]?.string ?? "" }
    func list(_ key: String) -> [JSON] { self[key]?.array ?? [] }
    func number(_ key: String) -> Int64? { self[key]?.integer }
    func has(_ key: String) -> Bool { self[key].map { $0 != .null } ?? false }
}
