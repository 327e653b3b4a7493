internal import Events
internal import Foundations

/// What a rule waits for beyond one event. A class, so that an event takes hold of one thing and not of all its fields.
final class Correlation: Sendable {
    enum Kind: Sendable {
        /// So many matching events, or so many distinct values of a field in them.
        case threshold(count: Int, distinct: CorrelationField?)
        /// So many other conditions in their order before the rule's own.
        case sequence(steps: Int)
    }

    let kind: Kind
    /// Nanoseconds within which all of it has to happen.
    let span: UInt64
    /// Events are told apart by the values of these fields.
    private let by: [CorrelationField]
    /// Everything that decides what is counted: where it is the same, so is what was counted.
    private let definition: String

    /// - Parameter conditions: of the rule and its steps, as they were resolved.
    init(by: [ResolvedOperand], within: Duration, kind: Kind, conditions: [Condition]) {
        self.by = by.map(CorrelationField.init)
        self.kind = kind
        span = UInt64(within.nanoseconds)
        let waitsFor =
            switch kind {
            case .threshold(let count, let distinct): "threshold \(count) \(distinct?.text ?? "")"
            case .sequence(let steps): "sequence \(steps)"
            }
        definition = ([waitsFor, String(span)] + by.map(\.text)).joined(separator: "\u{1F}") + conditions.map { "\n" + $0.text }.joined()
    }

    func isSame(as other: Correlation) -> Bool { definition == other.definition }

    func key(of event: EnrichedEvent) -> CorrelationKey {
        switch by.count {
        case 0: .all
        case 1: .one(by[0].value(of: event))
        case 2: .two(by[0].value(of: event), by[1].value(of: event))
        default: .several(by.map { $0.value(of: event) })
        }
    }
}

/// A field by which events are told apart or whose values are counted.
final class CorrelationField: Sendable {
    private let operand: ResolvedOperand

    init(_ operand: ResolvedOperand) { self.operand = operand }

    var text: String { operand.text }

    /// The value; several as one text, as outputs print them.
    func value(of event: EnrichedEvent) -> FieldValue? {
        if operand.transforms.isEmpty, case .single(let read) = operand.field.reading { return read(event, operand.argument) }
        var first: FieldValue?
        var joined: String?
        _ = operand.visit(event) { value in
            if let known = first { joined = (joined ?? known.printed) + "," + value.printed } else { first = value }
            return false
        }
        return joined.map { .text($0) } ?? first
    }
}

/// The values by which a correlation tells events apart. Up to two of them need no memory of their own.
enum CorrelationKey: Hashable {
    case all
    case one(FieldValue?)
    case two(FieldValue?, FieldValue?)
    case several([FieldValue?])

    private var values: [FieldValue?] {
        switch self {
        case .all: []
        case .one(let value): [value]
        case .two(let a, let b): [a, b]
        case .several(let values): values
        }
    }

    var text: String { values.map { $0?.printed ?? "" }.joined(separator: "\u{1F}") }

    /// The same, holding on to nothing of the event.
    var compact: CorrelationKey {
        switch self {
        case .all: .all
        case .one(let value): .one(value?.compact)
        case .two(let a, let b): .two(a?.compact, b?.compact)
        case .several(let values): .several(values.map { $0?.compact })
        }
    }
}

extension FieldValue {
    /// The same; a piece of a longer text is a text of its own.
    var compact: FieldValue {
        if case .text(let text) = self { return .text(String(text)) }
        return self
    }
}
