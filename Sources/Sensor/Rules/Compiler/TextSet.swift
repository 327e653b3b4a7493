/// Texts and the row of each, looked up by their bytes without making a String: open addressing, and the lengths that occur as a first test.
final class TextSet: TextMatcher {
    private struct Entry {
        var start: Int32
        var count: Int32
        /// 0 for an empty place: every text has a row.
        var row: Int32
        /// The upper half of the text's hash: what differs there is not worth a comparison.
        var tag: UInt32
    }

    private let bytes: [UInt8]
    /// A power of two, at most half full.
    private let table: [Entry]
    /// Bit n: a text of n bytes exists; bit 63 stands for all longer ones.
    private let lengths: UInt64

    /// - Parameter texts: different texts, each with a row other than 0.
    init(_ texts: [(text: [UInt8], row: Int32)]) {
        var bytes: [UInt8] = []
        var lengths: UInt64 = 0
        var size = 4
        while size < texts.count * 2 { size *= 2 }
        var table = [Entry](repeating: Entry(start: 0, count: 0, row: 0, tag: 0), count: size)
        for (text, row) in texts {
            let hash = text.withUnsafeBufferPointer(Self.hash)
            var place = Int(truncatingIfNeeded: hash) & (size - 1)
            while table[place].row != 0 { place = (place + 1) & (size - 1) }
            table[place] = Entry(start: Int32(bytes.count), count: Int32(text.count), row: row, tag: UInt32(truncatingIfNeeded: hash >> 32))
            bytes += text
            lengths |= 1 << UInt64(min(text.count, 63))
        }
        (self.bytes, self.table, self.lengths) = (bytes, table, lengths)
    }

    func collect(_ text: UnsafeBufferPointer<UInt8>, _ rows: BitRows, into out: UnsafeMutablePointer<UInt64>) {
        let row = row(of: text)
        if row != 0 { rows.add(row, to: out) }
    }

    /// - Returns: 0 when the text is not in the set.
    private func row(of text: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard lengths >> UInt64(min(text.count, 63)) & 1 == 1 else { return 0 }
        let hash = Self.hash(text)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        return table.withUnsafeBufferPointer { table in
            let mask = table.count - 1
            var place = Int(truncatingIfNeeded: hash) & mask
            while table[place].row != 0 {
                if table[place].tag == tag, table[place].count == text.count, matches(Int(table[place].start), text) { return table[place].row }
                place = (place + 1) & mask
            }
            return 0
        }
    }

    private func matches(_ start: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for at in 0..<text.count where bytes[start + at] != text[at] { return false }
            return true
        }
    }

    // Eight bytes at a time, multiplied and folded. The texts are the rule author's, so nobody gains by making them collide.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(text.count) &* 0x9E37_79B9_7F4A_7C15
        let raw = UnsafeRawBufferPointer(text)
        var at = 0
        while at + 8 <= raw.count {
            hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        while at < raw.count {
            rest = rest << 8 | UInt64(raw[at])
            at += 1
        }
        return mixed(hash ^ rest)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
