/// Reads JSON text. Hostile input ends in an error, never in a trap: depth and length are bounded, progress is made in every step.
package struct JSONParser {
    /// What is wrong with a text, in the words of Go's decoder, which clients show.
    package struct Failure: Error, Equatable {
        package var message: String
    }

    static let depthMax = 10_000 / 16

    private let bytes: [UInt8]
    private var at = 0
    private var path: [String] = []
    /// Full paths of members that stand twice in one object, in the order of the text; the last value counts.
    package private(set) var duplicates: [String] = []
    /// Where each member stands in the text; filled on request only.
    private(set) var order: [String: Int] = [:]
    private let keepsOrder: Bool

    package init(_ bytes: [UInt8], keepsOrder: Bool = false) {
        self.bytes = bytes
        self.keepsOrder = keepsOrder
    }

    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSON {
        var parser = JSONParser(bytes)
        return try parser.document()
    }

    package static func parse(_ text: String) throws(Failure) -> JSON { try parse(Array(text.utf8)) }

    /// The one value of the text; anything but white space behind it is an error.
    package mutating func document() throws(Failure) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        if at < bytes.count { throw invalid("after top-level value") }
        return value
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
    }

    private func invalid(_ place: String) -> Failure {
        guard at < bytes.count else { return Failure(message: "unexpected end of JSON input") }
        let byte = bytes[at]
        let shown = byte == 0x27 ? "'\\''" : byte < 0x20 ? "'\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) + "'" : byte == 0x0A ? "'\\n'" : "'\(Character(UnicodeScalar(byte)))'"
        return Failure(message: "invalid character \(byte == 0x0A ? "'\\n'" : shown) \(place)")
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth < Self.depthMax else { throw Failure(message: "exceeded max depth") }
        guard at < bytes.count else { throw Failure(message: "unexpected end of JSON input") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw invalid("looking for beginning of value")
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
        let letters = word.withUTF8Buffer { Array($0) }
        for (index, letter) in letters.enumerated() {
            guard at < bytes.count, bytes[at] == letter else {
                throw invalid("in literal \(word) (expecting '\(Character(UnicodeScalar(letters[index])))')")
            }
            at += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSON {
        at += 1
        var members: [String: JSON] = [:]
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw invalid("looking for beginning of object key string") }
            let start = at
            let key = try string()
            path.append(key)
            if members[key] != nil { duplicates.append(Self.dotted(path)) }
            if keepsOrder { order[Self.dotted(path)] = start }
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw invalid("after object key") }
            at += 1
            skipSpace()
            members[key] = try value(depth: depth + 1)
            path.removeLast()
            skipSpace()
            guard at < bytes.count else { throw Failure(message: "unexpected end of JSON input") }
            if bytes[at] == UInt8(ascii: ",") {
                at += 1
            } else if bytes[at] == UInt8(ascii: "}") {
                at += 1
                return .object(members)
            } else {
                throw invalid("after object key:value pair")
            }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSON {
        at += 1
        var items: [JSON] = []
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return .array(items)
        }
        while true {
            skipSpace()
            path.append("[\(items.count)]")
            items.append(try value(depth: depth + 1))
            path.removeLast()
            skipSpace()
            guard at < bytes.count else { throw Failure(message: "unexpected end of JSON input") }
            if bytes[at] == UInt8(ascii: ",") {
                at += 1
            } else if bytes[at] == UInt8(ascii: "]") {
                at += 1
                return .array(items)
            } else {
                throw invalid("after array element")
            }
        }
    }

    /// `spec.containers[0].name`
    static func dotted(_ path: [String]) -> String {
        path.reduce(into: "") { text, part in text += text.isEmpty || part.hasPrefix("[") ? part : "." + part }
    }

    private mutating func string() throws(Failure) -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 { at += 1 }
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        var text = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return String(decoding: text, as: UTF8.self)
            }
            if byte < 0x20 { throw invalid("in string literal") }
            at += 1
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
                continue
            }
            guard at < bytes.count else { break }
            let escape = bytes[at]
            at += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "u"): text += Array(String(Character(try escapedScalar())).utf8)
            default:
                at -= 1
                throw invalid("in string escape code")
            }
        }
        throw Failure(message: "unexpected end of JSON input")
    }

    private mutating func escapedScalar() throws(Failure) -> UnicodeScalar {
        let first = try hexadecimal()
        if (0xD800..<0xDC00).contains(first), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
            at += 2
            let second = try hexadecimal()
            if (0xDC00..<0xE000).contains(second), let pair = UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) { return pair }
            return "\u{FFFD}"
        }
        return UnicodeScalar(first) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count, let digit = Character(UnicodeScalar(bytes[at])).hexDigitValue, bytes[at] < 0x80 else {
                throw invalid("in \\u hexadecimal character escape")
            }
            value = value << 4 + UInt32(digit)
            at += 1
        }
        return value
    }

    private mutating func number() throws(Failure) -> JSON {
        let start = at
        var whole = true
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard at < bytes.count, isDigit(bytes[at]) else { throw invalid("in numeric literal") }
        if bytes[at] == UInt8(ascii: "0") { at += 1 } else { while at < bytes.count, isDigit(bytes[at]) { at += 1 } }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            whole = false
            at += 1
            guard at < bytes.count, isDigit(bytes[at]) else { throw invalid("after decimal point in numeric literal") }
            while at < bytes.count, isDigit(bytes[at]) { at += 1 }
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            whole = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard at < bytes.count, isDigit(bytes[at]) else { throw invalid("in exponent of numeric literal") }
            while at < bytes.count, isDigit(bytes[at]) { at += 1 }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if whole, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw Failure(message: "json: cannot unmarshal number \(text) into Go value of type float64") }
        return .double(double)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
