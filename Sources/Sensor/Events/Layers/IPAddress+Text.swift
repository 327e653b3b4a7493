extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or RFC 5952 form for IPv6.
    package var description: String {
        guard isV6 else {
            let n = UInt32(truncatingIfNeeded: low)
            return "\(n >> 24).\(n >> 16 & 255).\(n >> 8 & 255).\(n & 255)"
        }
        var groups: [UInt16] = []
        for half in [high, low] { for shift in stride(from: 48, through: 0, by: -16) { groups.append(UInt16(truncatingIfNeeded: half >> UInt64(shift))) } }
        if high == 0, low >> 32 == 0xFFFF { return "::ffff:" + IPAddress(v4: UInt32(truncatingIfNeeded: low)).description }
        // RFC 5952, 4.2.3: the longest run of zero groups is shortened, the first of equal ones, never a single group.
        var best = 0..<0
        var at = 0
        while at < 8 {
            guard groups[at] == 0 else {
                at += 1
                continue
            }
            var end = at
            while end < 8, groups[end] == 0 { end += 1 }
            if end - at > max(1, best.count) { best = at..<end }
            at = end
        }
        func hex(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }

    /// Reads dotted decimal or IPv6 text, the latter with `::` and an embedded IPv4 tail; nil for anything else.
    package init?(_ text: some StringProtocol) {
        if text.contains(":") { self.init(v6Text: String(text)) } else { self.init(v4Text: text) }
    }

    private init?(v4Text text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let n = UInt32(part), n < 256 else { return nil }
            value = value << 8 | n
        }
        self.init(v4: value)
    }

    private init?(v6Text: String) {
        var text = v6Text
        if let dot = text.firstIndex(of: "."), let colon = text[..<dot].lastIndex(of: ":") {
            guard let tail = IPAddress(v4Text: text[text.index(after: colon)...]) else { return nil }
            text = text[...colon] + String(tail.low >> 16, radix: 16) + ":" + String(tail.low & 0xFFFF, radix: 16)
        }
        func groups(_ part: Substring) -> [UInt16]? {
            if part.isEmpty { return [] }
            var out: [UInt16] = []
            for group in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(group.utf8.count), !group.hasPrefix("+"), !group.hasPrefix("-"), let n = UInt16(group, radix: 16) else { return nil }
                out.append(n)
            }
            return out
        }
        var all: [UInt16]
        if let gap = text.firstRange(of: "::") {
            guard let front = groups(text[..<gap.lowerBound]), let back = groups(text[gap.upperBound...]), front.count + back.count < 8 else { return nil }
            all = front + [UInt16](repeating: 0, count: 8 - front.count - back.count) + back
        } else {
            guard let whole = groups(text[...]), whole.count == 8 else { return nil }
            all = whole
        }
        func half(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
        self.init(v6High: half(all[0..<4]), low: half(all[4..<8]))
    }

    /// True when the address lies in `network`/`bits` of the same family.
    package func isIn(_ network: IPAddress, bits: Int) -> Bool {
        guard isV6 == network.isV6, bits >= 0, bits <= (isV6 ? 128 : 32) else { return false }
        if !isV6 { return bits == 0 || (low ^ network.low) >> UInt64(32 - bits) == 0 }
        if bits <= 64 { return bits == 0 || (high ^ network.high) >> UInt64(64 - bits) == 0 }
        return high == network.high && (low ^ network.low) >> UInt64(128 - bits) == 0
    }
}
