/// Base64 with padding, as JSON carries bytes.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (index, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(index) }
        return values
    }()

    /// The text is none, from this byte on: where Go's decoder stops.
    package struct Corrupt: Error, Equatable {
        package var offset: Int
    }

    /// As Go's `base64.StdEncoding` reads it: line ends are passed over wherever they stand.
    package static func decode(_ text: String) throws(Corrupt) -> [UInt8] { try decode(Array(text.utf8), isPadded: true) }

    /// As Go's `base64.RawURLEncoding` reads it: `-` and `_`, no padding.
    package static func decodeURL(_ text: String) throws(Corrupt) -> [UInt8] {
        try decode(text.utf8.map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 == 0x2B || $0 == 0x2F ? 0 : $0 }, isPadded: false)
    }

    private static func decode(_ bytes: [UInt8], isPadded: Bool) throws(Corrupt) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 4 * 3)
        var (quantum, digits) = (UInt32(0), 0)
        func isLineEnd(_ at: Int) -> Bool { bytes[at] == 0x0A || bytes[at] == 0x0D }
        // digits of an unfinished group, high bits first
        func flush() {
            quantum <<= UInt32(6 * (4 - digits))
            for shift in [16, 8, 0].prefix(max(0, digits - 1)) { out.append(UInt8(truncatingIfNeeded: quantum >> UInt32(shift))) }
            (quantum, digits) = (0, 0)
        }
        var at = 0
        while at < bytes.count {
            defer { at += 1 }
            if isLineEnd(at) { continue }
            let value = values[Int(bytes[at])]
            guard value == 255 else {
                quantum = quantum << 6 | UInt32(value)
                digits += 1
                if digits == 4 { flush() }
                continue
            }
            guard isPadded, bytes[at] == UInt8(ascii: "="), digits >= 2 else { throw Corrupt(offset: at) }
            var end = at + 1
            if digits == 2 {
                while end < bytes.count, isLineEnd(end) { end += 1 }
                if end == bytes.count { throw Corrupt(offset: end) }
                if bytes[end] != UInt8(ascii: "=") { throw Corrupt(offset: end - 1) }
                end += 1
            }
            while end < bytes.count, isLineEnd(end) { end += 1 }
            if end < bytes.count { throw Corrupt(offset: end) }
            flush()
            return out
        }
        if digits == 1 || digits > 0 && isPadded { throw Corrupt(offset: at - digits) }
        flush()
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
}
