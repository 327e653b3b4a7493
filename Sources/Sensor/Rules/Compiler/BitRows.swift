/// Sets of small numbers as rows of bits, each different set once and known by its index; row 0 is the empty set.
struct BitRows: Sendable {
    /// Words of a row.
    let wordCount: Int
    private var words: [UInt64]
    private var known: [[UInt64]: Int32]

    /// - Parameter bitCount: the numbers are below it.
    init(bitCount: Int) {
        wordCount = max(1, (bitCount + 63) / 64)
        words = [UInt64](repeating: 0, count: wordCount)
        known = [words: 0]
    }

    mutating func index(ofBits bits: some Sequence<Int>) -> Int32 {
        var row = [UInt64](repeating: 0, count: wordCount)
        for bit in bits { row[bit >> 6] |= 1 << UInt64(bit & 63) }
        return index(of: row)
    }

    mutating func union(_ a: Int32, _ b: Int32) -> Int32 {
        if a == b || b == 0 { return a }
        if a == 0 { return b }
        return index(of: (0..<wordCount).map { words[Int(a) * wordCount + $0] | words[Int(b) * wordCount + $0] })
    }

    private mutating func index(of row: [UInt64]) -> Int32 {
        if let known = known[row] { return known }
        let index = Int32(known.count)
        known[row] = index
        words += row
        return index
    }

    /// Forgets what only the making of rows needs.
    mutating func seal() { known = [:] }

    /// Adds the numbers of a row to those in `out`, which has `wordCount` words.
    @inline(__always)
    func add(_ row: Int32, to out: UnsafeMutablePointer<UInt64>) {
        words.withUnsafeBufferPointer { words in
            for word in 0..<wordCount { out[word] |= words[Int(row) * wordCount + word] }
        }
    }
}
