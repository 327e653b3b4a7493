/// How a value merges and is owned: as a whole, field by field, or element by element.
struct Typing {
    enum Form {
        /// Owned and replaced as a whole; scalars too.
        case atomic
        /// Named fields, each with its own typing.
        case structure
        /// Any keys.
        case map
        /// Elements known by the values of these keys.
        case keyedList([String])
        /// A list whose elements are their own keys.
        case set
    }

    private enum Source {
        case builtIn(Schema.ObjectType)
        case shape(Schema.Shape)
        /// A structural schema of a CustomResourceDefinition.
        case custom(JSON)
        /// Metadata beside a custom schema.
        case customRoot(JSON)
        case deduced
        case scalar
    }

    let form: Form
    private let source: Source

    static func root(_ resource: ResourceDescriptor, _ custom: CustomResource?) -> Typing {
        if let custom { return Typing(form: .structure, source: .customRoot(custom.schema)) }
        guard let type = Schema.builtIn[resource.typeName] else { return Typing(form: .structure, source: .deduced) }
        return Typing(form: .structure, source: .builtIn(type))
    }

    /// The typing of the field or map entry `key`; nil for a field that the type does not have.
    func member(_ key: String) -> Typing? {
        switch source {
        case .builtIn(let type):
            if let field = type.fields[key] { return Self.of(field) }
            return key == "apiVersion" || key == "kind" ? Self.scalar : nil
        case .shape(.map(let inner)): return Self.of(inner)
        case .customRoot(let schema):
            if key == "metadata" { return Schema.builtIn["meta.v1.ObjectMeta"].map { Typing(form: .structure, source: .builtIn($0)) } }
            if key == "apiVersion" || key == "kind" { return Self.scalar }
            return Self.member(key, ofSchema: schema)
        case .custom(let schema): return Self.member(key, ofSchema: schema)
        case .deduced: return Self.deducedTyping
        default: return nil
        }
    }

    /// Whether `key` is a declared field, as opposed to an entry of a map.
    func declares(_ key: String) -> Bool {
        switch source {
        case .builtIn(let type): type.fields[key] != nil || key == "apiVersion" || key == "kind"
        case .customRoot(let schema): key == "metadata" || key == "apiVersion" || key == "kind" || schema["properties"]?[key] != nil
        case .custom(let schema): schema["properties"]?[key] != nil
        default: false
        }
    }

    /// The typing of a list's elements.
    var element: Typing {
        switch source {
        case .shape(.list(let inner)): Self.of(inner)
        case .custom(let schema): schema["items"].map(Self.of) ?? Self.deducedTyping
        default: Self.scalar
        }
    }

    /// What an element has for a key that it leaves out.
    func defaultKey(_ key: String) -> JSON? {
        if case .custom(let schema) = source { return schema["items"]?["properties"]?[key]?["default"] }
        return key == "protocol" ? "TCP" : nil
    }

    private static let scalar = Typing(form: .atomic, source: .scalar)
    private static let deducedTyping = Typing(form: .map, source: .deduced)

    private static func of(_ field: Schema.Field) -> Typing {
        if field.isAtomic { return scalar }
        switch field.shape {
        case .list:
            if !field.listKeys.isEmpty { return Typing(form: .keyedList(field.listKeys), source: .shape(field.shape)) }
            return field.isSet ? Typing(form: .set, source: .shape(field.shape)) : scalar
        default: return of(field.shape)
        }
    }

    private static func of(_ shape: Schema.Shape) -> Typing {
        switch shape {
        case .type(let name): Schema.builtIn[name].map { Typing(form: .structure, source: .builtIn($0)) } ?? scalar
        case .map: Typing(form: .map, source: .shape(shape))
        default: scalar
        }
    }

    private static func member(_ key: String, ofSchema schema: JSON) -> Typing? {
        if let property = schema["properties"]?[key] { return of(property) }
        if let additional = schema["additionalProperties"], additional.object != nil { return of(additional) }
        return schema["x-kubernetes-preserve-unknown-fields"] == true ? deducedTyping : nil
    }

    private static func of(_ schema: JSON) -> Typing {
        switch schema["type"]?.string {
        case "object":
            if schema["x-kubernetes-map-type"] == "atomic" { return scalar }
            if schema["properties"] == nil, schema["additionalProperties"] != nil { return Typing(form: .map, source: .custom(schema)) }
            if schema["properties"] == nil, schema["x-kubernetes-preserve-unknown-fields"] == true { return deducedTyping }
            return Typing(form: .structure, source: .custom(schema))
        case "array":
            switch schema["x-kubernetes-list-type"]?.string {
            case "map": return Typing(form: .keyedList((schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)), source: .custom(schema))
            case "set": return Typing(form: .set, source: .custom(schema))
            default: return scalar
            }
        case nil where schema["x-kubernetes-preserve-unknown-fields"] == true: return deducedTyping
        default: return scalar
        }
    }

    /// `k:{"name":"main"}` or `v:"x"`: how a field set names an element of a list of this typing; nil when a key is missing.
    func path(of item: JSON) -> String? {
        switch form {
        case .keyedList(let keys):
            var found: [String: JSON] = [:]
            for key in keys {
                guard let value = item[key] ?? defaultKey(key) else { continue }
                found[key] = value
            }
            return found.isEmpty ? nil : "k:" + JSON.object(found).text
        case .set: return "v:" + item.text
        default: return nil
        }
    }
}
