/// A regular expression with its sets of states worked out beforehand: one table look-up per byte (the subset construction).
///
/// Where that would be more than `statesMax` sets, the expression follows its states as it goes, in time that is still linear.
final class RegularAutomaton: Sendable {
    static let statesMax = 1000

    private let expression: RegularExpression
    private let table: Table?

    private struct Table: Sendable {
        /// Of bytes that no set of the expression tells apart.
        var classes: [UInt8]
        var classCount: Int
        /// Next state by state and class, times the number of classes; -1 when nothing can match any more.
        var next: [Int32]
        /// By state: a text that ends here matches.
        var isEnd: [Bool]
    }

    init(_ expression: RegularExpression) {
        self.expression = expression
        table = Self.table(expression)
    }

    /// Whether the whole text matches.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let table else { return expression.matches(text) }
        var state: Int32 = 0
        for byte in text {
            state = table.next[Int(state) + Int(table.classes[Int(byte)])]
            if state < 0 { return false }
        }
        return table.isEnd[Int(state) / table.classCount]
    }

    private static func table(_ expression: RegularExpression) -> Table? {
        let (classes, examples) = classes(expression)
        var out = Table(classes: classes, classCount: examples.count, next: [], isEnd: [])
        // the set at the start of the text is one of its own: only there does `^` hold
        let start = expression.reached(from: [0], isAtStart: true, isAtEnd: false)
        var sets = [start]
        var known: [[Int]: Int32] = [:]
        var at = 0
        while at < sets.count {
            out.isEnd.append(expression.matches(from: sets[at], isAtStart: at == 0))
            for byte in examples {
                let set = expression.reached(from: expression.taken(byte, from: sets[at]), isAtStart: false, isAtEnd: false)
                if set.isEmpty {
                    out.next.append(-1)
                } else if let state = known[set] {
                    out.next.append(state)
                } else {
                    guard sets.count < statesMax else { return nil }
                    let state = Int32(sets.count * examples.count)
                    sets.append(set)
                    known[set] = state
                    out.next.append(state)
                }
            }
            at += 1
        }
        return out
    }

    /// - Returns: the class of each byte, and a byte of each class.
    private static func classes(_ expression: RegularExpression) -> ([UInt8], [UInt8]) {
        let sets = Set(expression.program.compactMap { if case .set(let bits) = $0 { bits } else { nil } }).sorted { $0.lexicographicallyPrecedes($1) }
        var known: [[Bool]: UInt8] = [:]
        var examples: [UInt8] = []
        let classes = (UInt8.min...UInt8.max).map { byte in
            let signature = sets.map { RegularExpression.contains($0, byte) }
            if let known = known[signature] { return known }
            let number = UInt8(examples.count)
            known[signature] = number
            examples.append(byte)
            return number
        }
        return (classes, examples)
    }
}
