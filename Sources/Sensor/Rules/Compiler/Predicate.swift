internal import Events

/// One check, ready to be asked: a field, and a matcher made for its literals.
final class Predicate: Sendable {
    let operand: ResolvedOperand
    private let test: CompiledTest
    private let isAll: Bool
    /// Where the memo keeps the field's value; nil where it may have several.
    private let slot: Int?

    init(operand: ResolvedOperand, test: ValueTest, isAll: Bool, slot: Int?) {
        self.slot = slot
        self.operand = operand
        self.test = CompiledTest(test)
        self.isAll = isAll
    }

    /// Whether the event passes. A field without a value passes no check, `!=` included.
    func holds(_ event: EnrichedEvent, _ memo: EvaluationMemo) -> Bool {
        if let slot, case .single(let read) = operand.field.reading {
            guard let value = memo.value(slot, of: event, read, operand.argument) else { return false }
            return test.accepts(value, event)
        }
        if !isAll { return operand.visit(event) { test.accepts($0, event) } }
        var isEmpty = true
        let failed = operand.visit(event) { value in
            isEmpty = false
            return !test.accepts(value, event)
        }
        return !isEmpty && !failed
    }

    /// Whether a text would pass, whatever event it came from.
    func accepts(text: String) -> Bool { test.accepts(text: text) }

    static func cost(of operand: ResolvedOperand) -> Int {
        let reading =
            switch operand.field.name {
            case "proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid": 80
            case "evt.args", "evt.info", "evt.time", "evt.datetime": 500
            case let name where name.hasPrefix("evt.arg") || name.hasPrefix("evt.rawarg"): 120
            default: 20
            }
        return reading + operand.transforms.count * 150
    }
}

/// The matcher of a check.
private indirect enum CompiledTest: Sendable {
    case exists
    case number(Int64)
    case numbers(Set<Int64>)
    case order(Comparator, Int64)
    case flag(Bool)
    case texts(TextSet)
    case contains(LiteralAutomaton)
    case trie(PrefixTrie)
    case globs([GlobPattern])
    case expressions([RegularExpression])
    case addresses([AddressRange])
    case field(Comparator, ResolvedOperand)
    case negated(CompiledTest)

    init(_ test: ValueTest) {
        switch test {
        case .exists: self = .exists
        case .numbers(let numbers): self = numbers.count == 1 ? .number(numbers.first ?? 0) : .numbers(numbers)
        case .order(let comparator, let n): self = .order(comparator, n)
        case .flag(let flag): self = .flag(flag)
        case .addresses(let ranges): self = .addresses(ranges.sorted { ($0.bits, $0.network.high, $0.network.low) < ($1.bits, $1.network.high, $1.network.low) })
        case .field(let comparator, let key): self = .field(comparator, key.operand)
        case .eventType(let names): self = .texts(TextSet(names.sorted().map { Array($0.utf8) }))
        case .negated(let inner): self = .negated(CompiledTest(inner))
        case .text(let op, let literals):
            let literals = literals.sorted { $0.lexicographicallyPrecedes($1) }
            switch op {
            case .equal: self = .texts(TextSet(literals))
            case .contains: self = .contains(LiteralAutomaton(literals, isCaseInsensitive: false))
            case .icontains: self = .contains(LiteralAutomaton(literals, isCaseInsensitive: true))
            case .startswith: self = .trie(PrefixTrie(literals))
            case .endswith: self = .trie(PrefixTrie(literals, isReversed: true))
            case .pmatch: self = .trie(PrefixTrie(literals, boundary: .component))
            case .glob: self = .globs(literals.map { GlobPattern($0, isCaseInsensitive: false) })
            case .iglob: self = .globs(literals.map { GlobPattern($0, isCaseInsensitive: true) })
            // the compiler has tried each pattern before
            case .regex: self = .expressions(literals.compactMap { try? RegularExpression($0) })
            }
        }
    }

    func accepts(text: String) -> Bool {
        let value = FieldValue.text(text)
        switch self {
        case .texts(let set): return value.withBytes { set.contains($0) }
        case .contains(let automaton): return value.withBytes { automaton.matches($0) }
        case .trie(let trie): return value.withBytes { trie.matches($0) }
        case .globs(let globs): return value.withBytes { bytes in globs.contains { $0.matches(bytes) } }
        case .expressions(let expressions): return value.withBytes { bytes in expressions.contains { $0.matches(bytes) } }
        case .negated(let inner): return !inner.accepts(text: text)
        case .exists, .number, .numbers, .order, .flag, .addresses, .field: return false
        }
    }

    func accepts(_ value: FieldValue, _ event: EnrichedEvent) -> Bool {
        switch self {
        case .exists: return true
        case .number(let wanted): return value.asNumber == wanted
        case .numbers(let numbers): return value.asNumber.map(numbers.contains) ?? false
        case .order(let comparator, let n): return value.asNumber.map { comparator.holds($0, n) } ?? false
        case .flag(let wanted):
            if case .flag(let flag) = value { return flag == wanted }
            return false
        case .addresses(let ranges):
            guard case .address(let address) = value else { return false }
            return ranges.contains { $0.contains(address) }
        case .texts(let set): return value.withBytes { set.contains($0) }
        case .contains(let automaton): return value.withBytes { automaton.matches($0) }
        case .trie(let trie): return value.withBytes { trie.matches($0) }
        case .globs(let globs): return value.withBytes { bytes in globs.contains { $0.matches(bytes) } }
        case .expressions(let expressions): return value.withBytes { bytes in expressions.contains { $0.matches(bytes) } }
        case .field(let comparator, let other): return other.visit(event) { comparator.holds(value, $0) }
        case .negated(let inner): return !inner.accepts(value, event)
        }
    }
}

extension FieldValue {
    /// A number, or text that is one: raw arguments are either.
    var asNumber: Int64? {
        switch self {
        case .number(let n): n
        case .text(let text): Int64(text)
        case .flag, .address: nil
        }
    }

    func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
        if case .text(let text) = self { return text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body) }
        var text = printed
        return text.withUTF8(body)
    }
}

extension Comparator {
    func holds(_ a: Int64, _ b: Int64) -> Bool {
        switch self {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .notEqual: a != b
        default: a == b
        }
    }

    /// The comparison of two fields of one event.
    func holds(_ a: FieldValue, _ b: FieldValue) -> Bool {
        if let x = a.asNumber, let y = b.asNumber { return holds(x, y) }
        switch self {
        case .equal, .in, .intersects: return a == b || a.printed == b.printed
        case .notEqual: return a.printed != b.printed
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .exists: return false
        default:
            let literal = Array(b.printed.utf8)
            guard let test = ValueTest.TextOperator(self) else { return false }
            return a.withBytes { Self.holds(test, $0, literal) }
        }
    }

    private static func holds(_ test: ValueTest.TextOperator, _ text: UnsafeBufferPointer<UInt8>, _ literal: [UInt8]) -> Bool {
        switch test {
        case .equal: TextSet([literal]).contains(text)
        case .contains: LiteralAutomaton([literal], isCaseInsensitive: false).matches(text)
        case .icontains: LiteralAutomaton([literal], isCaseInsensitive: true).matches(text)
        case .startswith: PrefixTrie([literal]).matches(text)
        case .endswith: PrefixTrie([literal], isReversed: true).matches(text)
        case .pmatch: PrefixTrie([literal], boundary: .component).matches(text)
        case .glob: GlobPattern(literal, isCaseInsensitive: false).matches(text)
        case .iglob: GlobPattern(literal, isCaseInsensitive: true).matches(text)
        case .regex: (try? RegularExpression(literal))?.matches(text) ?? false
        }
    }
}

extension ValueTest.TextOperator {
    init?(_ comparator: Comparator) {
        switch comparator {
        case .equal, .notEqual, .in, .intersects: self = .equal
        case .contains, .bcontains: self = .contains
        case .icontains: self = .icontains
        case .startswith, .bstartswith: self = .startswith
        case .endswith: self = .endswith
        case .glob: self = .glob
        case .iglob: self = .iglob
        case .regex: self = .regex
        case .pmatch: self = .pmatch
        case .exists, .less, .lessOrEqual, .greater, .greaterOrEqual: return nil
        }
    }
}
