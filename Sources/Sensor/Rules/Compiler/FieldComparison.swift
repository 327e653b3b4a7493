internal import Events
internal import Foundations

// Fields of one event compared with each other: rare, so made for each comparison.

extension FieldValue {
    /// A number, or text that is one: raw arguments are either.
    var asNumber: Int64? {
        switch self {
        case .number(let n): n
        case .text(let text): Int64(text)
        case .flag, .address: nil
        }
    }
}

extension Comparator {
    func holds(_ a: Int64, _ b: Int64) -> Bool {
        switch self {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .notEqual: a != b
        default: a == b
        }
    }

    /// The comparison of two fields of one event.
    func holds(_ a: FieldValue, _ b: FieldValue) -> Bool {
        if let x = a.asNumber, let y = b.asNumber { return holds(x, y) }
        switch self {
        case .equal, .in, .intersects: return a == b || a.printed == b.printed
        case .notEqual: return a.printed != b.printed
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .exists: return false
        default:
            var (text, literal) = (a.printed, b.printed)
            return text.withUTF8 { text in literal.withUTF8 { holds(text, $0) } }
        }
    }

    private func holds(_ text: UnsafeBufferPointer<UInt8>, _ literal: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .startswith, .bstartswith: text.starts(with: literal)
        case .endswith: text.reversed().starts(with: literal.reversed())
        case .contains, .bcontains: Self.contains(text, literal) { $0 }
        case .icontains: Self.contains(text, literal, asciiLower)
        case .pmatch: text.starts(with: literal) && (text.count == literal.count || literal.last == 0x2F || text[literal.count] == 0x2F)
        case .glob: GlobPattern(Array(literal), isCaseInsensitive: false).matches(text)
        case .iglob: GlobPattern(Array(literal), isCaseInsensitive: true).matches(text)
        // of a pattern that is none there is nothing to match
        case .regex: (try? RegularExpression(Array(literal)))?.matches(text) ?? false
        case .exists, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .intersects: false
        }
    }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ literal: UnsafeBufferPointer<UInt8>, _ folded: (UInt8) -> UInt8) -> Bool {
        var start = 0
        while start + literal.count <= text.count {
            var at = 0
            while at < literal.count, folded(text[start + at]) == folded(literal[at]) { at += 1 }
            if at == literal.count { return true }
            start += 1
        }
        return false
    }
}
