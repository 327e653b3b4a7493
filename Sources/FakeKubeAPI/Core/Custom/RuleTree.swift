/// The rules of a schema, node by node; branches without rules are left out.
struct RuleTree: Sendable {
    /// One node of the schema.
    struct Node: Sendable {
        var rules: [ValidationRule] = []
        var type: CELType = .dyn
        /// `object`, as findings name the value.
        var kind = ""
        var items: [Node] = []
        var additional: [Node] = []
        var properties: [String: Node] = [:]
        var allOf: [Node] = []
        /// Keys by which elements of the list find their old values; empty when they cannot.
        var listKeys: [String] = []
        var isAtomicMap = false

        var isEmpty: Bool { rules.isEmpty && items.isEmpty && additional.isEmpty && properties.isEmpty && allOf.isEmpty }
    }

    private(set) var root = Node()
    let types: CELTypes

    /// Rules that do not fit their schema are left out: they were refused when the definition was made.
    init(schema: JSON) {
        var typing = SchemaTyping()
        let type = Self.mentionsRules(schema) ? typing.type(of: schema, at: "self", isRoot: true) : nil
        types = typing.types
        if let type { root = node(schema, rules: schema, type, isRoot: true) }
    }

    static func mentionsRules(_ schema: JSON) -> Bool {
        switch schema {
        case .object(let members): members.contains { $0.key == "x-kubernetes-validations" || mentionsRules($0.value) }
        case .array(let items): items.contains(where: mentionsRules)
        default: false
        }
    }

    /// - Parameter rules: where rules are read: the schema, or a part of its `allOf`, which has no types of its own.
    private func node(_ schema: JSON, rules: JSON, _ type: CELType, isRoot: Bool = false) -> Node {
        var node = Node()
        node.type = type
        node.kind = schema["type"]?.string ?? ""
        node.rules = (rules["x-kubernetes-validations"]?.array ?? []).compactMap { try? ValidationRule($0, type, types) }
        if schema["x-kubernetes-list-type"] == "map" { node.listKeys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string) }
        node.isAtomicMap = schema["x-kubernetes-map-type"] == "atomic"
        func below(_ schema: JSON?, _ rules: JSON?, _ type: CELType?) -> [Node] {
            guard let schema, let rules, let type, rules.object != nil else { return [] }
            let inner = self.node(schema, rules: rules, type)
            return inner.isEmpty ? [] : [inner]
        }
        switch type {
        case .list(let item): node.items = below(schema["items"], rules["items"], item)
        case .map(_, let item): node.additional = below(schema["additionalProperties"], rules["additionalProperties"], item)
        case .object(let name):
            for (key, part) in rules["properties"]?.object ?? [:] where !(isRoot && key == "metadata") {
                guard let escaped = CELNames.escape(key), let inner = types.fields(of: name)?[escaped] else { continue }
                node.properties[key] = below(schema["properties"]?[key], part, inner).first
            }
        default: break
        }
        node.allOf = (rules["allOf"]?.array ?? []).flatMap { below(schema, $0, type) }
        return node
    }
}
