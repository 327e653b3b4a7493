/// A set of bytes.
struct ByteClass {
    private(set) var bits: [UInt64] = [0, 0, 0, 0]

    static let none = ByteClass()
    static let all = ByteClass().inverted

    mutating func insert(_ byte: UInt8) { bits[Int(byte) >> 6] |= 1 << UInt64(byte & 63) }
    mutating func formUnion(_ other: ByteClass) { for i in 0..<4 { bits[i] |= other.bits[i] } }

    func removing(_ byte: UInt8) -> ByteClass {
        var out = self
        out.bits[Int(byte) >> 6] &= ~(1 << UInt64(byte & 63))
        return out
    }

    var inverted: ByteClass {
        var out = self
        for i in 0..<4 { out.bits[i] = ~bits[i] }
        return out
    }

    private static func of(_ ranges: ClosedRange<UInt8>...) -> ByteClass {
        var out = ByteClass()
        for range in ranges { for byte in range { out.insert(byte) } }
        return out
    }

    private static let digits = of(0x30...0x39)
    private static let words = of(0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F...0x5F)
    private static let spaces = of(0x09...0x0D, 0x20...0x20)

    /// `\d`, `\w`, `\s` and their opposites.
    static func escaped(_ letter: UInt8) -> ByteClass? {
        switch letter {
        case 0x64: digits
        case 0x44: digits.inverted
        case 0x77: words
        case 0x57: words.inverted
        case 0x73: spaces
        case 0x53: spaces.inverted
        default: nil
        }
    }

    /// `[:alpha:]` and its like inside a set.
    /// - Parameter start: the offset behind `[:`.
    static func named(_ pattern: [UInt8], _ start: Int) -> (ByteClass, Int)? {
        guard let colon = pattern[start...].firstIndex(of: 0x3A), colon + 1 < pattern.count, pattern[colon + 1] == 0x5D else { return nil }
        let set: ByteClass
        switch String(decoding: pattern[start..<colon], as: UTF8.self) {
        case "alpha": set = of(0x41...0x5A, 0x61...0x7A)
        case "digit": set = digits
        case "alnum": set = of(0x30...0x39, 0x41...0x5A, 0x61...0x7A)
        case "upper": set = of(0x41...0x5A)
        case "lower": set = of(0x61...0x7A)
        case "space": set = spaces
        case "xdigit": set = of(0x30...0x39, 0x41...0x46, 0x61...0x66)
        case "punct": set = of(0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E)
        case "word": set = words
        default: return nil
        }
        return (set, colon + 2)
    }
}
