/// The protobuf messages of the API types, made once from their schema: fields by number, and embedded structs, which JSON shows as part of their
/// owner, as the messages that they are here.
struct ProtobufSchema: Sendable {
    indirect enum Form: Hashable, Sendable {
        case text, bytes, int32, int64, bool, double, quantity, intOrText, time, microTime
        /// JSON text in a message of its own: RawExtension, FieldsV1, JSON.
        case json
        /// A list of texts in a message of its own: values of `extra`.
        case texts
        /// A schema within a schema, or what JSON may hold instead: a list of schemas, a bool, a list of names.
        case schemaOrList, schemaOrBool, schemaOrNames
        /// An index in `messages`.
        case message(Int)
        case embedded(Int)
        case list(Form)
        case map(Form)

        /// Whether lists of it may come packed.
        var isVarint: Bool { self == .int32 || self == .int64 || self == .bool }
    }

    struct Field: Sendable {
        var name: String
        var number: Int
        var form: Form

        /// As Go names it in failures.
        var goName: String {
            switch name {
            case "metadata": "ObjectMeta"
            case "uid", "ip", "url", "id": name.uppercased()
            default: name.prefix(1).uppercased() + name.dropFirst()
            }
        }
    }

    struct Message: Sendable {
        var name: String
        /// In the order of their numbers.
        var fields: [Field] = []
        /// By number: the index in `fields`, or -1.
        var slots: [Int] = []

        func field(_ number: Int) -> Field? { number < slots.count && slots[number] >= 0 ? fields[slots[number]] : nil }
    }

    private(set) var messages: [Message] = []
    private var indices: [String: Int] = [:]
    /// Of a CustomResourceDefinition's schemas, which refer to themselves.
    private(set) var jsonSchema = 0

    static let builtIn = ProtobufSchema([Schema.builtIn, Schema(text: wireTypes)])

    /// Types that are answered with and never stored or asked for, in the grammar of `Schema`.
    private static let wireTypes = """
        T meta.v1.PartialObjectMetadata
        metadata 1 meta.v1.ObjectMeta
        T meta.v1.GroupVersionKind
        group 1 s
        version 2 s
        kind 3 s
        T apidiscovery.v2.APIGroupDiscovery
        metadata 1 meta.v1.ObjectMeta
        versions 2 []apidiscovery.v2.APIVersionDiscovery
        T apidiscovery.v2.APIVersionDiscovery
        version 1 s
        resources 2 []apidiscovery.v2.APIResourceDiscovery
        freshness 3 s
        T apidiscovery.v2.APIResourceDiscovery
        resource 1 s
        responseKind 2 meta.v1.GroupVersionKind
        scope 3 s
        singularResource 4 s
        verbs 5 []s
        shortNames 6 []s
        categories 7 []s
        subresources 8 []apidiscovery.v2.APISubresourceDiscovery
        T apidiscovery.v2.APISubresourceDiscovery
        subresource 1 s
        responseKind 2 meta.v1.GroupVersionKind
        acceptedTypes 3 []meta.v1.GroupVersionKind
        verbs 4 []s
        """

    init(_ schemas: [Schema]) {
        let types = schemas.flatMap(\.types.values).sorted { $0.name < $1.name }
        for type in types {
            indices[type.name] = messages.count
            messages.append(Message(name: type.shortName))
        }
        jsonSchema = indices["apiextensions.v1.JSONSchemaProps"] ?? 0
        for (index, type) in types.enumerated() {
            fill(index, type.fields.values.compactMap { $0.numbers.isEmpty ? nil : ($0.numbers[...], $0) }, of: type)
        }
    }

    private mutating func fill(_ index: Int, _ fields: [(path: ArraySlice<Int>, field: Schema.Field)], of type: Schema.ObjectType) {
        var made: [Field] = []
        var embedded: [Int: [(path: ArraySlice<Int>, field: Schema.Field)]] = [:]
        for (path, field) in fields {
            guard let number = path.first else { continue }
            if path.count > 1 {
                embedded[number, default: []].append((path.dropFirst(), field))
            } else {
                made.append(Field(name: field.name, number: number, form: form(of: field, in: type)))
            }
        }
        for (number, inner) in embedded.sorted(by: { $0.key < $1.key }) {
            let child = messages.count
            messages.append(Message(name: type.shortName))
            fill(child, inner, of: type)
            made.append(Field(name: "", number: number, form: .embedded(child)))
        }
        made.sort { $0.number < $1.number }
        messages[index].fields = made
        messages[index].slots = Array(repeating: -1, count: (made.last?.number ?? 0) + 1)
        for (slot, field) in made.enumerated() { messages[index].slots[field.number] = slot }
    }

    private func form(of field: Schema.Field, in type: Schema.ObjectType) -> Form {
        if type.name == "apiextensions.v1.JSONSchemaProps" {
            switch field.name {
            case "items": return .schemaOrList
            case "additionalItems", "additionalProperties": return .schemaOrBool
            case "dependencies": return .map(.schemaOrNames)
            default: break
            }
        }
        return form(of: field.shape)
    }

    private func form(of shape: Schema.Shape) -> Form {
        switch shape {
        case .text: .text
        case .bytes: .bytes
        case .int32: .int32
        case .int64: .int64
        case .bool: .bool
        case .double: .double
        case .quantity: .quantity
        case .intOrText: .intOrText
        case .time: .time
        case .microTime: .microTime
        case .anything: .json
        case .list(let inner): .list(form(of: inner))
        case .map(.list): .map(.texts)
        case .map(let inner): .map(form(of: inner))
        case .type(let name): indices[name].map(Form.message) ?? .json
        }
    }

    // MARK: Kinds

    /// What an object of a kind is on the wire.
    enum Kind: Equatable {
        case object(Int)
        /// `ListMeta`, then items of this message.
        case list(Int)
    }

    /// - Returns: nil for kinds that have no protobuf form: those of custom resources, tables, whatever does not exist.
    func kind(_ kind: String, apiVersion: String) -> Kind? {
        let sides = apiVersion.split(separator: "/").map(String.init)
        let group = sides.count > 1 ? sides[0] : ""
        guard let version = sides.last, ["meta.k8s.io", "apidiscovery.k8s.io"].contains(group) || Catalogue.groupOrder.contains(group) else { return nil }
        let short = group.isEmpty ? "core" : group == "meta.k8s.io" ? "meta" : group.split(separator: ".").first.map(String.init) ?? group
        func find(_ kind: String) -> Int? {
            if let index = indices["\(short).\(version).\(kind)"] { return index }
            // What every group has, and what older versions of the same kinds are called.
            if group.isEmpty || kind == "DeleteOptions" { return indices["meta.v1.\(kind)"] }
            return group == "meta.k8s.io" ? indices["meta.v1.\(kind)"] : nil
        }
        if let index = find(kind) { return .object(index) }
        guard kind.hasSuffix("List"), let item = find(String(kind.dropLast(4))) else { return nil }
        return .list(item)
    }

    func message(_ type: String) -> Int? { indices[type] }
}
