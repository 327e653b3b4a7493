/// An OpenAPI v3 document in the protobuf messages of gnostic's `OpenAPIv3.proto`, as far as this server's documents go.
enum OpenAPIv3Protobuf {
    /// What clients ask for, and the name under which the answer goes out: `@` is not allowed in a media type.
    static let range = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
    static let type = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"

    static func document(_ document: JSON) -> [UInt8] {
        var out = ProtobufWriter()
        out.text(1, document["openapi"]?.string)
        out.message(2) { info in
            info.text(1, document["info"]?["title"]?.string)
            info.text(6, document["info"]?["version"]?.string)
        }
        out.message(4) { paths in
            named(document["paths"], 1, &paths) { item, out in
                for (number, verb) in [(4, "get"), (5, "put"), (6, "post"), (7, "delete"), (10, "patch")] {
                    if let operation = item[verb] { out.message(number) { self.operation(operation, &$0) } }
                }
            }
        }
        if let schemas = document["components"]?["schemas"] {
            out.message(5) { $0.message(1) { named(schemas, 1, &$0, schemaOrReference) } }
        }
        return out.bytes
    }

    /// Entries {1: name, 2: value} in the order of their names.
    private static func named(_ members: JSON?, _ number: Int, _ out: inout ProtobufWriter, _ value: (JSON, inout ProtobufWriter) -> Void) {
        for (name, member) in (members?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            out.message(number) { entry in
                entry.text(1, name)
                entry.message(2) { value(member, &$0) }
            }
        }
    }

    private static func operation(_ operation: JSON, _ out: inout ProtobufWriter) {
        out.text(5, operation["operationId"]?.string)
        for parameter in operation["parameters"]?.array ?? [] {
            out.message(6) { $0.message(1) { out in
                out.text(1, parameter["name"]?.string)
                out.text(2, parameter["in"]?.string)
                if let schema = parameter["schema"] { out.message(10) { schemaOrReference(schema, &$0) } }
            } }
        }
        out.message(8) { responses in
            named(operation["responses"], 2, &responses) { response, out in
                out.message(1) { out in
                    out.text(1, response["description"]?.string)
                    if let content = response["content"] {
                        out.message(3) { named(content, 1, &$0) { media, out in if let schema = media["schema"] { out.message(1) { schemaOrReference(schema, &$0) } } } }
                    }
                }
            }
        }
        extensions(operation, 13, &out)
    }

    private static func schemaOrReference(_ schema: JSON, _ out: inout ProtobufWriter) {
        if let reference = schema["$ref"]?.string { out.message(2) { $0.text(1, reference) } } else { out.message(1) { self.schema(schema, &$0) } }
    }

    private static func schema(_ schema: JSON, _ out: inout ProtobufWriter) {
        for (number, name) in [(1, "nullable"), (12, "exclusiveMaximum"), (14, "exclusiveMinimum"), (20, "uniqueItems")] where schema[name] == true { out.flag(number, true) }
        for (number, name) in [(9, "title"), (17, "pattern"), (25, "type"), (34, "description"), (35, "format")] { out.text(number, schema[name]?.string) }
        for (number, name) in [(10, "multipleOf"), (11, "maximum"), (13, "minimum")] { if let value = self.number(schema[name]) { out.double(number, value) } }
        for (number, name) in [(15, "maxLength"), (16, "minLength"), (18, "maxItems"), (19, "minItems"), (21, "maxProperties"), (22, "minProperties")] {
            if let value = schema[name]?.integer { out.integer(number, value) }
        }
        for name in schema["required"]?.array ?? [] { out.text(23, name.string) }
        for value in schema["enum"]?.array ?? [] { out.message(24) { $0.text(2, value.text) } }
        for (number, name) in [(26, "allOf"), (27, "oneOf"), (28, "anyOf")] { for part in schema[name]?.array ?? [] { out.message(number) { schemaOrReference(part, &$0) } } }
        if let not = schema["not"] { out.message(29) { self.schema(not, &$0) } }
        if let items = schema["items"] { out.message(30) { $0.message(1) { schemaOrReference(items, &$0) } } }
        if let properties = schema["properties"] { out.message(31) { named(properties, 1, &$0, schemaOrReference) } }
        switch schema["additionalProperties"] {
        case .bool(let isAllowed): out.message(32) { $0.flag(2, isAllowed) }
        case let inner?: out.message(32) { $0.message(1) { schemaOrReference(inner, &$0) } }
        case nil: break
        }
        // There is no message for defaults that are objects or lists.
        switch schema["default"] {
        case .bool(let value): out.message(33) { $0.flag(2, value) }
        case .string(let text): out.message(33) { $0.string(3, text) }
        case let value: if let value = number(value) { out.message(33) { $0.double(1, value) } }
        }
        extensions(schema, 36, &out)
    }

    private static func number(_ value: JSON?) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// Values in YAML, of which JSON is a part.
    private static func extensions(_ object: JSON, _ number: Int, _ out: inout ProtobufWriter) {
        named(.object((object.object ?? [:]).filter { $0.key.hasPrefix("x-") }), number, &out) { value, out in out.text(2, value.text) }
    }
}
