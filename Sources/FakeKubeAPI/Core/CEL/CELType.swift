/// The kind of a value before there is one. `dyn` is any.
indirect enum CELType: Hashable, Sendable, CustomStringConvertible {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration, type
    case list(CELType)
    case map(CELType, CELType)
    case optional(CELType)
    /// Fields are looked up by the name: see `CELTypes`.
    case object(String)
    /// A kind that only functions open: `kubernetes.Quantity`.
    case opaque(String)
    /// `A` in `list(A)` of a signature.
    case parameter(String)

    /// As messages name it.
    var description: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let item): "list(\(item))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let inner): "optional_type(\(inner))"
        case .object(let name), .opaque(let name), .parameter(let name): name
        }
    }

    /// Whether null may stand for it.
    private var takesNull: Bool {
        switch self {
        case .object, .opaque, .timestamp, .duration, .null, .dyn: true
        default: false
        }
    }

    /// Whether a value of `actual` may stand where this is wanted; parameters are bound on the way.
    func accepts(_ actual: CELType, _ bound: inout [String: CELType]) -> Bool {
        switch (self, actual) {
        case (.parameter(let name), _):
            guard let known = bound[name], known != .dyn else {
                bound[name] = actual
                return true
            }
            if actual == .dyn { return true }
            if known == .null, actual.takesNull {
                bound[name] = actual
                return true
            }
            return known.accepts(actual, &bound)
        case (.dyn, _), (_, .dyn), (_, .parameter): return true
        case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)): return a.accepts(b, &bound)
        case (.map(let a, let x), .map(let b, let y)): return a.accepts(b, &bound) && x.accepts(y, &bound)
        case (_, .null): return takesNull
        default: return self == actual
        }
    }

    /// With parameters replaced; those that nothing has bound are dyn.
    func resolved(_ bound: [String: CELType]) -> CELType {
        switch self {
        case .parameter(let name): bound[name] ?? .dyn
        case .list(let item): .list(item.resolved(bound))
        case .map(let key, let value): .map(key.resolved(bound), value.resolved(bound))
        case .optional(let inner): .optional(inner.resolved(bound))
        default: self
        }
    }
}
