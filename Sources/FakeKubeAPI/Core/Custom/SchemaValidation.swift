/// Holds a custom object against its structural schema; findings in the words of the real validator.
struct SchemaValidation {
    private(set) var findings: [FieldError] = []

    static func findings(_ object: JSON, _ schema: JSON) -> [FieldError] {
        var validation = SchemaValidation()
        for (key, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) where !["apiVersion", "kind", "metadata"].contains(key) {
            if let value = object[key] { validation.check(value, property, key) }
        }
        for name in schema["required"]?.array ?? [] {
            if let name = name.string, object[name] == nil { validation.findings.append(.required(name)) }
        }
        return validation.findings
    }

    private static func names(_ value: JSON) -> [String] {
        switch value {
        case .null: ["null"]
        case .bool: ["boolean"]
        case .integer: ["integer", "number"]
        case .double(let number): number == number.rounded() ? ["number", "integer"] : ["number"]
        case .string: ["string"]
        case .array: ["array"]
        case .object: ["object"]
        }
    }

    private mutating func check(_ value: JSON, _ schema: JSON, _ path: String) {
        if value == .null, schema["nullable"] == true { return }
        if schema["x-kubernetes-int-or-string"] == true {
            switch value {
            case .integer, .string: break
            default: findings.append(wrongType(value, "integer,string", path))
            }
        } else if let type = schema["type"]?.string, !Self.names(value).contains(type) {
            findings.append(wrongType(value, type, path))
            return
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            findings.append(.init(reason: .notSupported, field: path, body: "Unsupported value: \(FieldError.shown(value)): supported values: \(allowed.map { FieldError.shown($0) }.joined(separator: ", "))"))
        }
        switch value {
        case .integer(let number): checkNumber(Double(number), value, schema, path)
        case .double(let number): checkNumber(number, value, schema, path)
        case .string(let text): checkText(text, value, schema, path)
        case .array(let items): checkItems(items, value, schema, path)
        case .object(let members): checkMembers(members, value, schema, path)
        default: break
        }
        for part in schema["allOf"]?.array ?? [] { check(value, part, path) }
        if let options = schema["anyOf"]?.array, schema["x-kubernetes-int-or-string"] != true, !options.contains(where: { Self.matches(value, $0) }) {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(shown(value)): \(path) in body must validate at least one schema (anyOf)"))
        }
        if let options = schema["oneOf"]?.array, options.filter({ Self.matches(value, $0) }).count != 1 {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(shown(value)): \(path) in body must validate one and only one schema (oneOf). Found \(options.filter { Self.matches(value, $0) }.isEmpty ? "none valid" : "2 valid alternatives")"))
        }
        if let no = schema["not"], Self.matches(value, no) {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(shown(value)): \(path) in body must not validate the schema (not)"))
        }
    }

    private static func matches(_ value: JSON, _ schema: JSON) -> Bool {
        var validation = SchemaValidation()
        validation.check(value, schema, "")
        return validation.findings.isEmpty
    }

    private func shown(_ value: JSON) -> String {
        switch value {
        case .object, .array: JSON.string(Self.names(value)[0]).text
        default: FieldError.shown(value)
        }
    }

    private func wrongType(_ value: JSON, _ type: String, _ path: String) -> FieldError {
        let got = JSON.string(Self.names(value)[0]).text
        return .init(reason: .typeInvalid, field: path, body: "Invalid value: \(got): \(path) in body must be of type \(type): \(got)")
    }

    private mutating func checkNumber(_ number: Double, _ value: JSON, _ schema: JSON, _ path: String) {
        func bound(_ key: String) -> Double? {
            switch schema[key] {
            case .integer(let bound)?: Double(bound)
            case .double(let bound)?: bound
            default: nil
            }
        }
        func add(_ rule: String) { findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(value.text): \(path) in body should be \(rule)")) }
        if let max = bound("maximum"), schema["exclusiveMaximum"] == true ? number >= max : number > max {
            add("less than \(schema["exclusiveMaximum"] == true ? "" : "or equal to ")\(schema["maximum"]?.text ?? "")")
        }
        if let min = bound("minimum"), schema["exclusiveMinimum"] == true ? number <= min : number < min {
            add("greater than \(schema["exclusiveMinimum"] == true ? "" : "or equal to ")\(schema["minimum"]?.text ?? "")")
        }
        if let step = bound("multipleOf"), step != 0, (number / step).rounded() * step != number { add("a multiple of \(schema["multipleOf"]?.text ?? "")") }
    }

    private mutating func checkText(_ text: String, _ value: JSON, _ schema: JSON, _ path: String) {
        let count = Int64(text.unicodeScalars.count)
        // The first rule that a text breaks is the only one told.
        if let max = schema["maxLength"]?.integer, count > max { return findings.append(.tooLong(path, Int(max))) }
        if let min = schema["minLength"]?.integer, count < min {
            return findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(value.text): \(path) in body should be at least \(min) chars long"))
        }
        if let pattern = schema["pattern"]?.string, let expression = try? CELPattern(pattern), !expression.matches(text) {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(value.text): \(path) in body should match '\(pattern)'"))
        }
        if schema["format"] == "date-time", Timestamp.parse(text) == nil {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(value.text): \(path) in body must be of type date-time: \(value.text)"))
        }
    }

    private mutating func checkItems(_ items: [JSON], _ value: JSON, _ schema: JSON, _ path: String) {
        if let max = schema["maxItems"]?.integer, items.count > max {
            findings.append(.init(reason: .tooMany, field: path, body: "Too many: \(items.count): must have at most \(max) items"))
        }
        if let min = schema["minItems"]?.integer, items.count < min {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(items.count): \(path) in body should have at least \(min) items"))
        }
        if let element = schema["items"] { for (index, item) in items.enumerated() { check(item, element, "\(path)[\(index)]") } }
        let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
        var seen: Set<JSON> = []
        switch schema["x-kubernetes-list-type"]?.string {
        case "map":
            for (index, item) in items.enumerated() {
                var key: JSON = [:]
                for name in keys { key[name] = item[name] }
                if !seen.insert(key).inserted { findings.append(.duplicate("\(path)[\(index)]", key)) }
            }
        case "set": for (index, item) in items.enumerated() where !seen.insert(item).inserted { findings.append(.duplicate("\(path)[\(index)]", item)) }
        default: break
        }
    }

    private mutating func checkMembers(_ members: [String: JSON], _ value: JSON, _ schema: JSON, _ path: String) {
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where members[name] == nil { findings.append(.required("\(path).\(name)")) }
        if let max = schema["maxProperties"]?.integer, members.count > max {
            findings.append(.init(reason: .tooMany, field: path, body: "Too many: \(members.count): must have at most \(max) items"))
        }
        if let min = schema["minProperties"]?.integer, members.count < min {
            findings.append(.init(reason: .invalid, field: path, body: "Invalid value: \(members.count): \(path) in body should have at least \(min) properties"))
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            if let property = schema["properties"]?[key] { check(member, property, "\(path).\(key)") } else if let additional = schema["additionalProperties"], additional.object != nil {
                check(member, additional, "\(path).\(key)")
            }
        }
    }
}
