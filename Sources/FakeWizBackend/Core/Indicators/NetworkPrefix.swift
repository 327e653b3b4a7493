import Glibc

/// An address or a block of addresses, v4 or v6: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`.
package struct NetworkPrefix: Hashable, Sendable, CustomStringConvertible {
    package private(set) var bytes: [UInt8]
    package private(set) var length: Int

    /// Reads text; bits beyond the prefix length are cleared. A v4 address mapped into v6 becomes v4. Nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, var bytes = Self.address(String(first)) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), (0...length).contains(given) else { return nil }
            length = given
        }
        if bytes.count == 16, length >= 96, Array(bytes.prefix(12)) == Self.mappedPrefix {
            bytes = Array(bytes.suffix(4))
            length -= 96
        }
        self.init(bytes: bytes, length: length)
    }

    private init(bytes: [UInt8], length: Int) {
        self.bytes = bytes
        self.length = length
        for index in bytes.indices {
            let kept = min(8, max(0, length - index * 8))
            self.bytes[index] &= kept == 0 ? 0 : UInt8(truncatingIfNeeded: 0xFF << (8 - kept))
        }
    }

    package var isSingleAddress: Bool { length == bytes.count * 8 }

    /// The block of the given length around this one.
    package func widened(to length: Int) -> NetworkPrefix { NetworkPrefix(bytes: bytes, length: min(max(0, length), self.length)) }

    /// Canonical text: what two spellings of one block share. Without `/length` for a single address.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return isSingleAddress ? address : "\(address)/\(length)"
    }

    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func address(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }
}
