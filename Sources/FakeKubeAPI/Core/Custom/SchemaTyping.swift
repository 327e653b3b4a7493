/// The types that expressions see of a structural schema. Objects are named by their place: `self.spec`.
struct SchemaTyping {
    private(set) var types = CELTypes()

    /// What is known of any object: `metadata` has its names and nothing else.
    private static let metadata: [String: CELType] = ["name": .string, "generateName": .string]

    /// nil for a schema that says no type: expressions do not see such values.
    mutating func type(of schema: JSON, at name: String, isRoot: Bool) -> CELType? {
        if schema["x-kubernetes-int-or-string"] == true { return .dyn }
        if schema["type"]?.string ?? "" != "array", isRoot || schema["x-kubernetes-embedded-resource"] == true { return object(schema, name, isResource: true) }
        switch schema["type"]?.string {
        case "boolean": return .bool
        case "integer": return .int
        case "number": return .double
        case "string":
            switch schema["format"]?.string {
            case "byte": return .bytes
            case "duration": return .duration
            case "date", "date-time": return .timestamp
            default: return .string
            }
        case "array": return schema["items"].flatMap { type(of: $0, at: name + "[]", isRoot: false) }.map(CELType.list)
        case "object":
            if let additional = schema["additionalProperties"], additional.object != nil { return type(of: additional, at: name + "{}", isRoot: false).map { .map(.string, $0) } }
            return object(schema, name, isResource: false)
        default: return nil
        }
    }

    private mutating func object(_ schema: JSON, _ name: String, isResource: Bool) -> CELType {
        var fields: [String: CELType] = [:]
        for (key, property) in schema["properties"]?.object ?? [:] {
            if let escaped = CELNames.escape(key), let type = type(of: property, at: "\(name).\(key)", isRoot: false) { fields[escaped] = type }
        }
        if isResource {
            fields["apiVersion"] = .string
            fields["kind"] = .string
            fields["metadata"] = .object("\(name).metadata")
            types.declared["\(name).metadata"] = Self.metadata
        }
        types.declared[name] = fields
        return .object(name)
    }
}
