import Foundation

/// Addresses and ranges as text.
enum NetworkText {
    /// Four or sixteen bytes; nil when the text is no address.
    static func bytes(_ text: String) -> [UInt8]? {
        if text.contains(":") {
            guard !text.contains("%") else { return nil }
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            return withUnsafeBytes(of: &address) { Array($0) }
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part == "0" || part.first != "0", part.allSatisfy({ $0.isASCII && $0.isNumber }), let byte = UInt8(part) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    static func isAddress(_ text: String) -> Bool { bytes(text) != nil }

    private static func parse(_ range: String) -> (bytes: [UInt8], bits: Int)? {
        let sides = range.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard sides.count == 2, let bytes = bytes(sides[0]), let bits = Int(sides[1]), sides[1].allSatisfy(\.isNumber), (0...bytes.count * 8).contains(bits) else { return nil }
        return (bytes, bits)
    }

    static func isRange(_ text: String) -> Bool { parse(text) != nil }

    /// Whether the second range lies within the first and is smaller.
    static func contains(_ outer: String, _ inner: String) -> Bool {
        guard let a = parse(outer), let b = parse(inner), a.bytes.count == b.bytes.count, a.bits < b.bits else { return false }
        return (0..<a.bits).allSatisfy { bit in (a.bytes[bit / 8] ^ b.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0 }
    }

    /// Addresses that nobody can be reached by from elsewhere.
    static func special(_ text: String, _ field: String) -> [FieldError] {
        guard let bytes = bytes(text) else { return [] }
        func found(_ why: String) -> [FieldError] { [.invalid(field, .string(text), why)] }
        if bytes.allSatisfy({ $0 == 0 }) { return found("may not be unspecified (\(text))") }
        let isFour = bytes.count == 4
        if isFour ? bytes[0] == 127 : bytes.dropLast().allSatisfy({ $0 == 0 }) && bytes.last == 1 { return found("may not be in the loopback range (127.0.0.0/8, ::1/128)") }
        if isFour ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 { return found("may not be in the link-local range (169.254.0.0/16, fe80::/10)") }
        if isFour ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && bytes[1] & 0x0F == 2 { return found("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)") }
        return []
    }
}
