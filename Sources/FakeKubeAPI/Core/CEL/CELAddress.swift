/// An IP address: four or sixteen bytes. Zones and IPv4 addresses inside IPv6 ones are refused, as the real server does.
struct CELAddress: Hashable, Sendable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init?(_ text: String) {
        guard let bytes = text.contains(":") ? Self.six(text) : Self.four(text) else { return nil }
        if bytes.count == 16, bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return nil }
        self.bytes = bytes
    }

    private static func four(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part in part.count <= 3 && part.allSatisfy { $0.isASCII && $0.isNumber } && (part == "0" || !part.hasPrefix("0")) ? UInt8(part) : nil }
        return bytes.count == 4 ? bytes : nil
    }

    private static func six(_ text: String) -> [UInt8]? {
        guard text.allSatisfy({ $0.isHexDigit && $0.isASCII || $0 == ":" || $0 == "." }), !text.contains(":::") else { return nil }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2 else { return nil }
        func bytes(_ half: String) -> [UInt8]? {
            if half.isEmpty { return [] }
            var out: [UInt8] = []
            let groups = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, group) in groups.enumerated() {
                if group.contains(".") {
                    guard index == groups.count - 1, let last = four(group) else { return nil }
                    out += last
                } else {
                    guard (1...4).contains(group.count), let value = UInt16(group, radix: 16) else { return nil }
                    out += [UInt8(value >> 8), UInt8(value & 255)]
                }
            }
            return out
        }
        guard let head = bytes(halves[0]) else { return nil }
        if halves.count == 1 { return head.count == 16 ? head : nil }
        guard let tail = bytes(halves[1]), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// RFC 5952: the longest run of zeros is left out.
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func joined(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? joined(0..<8) : joined(0..<best.lowerBound) + "::" + joined(best.upperBound..<8)
    }

    func call(_ function: String) -> CELValue? {
        let isFour = bytes.count == 4
        switch function {
        case "family": return .int(isFour ? 4 : 6)
        case "isUnspecified": return .bool(bytes.allSatisfy { $0 == 0 })
        case "isLoopback": return .bool(isFour ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1)
        case "isLinkLocalMulticast": return .bool(isFour ? bytes.starts(with: [224, 0, 0]) : bytes[0] == 0xFF && bytes[1] & 0x0F == 2)
        case "isLinkLocalUnicast": return .bool(isFour ? bytes.starts(with: [169, 254]) : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
        case "isGlobalUnicast":
            let isMulticast = isFour ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF
            let isBroadcast = isFour && bytes.allSatisfy { $0 == 255 }
            return .bool(!isMulticast && !isBroadcast && call("isUnspecified") != .bool(true) && call("isLoopback") != .bool(true) && call("isLinkLocalUnicast") != .bool(true))
        default: return nil
        }
    }
}
