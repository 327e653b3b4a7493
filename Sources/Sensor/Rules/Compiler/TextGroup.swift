internal import Foundations

/// Finds which of the texts that it was made of fit another text, by their rows.
protocol TextMatcher: AnyObject, Sendable {
    /// Adds the rows of the texts that fit.
    func collect(_ text: UnsafeBufferPointer<UInt8>, _ rows: BitRows, into out: UnsafeMutablePointer<UInt64>)
}

/// Checks of one field by one operator on text, answered together: one pass over a value says which of them it passes.
final class TextGroup: Sendable {
    /// Whether checks by this operator can be answered together; patterns are followed one by one.
    static func serves(_ op: ValueTest.TextOperator) -> Bool {
        switch op {
        case .equal, .contains, .icontains, .startswith, .endswith, .pmatch: true
        case .glob, .iglob, .regex: false
        }
    }

    private let rows: BitRows
    private let matcher: any TextMatcher

    /// Words of an answer, one bit for each check.
    var wordCount: Int { rows.wordCount }

    /// - Parameter checks: the literals of each check, one of which has to fit; the operator is one that `serves`.
    init(_ op: ValueTest.TextOperator, _ checks: [Set<[UInt8]>]) {
        var wanted: [[UInt8]: [Int]] = [:]
        for (bit, literals) in checks.enumerated() {
            for literal in literals { wanted[op == .icontains ? literal.map(asciiLower) : literal, default: []].append(bit) }
        }
        var rows = BitRows(bitCount: checks.count)
        let texts = wanted.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { (text: $0.key, row: rows.index(ofBits: $0.value)) }
        switch op {
        case .contains: matcher = LiteralAutomaton(texts, isCaseInsensitive: false, rows: &rows)
        case .icontains: matcher = LiteralAutomaton(texts, isCaseInsensitive: true, rows: &rows)
        case .startswith: matcher = PrefixTrie(texts)
        case .endswith: matcher = PrefixTrie(texts, isReversed: true)
        case .pmatch: matcher = PrefixTrie(texts, boundary: .component)
        case .equal, .glob, .iglob, .regex: matcher = TextSet(texts)
        }
        rows.seal()
        self.rows = rows
    }

    /// Sets the bits of the checks that the text passes; the others stay as they are.
    func collect(_ text: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<UInt64>) {
        matcher.collect(text, rows, into: out)
    }
}
