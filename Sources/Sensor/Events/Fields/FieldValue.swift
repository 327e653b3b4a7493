/// One value of a field. What is absent has no value: a read gives nil.
package enum FieldValue: Sendable, Hashable {
    case number(Int64)
    case flag(Bool)
    case text(Substring)
    case address(IPAddress)

    package static func text(_ string: String) -> FieldValue { .text(string[...]) }

    /// The text, or nil when it is empty: an empty path or name means that nobody knows it.
    package static func known(_ string: String) -> FieldValue? { string.isEmpty ? nil : .text(string[...]) }

    package static func integer(_ n: some BinaryInteger) -> FieldValue { .number(Int64(truncatingIfNeeded: n)) }

    /// As rule outputs and JSON lines print it.
    package var printed: String {
        switch self {
        case .number(let n): String(n)
        case .flag(let b): b ? "true" : "false"
        case .text(let t): String(t)
        case .address(let a): a.description
        }
    }
}

/// What operators a field takes follows from its type.
package enum FieldType: String, Sendable, Codable {
    case number, flag, text, address
    /// A number or a text, by the event: raw arguments of system calls.
    case any
}

/// What stands between the brackets of a field: `proc.aname[2]`, `evt.arg[name]`, `container.label.app`.
package enum FieldArgument: Sendable, Hashable {
    case none
    case index(Int)
    case key(String)

    package var text: String {
        switch self {
        case .none: ""
        case .index(let n): "[\(n)]"
        case .key(let k): "[\(k)]"
        }
    }
}
