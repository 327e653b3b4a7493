/// Which of many literals occur in a text, in one pass over it (Aho and Corasick, "Efficient string matching", 1975).
///
/// Bytes that no literal contains share a class, which keeps the table small: states times classes.
final class LiteralAutomaton: TextMatcher {
    private let classes: [UInt8]
    /// Next state by state and class: the state's number times the number of classes, doubled; odd where a literal ends.
    private let table: [Int32]
    private let classCount: Int
    /// By state: of all literals that end there.
    private let ends: [Int32]

    /// - Parameters:
    ///   - literals: different literals, lower case when case is passed over, each with its row of `rows`.
    ///   - isCaseInsensitive: letters of ASCII compare without case.
    init(_ literals: [(text: [UInt8], row: Int32)], isCaseInsensitive: Bool, rows: inout BitRows) {
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for (literal, _) in literals {
            for byte in literal where classes[Int(byte)] == 0 && count < 256 {
                classes[Int(byte)] = UInt8(count)
                count += 1
            }
        }
        var next = [Int32](repeating: -1, count: count)
        var ends: [Int32] = [0]
        for (literal, row) in literals {
            var at = 0
            for byte in literal {
                let place = at * count + Int(classes[Int(byte)])
                if next[place] < 0 {
                    next[place] = Int32(ends.count)
                    next += repeatElement(-1, count: count)
                    ends.append(0)
                }
                at = Int(next[place])
            }
            ends[at] = rows.union(ends[at], row)
        }
        // breadth first: the state to fall back to is always finished before
        var fallback = [Int](repeating: 0, count: ends.count)
        var queue: [Int] = []
        for symbol in 0..<count {
            if next[symbol] < 0 { next[symbol] = 0 } else { queue.append(Int(next[symbol])) }
        }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            ends[state] = rows.union(ends[state], ends[fallback[state]])
            for symbol in 0..<count {
                let target = next[state * count + symbol]
                let other = next[fallback[state] * count + symbol]
                if target < 0 {
                    next[state * count + symbol] = other
                } else {
                    fallback[Int(target)] = Int(other)
                    queue.append(Int(target))
                }
            }
        }
        if isCaseInsensitive { for byte in UInt8(0x41)...0x5A { classes[Int(byte)] = classes[Int(byte | 0x20)] } }
        self.classes = classes
        classCount = count
        table = next.map { $0 * Int32(count) << 1 | (ends[Int($0)] == 0 ? 0 : 1) }
        self.ends = ends
    }

    func collect(_ text: UnsafeBufferPointer<UInt8>, _ rows: BitRows, into out: UnsafeMutablePointer<UInt64>) {
        classes.withUnsafeBufferPointer { classes in
            table.withUnsafeBufferPointer { table in
                if ends[0] != 0 { rows.add(ends[0], to: out) }
                var state = 0
                for byte in text {
                    let entry = Int(table[state + Int(classes[Int(byte)])])
                    state = entry >> 1
                    if entry & 1 != 0 { rows.add(ends[state / classCount], to: out) }
                }
            }
        }
    }
}
