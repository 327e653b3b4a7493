internal import Events

/// What one value has to be. As compared and merged by the compiler, before matchers are made of it.
indirect enum ValueTest: Hashable {
    case exists
    case numbers(Set<Int64>)
    case order(Comparator, Int64)
    case flag(Bool)
    /// One of the literals, by an operator on text.
    case text(TextOperator, Set<[UInt8]>)
    case addresses(Set<AddressRange>)
    /// Another field of the same event.
    case field(Comparator, FieldKey)
    /// The system call's name; settled for most kinds before any event comes.
    case eventType(Set<String>)
    case negated(ValueTest)

    /// Bytes of the literals of one check of text: tables of automata are a multiple of that.
    static let literalBytesMax = 1 << 20

    enum TextOperator: String, Hashable {
        case equal, contains, icontains, startswith, endswith, glob, iglob, regex, pmatch
    }

    /// A resolved operand, compared by its spelling.
    struct FieldKey: Hashable {
        let operand: ResolvedOperand
        static func == (a: Self, b: Self) -> Bool { a.operand.text == b.operand.text }
        func hash(into hasher: inout Hasher) { hasher.combine(operand.text) }
    }

    /// The two tests as one that holds when either does; nil when there is no such test.
    func merged(with other: ValueTest) -> ValueTest? {
        switch (self, other) {
        case (.numbers(let a), .numbers(let b)): .numbers(a.union(b))
        case (.addresses(let a), .addresses(let b)): .addresses(a.union(b))
        case (.text(let a, let x), .text(let b, let y)) where a == b && a != .glob && a != .iglob && a != .regex && Self.bytes(x) + Self.bytes(y) <= Self.literalBytesMax: .text(a, x.union(y))
        default: nil
        }
    }

    /// One spelling of it, whatever the order of a set.
    var text: String {
        func quoted(_ literals: Set<[UInt8]>) -> String { literals.map { String(reflecting: String(decoding: $0, as: UTF8.self)) }.sorted().joined(separator: ",") }
        return switch self {
        case .exists: "exists"
        case .numbers(let numbers): "in \(numbers.sorted())"
        case .order(let comparator, let number): "\(comparator.rawValue) \(number)"
        case .flag(let flag): "is \(flag)"
        case .text(let op, let literals): "\(op.rawValue) \(quoted(literals))"
        case .addresses(let ranges): "in \(ranges.map { String(describing: $0) }.sorted())"
        case .field(let comparator, let key): "\(comparator.rawValue) val(\(key.operand.text))"
        case .eventType(let names): "named \(names.sorted())"
        case .negated(let inner): "not \(inner.text)"
        }
    }

    static func bytes(_ literals: Set<[UInt8]>) -> Int { literals.reduce(0) { $0 + $1.count } }

    /// What it costs, roughly in nanoseconds.
    var cost: Int {
        switch self {
        case .exists, .flag, .eventType: 5
        case .numbers, .order: 6
        case .text(let op, let literals):
            switch op {
            case .equal: 15
            case .startswith, .endswith, .pmatch: 20
            case .contains, .icontains: 60
            case .glob, .iglob: 80 * literals.count
            case .regex: 150 * literals.count
            }
        case .addresses(let ranges): 10 + ranges.count
        case .field: 60
        case .negated(let inner): inner.cost
        }
    }
}
