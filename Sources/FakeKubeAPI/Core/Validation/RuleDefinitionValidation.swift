/// Holds `x-kubernetes-validations` of a definition against the schema that they stand in.
struct RuleDefinitionValidation {
    private var findings: [FieldError] = []
    private var typing = SchemaTyping()

    /// - Parameter path: of the schema, as findings name it.
    static func findings(_ schema: JSON, _ path: String) -> [FieldError] {
        guard RuleTree.mentionsRules(schema) else { return [] }
        var validation = RuleDefinitionValidation()
        let type = validation.typing.type(of: schema, at: "self", isRoot: true)
        validation.check(schema, type, path, uncorrelated: nil)
        return validation.findings
    }

    private static let reasons = ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"]

    /// - Parameter uncorrelated: the list or map around the schema in which old values cannot be found.
    private mutating func check(_ schema: JSON, _ type: CELType?, _ path: String, uncorrelated: String?) {
        for (index, rule) in (schema["x-kubernetes-validations"]?.array ?? []).enumerated() {
            check(rule, schema, type, "\(path).x-kubernetes-validations[\(index)]", uncorrelated)
        }
        if let items = schema["items"], items.object != nil {
            var item: CELType?
            if case .list(let inner)? = type { item = inner }
            check(items, item, "\(path).items", uncorrelated: uncorrelated ?? (schema["x-kubernetes-list-type"] == "map" ? nil : "\(path).items"))
        }
        let below = uncorrelated ?? (schema["x-kubernetes-map-type"] == "atomic" ? path : nil)
        if let additional = schema["additionalProperties"], additional.object != nil {
            var item: CELType?
            if case .map(_, let inner)? = type { item = inner }
            check(additional, item, "\(path).additionalProperties", uncorrelated: below)
        }
        for (key, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            var inner: CELType?
            if case .object(let name)? = type, let escaped = CELNames.escape(key) { inner = typing.types.fields(of: name)?[escaped] }
            check(property, inner, "\(path).properties[\(key)]", uncorrelated: below)
        }
        for (index, part) in (schema["allOf"]?.array ?? []).enumerated() {
            for (at, rule) in (part["x-kubernetes-validations"]?.array ?? []).enumerated() { check(rule, schema, type, "\(path).allOf[\(index)].x-kubernetes-validations[\(at)]", uncorrelated) }
        }
    }

    private mutating func check(_ rule: JSON, _ schema: JSON, _ type: CELType?, _ path: String, _ uncorrelated: String?) {
        let text = rule["rule"]?.string ?? ""
        guard !text.trimmed.isEmpty else { return findings.append(.required("\(path).rule", "rule is not specified")) }
        if let message = rule["message"]?.string {
            if message.trimmed.isEmpty, !message.isEmpty { findings.append(invalid("\(path).message", message, "message must be non-empty if specified")) }
            if message.trimmed.contains("\n") { findings.append(invalid("\(path).message", message, "message must not contain line breaks")) }
        }
        if text.trimmed.contains("\n"), rule["message"]?.isEmpty ?? true { findings.append(.required("\(path).message", "message must be specified if rule contains line breaks")) }
        if let message = rule["messageExpression"]?.string, message.trimmed.isEmpty { findings.append(.required("\(path).messageExpression", "must be non-empty if specified")) }
        if let reason = rule["reason"]?.string, !Self.reasons.contains(reason) { findings.append(.notSupported("\(path).reason", .string(reason), Self.reasons)) }
        if let field = rule["fieldPath"]?.string, let why = Self.refusal(of: field, schema) { findings.append(invalid("\(path).fieldPath", field, "fieldPath must be a valid path: \(why)")) }
        guard let type else { return }
        do throws(ValidationRule.Refusal) {
            let compiled = try ValidationRule(rule, type, typing.types)
            if compiled.usesOld, let uncorrelated { findings.append(invalid("\(path).rule", text, "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)")) }
            if rule["optionalOldSelf"] != nil, !compiled.usesOld { findings.append(.init(reason: .invalid, field: "\(path).optionalOldSelf", body: "Invalid value: \(compiled.isOldOptional): must not be set if oldSelf is not used in rule")) }
        } catch {
            findings.append(.init(reason: .invalid, field: "\(path).\(error.field)", body: "Invalid value: \(Self.shown(rule)): \(error.message)"))
        }
    }

    private func invalid(_ field: String, _ value: String, _ why: String) -> FieldError { .invalid(field, .string(value), why) }

    /// The whole rule, as the real server prints its own form of it.
    private static func shown(_ rule: JSON) -> String {
        func text(_ key: String, or fallback: String = "\"\"") -> String { rule[key]?.text ?? fallback }
        return "{\"Rule\":\(text("rule")),\"Message\":\(text("message")),\"MessageExpression\":\(text("messageExpression")),\"Reason\":\(text("reason", or: "null")),\"FieldPath\":\(text("fieldPath")),\"OptionalOldSelf\":\(text("optionalOldSelf", or: "null"))}"
    }

    /// Why a path such as `.a.b` or `.a['b.c']` leads nowhere in the schema; nil when it does lead somewhere.
    private static func refusal(of path: String, _ schema: JSON) -> String? {
        var rest = path[...]
        var schema = schema
        while let mark = rest.popFirst() {
            var name: String
            switch mark {
            case ".":
                name = String(rest.prefix { $0 != "." && $0 != "[" })
                rest = rest.dropFirst(name.count)
            case "[":
                guard rest.hasPrefix("'"), let end = rest.firstRange(of: "']") else { return "expected single quoted string but got \(rest.prefix { $0 != "]" })" }
                name = String(rest.dropFirst()[..<end.lowerBound])
                rest = rest[end.upperBound...]
            default: return "expected [ or . but got: \(mark)\(rest)"
            }
            if name.isEmpty { return "unexpected end of JSON path" }
            guard let next = schema["properties"]?[name] ?? (schema["additionalProperties"]?.object == nil ? nil : schema["additionalProperties"]) else { return "does not refer to a valid field" }
            schema = next
        }
        return nil
    }
}
