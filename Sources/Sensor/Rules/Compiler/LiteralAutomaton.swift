/// Whether one of many literals occurs in a text, in one pass over it (Aho and Corasick, "Efficient string matching", 1975).
///
/// Bytes that no literal contains share a class, which keeps the table small: states times classes.
struct LiteralAutomaton: Sendable {
    private let classes: [UInt8]
    private let classCount: Int
    /// Next state by state and class.
    private let table: [Int32]
    private let isEnd: [Bool]

    /// - Parameter isCaseInsensitive: letters of ASCII compare without case.
    init(_ literals: [[UInt8]], isCaseInsensitive: Bool) {
        let literals = isCaseInsensitive ? literals.map { $0.map(asciiLower) } : literals
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for literal in literals {
            for byte in literal where classes[Int(byte)] == 0 && count < 256 {
                classes[Int(byte)] = UInt8(count)
                count += 1
            }
        }
        var next: [[Int32]] = [[Int32](repeating: -1, count: count)]
        var ends = [false]
        for literal in literals {
            var at = 0
            for byte in literal {
                let symbol = Int(classes[Int(byte)])
                if next[at][symbol] < 0 {
                    next.append([Int32](repeating: -1, count: count))
                    ends.append(false)
                    next[at][symbol] = Int32(next.count - 1)
                }
                at = Int(next[at][symbol])
            }
            ends[at] = true
        }
        // breadth first: the state to fall back to is always finished before
        var fallback = [Int](repeating: 0, count: next.count)
        var queue: [Int] = []
        for symbol in 0..<count {
            if next[0][symbol] < 0 { next[0][symbol] = 0 } else { queue.append(Int(next[0][symbol])) }
        }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            ends[state] = ends[state] || ends[fallback[state]]
            for symbol in 0..<count {
                let target = next[state][symbol]
                if target < 0 {
                    next[state][symbol] = next[fallback[state]][symbol]
                } else {
                    fallback[Int(target)] = Int(next[fallback[state]][symbol])
                    queue.append(Int(target))
                }
            }
        }
        if isCaseInsensitive { for byte in UInt8(0x41)...0x5A { classes[Int(byte)] = classes[Int(byte | 0x20)] } }
        self.classes = classes
        classCount = count
        table = next.flatMap { $0 }
        isEnd = ends
    }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = 0
        if isEnd[0] { return true }
        for byte in text {
            state = Int(table[state * classCount + Int(classes[Int(byte)])])
            if isEnd[state] { return true }
        }
        return false
    }
}

func asciiLower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
