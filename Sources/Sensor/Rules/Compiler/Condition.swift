internal import Events

/// A condition with every name resolved: macros put in, lists spelt out, literals read by the type of their field.
indirect enum Condition {
    case constant(Bool)
    case check(Check)
    case not(Condition)
    case all([Condition])
    case any([Condition])

    /// A field and what its value has to be.
    struct Check {
        var operand: ResolvedOperand
        var test: ValueTest
        /// All values of the field have to pass, not only one.
        var isAll = false

        var kinds: Set<EventKind> {
            if case .field(_, let other) = test { return operand.kinds.intersection(other.operand.kinds) }
            return operand.kinds
        }
    }

    /// Expected cost of asking, roughly in nanoseconds.
    var cost: Int {
        switch self {
        case .constant: 0
        case .check(let check): check.operand.cost + check.test.cost
        case .not(let inner): inner.cost
        // the first one usually decides
        case .all(let parts), .any(let parts): parts.isEmpty ? 0 : parts[0].cost + parts.dropFirst().reduce(0) { $0 + $1.cost } / 4
        }
    }

    /// One spelling of it: the same text is the same condition.
    var text: String {
        switch self {
        case .constant(let value): String(value)
        case .check(let check): "\(check.operand.text) \(check.isAll ? "all " : "")\(check.test.text)"
        case .not(let inner): "not (\(inner.text))"
        case .all(let parts): "(" + parts.map(\.text).joined(separator: " and ") + ")"
        case .any(let parts): "(" + parts.map(\.text).joined(separator: " or ") + ")"
        }
    }

    /// Whether a check compares what programs were started with.
    var usesEnvironment: Bool {
        var out = false
        forEachCheck { check in
            if check.operand.field.source == .environment { out = true }
            if case .field(_, let other) = check.test, other.operand.field.source == .environment { out = true }
        }
        return out
    }

    /// Calls `body` for every check.
    func forEachCheck(_ body: (Check) -> Void) {
        switch self {
        case .constant: break
        case .check(let check): body(check)
        case .not(let inner): inner.forEachCheck(body)
        case .all(let parts), .any(let parts): for part in parts { part.forEachCheck(body) }
        }
    }
}
