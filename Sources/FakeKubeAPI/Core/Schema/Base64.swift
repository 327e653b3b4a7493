/// Base64 with padding, as JSON carries bytes.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (index, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(index) }
        return values
    }()

    /// Where Go's decoder would stop, or nil when the text is sound.
    static func firstIllegalByte(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        let end = bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.count
        if let bad = bytes[..<end].firstIndex(where: { values[Int($0)] == 255 }) { return bad }
        let padding = bytes.count - end
        if bytes.count % 4 != 0 { return padding > 0 ? end : bytes.count - bytes.count % 4 + 0 }
        if padding > 2 { return end }
        return bytes[end...].firstIndex { $0 != UInt8(ascii: "=") }
    }

    package static func decode(_ text: String) -> [UInt8]? {
        guard firstIllegalByte(text) == nil else { return nil }
        var out: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            buffer = buffer << 6 | UInt32(values[Int(byte)])
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return out
    }

    /// - Parameter forURL: the alphabet with `-` and `_`, without padding.
    package static func encode(_ bytes: some Collection<UInt8>, forURL: Bool = false) -> String {
        var out: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                out.append(alphabet[Int(buffer >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { out.append(alphabet[Int(buffer << UInt32(6 - bits) & 63)]) }
        if forURL { return String(decoding: out.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }, as: UTF8.self) }
        while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Where Go's decoder of the unpadded form would stop.
    static func firstIllegalByteForURL(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        let known = bytes.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") ? 0 : $0 }
        return known.firstIndex { values[Int($0)] == 255 } ?? max(0, bytes.count - 1)
    }

    package static func decodeURL(_ text: String) -> [UInt8]? {
        var plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        while plain.count % 4 != 0 { plain.append("=") }
        return decode(String(plain))
    }
}
