/// What a scenario expects of a value: equality by default, or one of the written forms
/// (`{contains: x}`, `{startsWith: x}`, `{endsWith: x}`, `{oneOf: [..]}`, `{min: n, max: n}`, `{exists: true}`, `{not: ...}`).
package indirect enum Matcher: Hashable, Sendable {
    case equals(JSONValue)
    case contains(String)
    case startsWith(String)
    case endsWith(String)
    case oneOf([JSONValue])
    case range(min: Double?, max: Double?)
    case exists(Bool)
    case not(Matcher)

    /// Whether one of the values that a path led to is as expected. A negation asks that none is.
    package func accepts(_ values: [JSONValue]) -> Bool {
        switch self {
        case .exists(let wanted): (values.contains { $0 != .null }) == wanted
        case .not(let inner): !inner.accepts(values)
        default: values.contains(where: acceptsOne)
        }
    }

    private func acceptsOne(_ value: JSONValue) -> Bool {
        switch self {
        case .equals(let expected): value == expected || (value.elements?.contains(expected) ?? false)
        case .contains(let part): value.text?.contains(part) ?? value.elements?.contains(.string(part)) ?? false
        case .startsWith(let part): value.text?.hasPrefix(part) ?? false
        case .endsWith(let part): value.text?.hasSuffix(part) ?? false
        case .oneOf(let some): some.contains(value)
        case .range(let min, let max):
            if let n = value.number { n >= min ?? -.infinity && n <= max ?? .infinity } else { false }
        case .exists, .not: accepts([value])
        }
    }
}

extension Matcher: CustomStringConvertible {
    package var description: String {
        switch self {
        case .equals(let value): "= \(value)"
        case .contains(let part): "contains \(part)"
        case .startsWith(let part): "starts with \(part)"
        case .endsWith(let part): "ends with \(part)"
        case .oneOf(let some): "one of \(JSONValue.array(some))"
        case .range(let min?, let max?) where min == max: "= \(JSONValue.number(min))"
        case .range(let min, let max):
            [min.map { ">= \(JSONValue.number($0))" }, max.map { "<= \(JSONValue.number($0))" }].compactMap { $0 }.joined(separator: " and ")
        case .exists(let wanted): wanted ? "exists" : "is absent"
        case .not(let inner): "not (\(inner))"
        }
    }
}
