/// A set of texts, looked up by their bytes without making a String: open addressing, and the lengths that occur as a first test.
struct TextSet: Sendable {
    private let bytes: [UInt8]
    /// Where text n begins in `bytes`; one more entry than there are texts.
    private let starts: [Int]
    /// Index of a text plus 1, 0 for an empty place; a power of two at most half full.
    private let table: [Int32]
    /// Bit n: a text of n bytes exists; bit 63 stands for all longer ones.
    private let lengths: UInt64

    init(_ texts: [[UInt8]]) {
        var bytes: [UInt8] = []
        var starts = [0]
        var lengths: UInt64 = 0
        var size = 4
        while size < texts.count * 2 { size *= 2 }
        var table = [Int32](repeating: 0, count: size)
        for (n, text) in texts.enumerated() {
            bytes += text
            starts.append(bytes.count)
            lengths |= 1 << UInt64(min(text.count, 63))
            var place = text.withUnsafeBufferPointer { Int(truncatingIfNeeded: Self.hash($0)) } & (size - 1)
            while table[place] != 0 { place = (place + 1) & (size - 1) }
            table[place] = Int32(n + 1)
        }
        (self.bytes, self.starts, self.table, self.lengths) = (bytes, starts, table, lengths)
    }

    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard lengths >> UInt64(min(text.count, 63)) & 1 == 1 else { return false }
        let mask = table.count - 1
        var place = Int(truncatingIfNeeded: Self.hash(text)) & mask
        while table[place] != 0 {
            let n = Int(table[place]) - 1
            if matches(n, text) { return true }
            place = (place + 1) & mask
        }
        return false
    }

    private func matches(_ n: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = starts[n]
        guard starts[n + 1] - start == text.count else { return false }
        for i in 0..<text.count where bytes[start + i] != text[i] { return false }
        return true
    }

    // FNV-1a: the texts are the rule author's, so nobody gains by making them collide
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash ^ hash >> 32
    }
}
