/// Cuts an expression into tokens. Each step takes at least one character.
struct CELLexer {
    enum Token: Hashable {
        case int(Int64), uint(UInt64), double(Double), string(String), bytes([UInt8]), identifier(String)
        /// A name in backticks, for fields alone.
        case quoted(String)
        case symbol(String)
        case end
    }

    private let text: [Unicode.Scalar]
    private var at = 0

    init(_ source: String) { text = Array(source.unicodeScalars) }

    private static let symbols = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"]

    /// All tokens with their offsets in characters; the last is `end`.
    static func tokens(_ source: String) throws(CELProblem) -> [(Token, Int)] {
        var lexer = CELLexer(source)
        var found: [(Token, Int)] = []
        while true {
            lexer.skipBlanks()
            let start = lexer.at
            let token = try lexer.next()
            found.append((token, start))
            if token == .end { return found }
        }
    }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? { at + ahead < text.count ? text[at + ahead] : nil }

    private mutating func skipBlanks() {
        while let scalar = peek() {
            if scalar == "/", peek(1) == "/" {
                while let next = peek(), next != "\n" { at += 1 }
            } else if " \t\n\r\u{C}".unicodeScalars.contains(scalar) { at += 1 } else { return }
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }
    private static func isLetter(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) || $0 == "_" } ?? false }

    private mutating func next() throws(CELProblem) -> Token {
        guard let first = peek() else { return .end }
        if let (isRaw, isBytes, length) = stringPrefix() {
            let start = at
            at += length
            let content = try quotedText(isRaw: isRaw, isBytes: isBytes, start)
            return isBytes ? .bytes(content.flatMap(\.bytes)) : .string(String(String.UnicodeScalarView(content.map(\.scalar))))
        }
        if Self.isDigit(first) || first == "." && Self.isDigit(peek(1)) { return try number() }
        if Self.isLetter(first) {
            let start = at
            while Self.isLetter(peek()) || Self.isDigit(peek()) { at += 1 }
            return .identifier(String(String.UnicodeScalarView(text[start..<at])))
        }
        if first == "`", let end = text[(at + 1)...].firstIndex(of: "`") {
            defer { at = end + 1 }
            return .quoted(String(String.UnicodeScalarView(text[(at + 1)..<end])))
        }
        for symbol in Self.symbols where text[at...].starts(with: symbol.unicodeScalars) {
            at += symbol.unicodeScalars.count
            return .symbol(symbol)
        }
        throw CELProblem(offset: at, message: "Syntax error: token recognition error at: '\(String(Character(first)))'")
    }

    // MARK: Texts

    /// Whether a string literal begins here, with what prefix, and how long that is.
    private func stringPrefix() -> (isRaw: Bool, isBytes: Bool, length: Int)? {
        var isRaw = false
        var isBytes = false
        for length in 0...2 {
            guard let scalar = peek(length) else { return nil }
            switch scalar {
            case "\"", "'": return (isRaw, isBytes, length)
            case "r", "R": if isRaw { return nil } else { isRaw = true }
            case "b", "B": if isBytes { return nil } else { isBytes = true }
            default: return nil
            }
        }
        return nil
    }

    private struct Piece {
        var scalar: Unicode.Scalar
        /// One byte of a bytes literal, when an escape gave it as a number.
        var byte: UInt8?
        var bytes: [UInt8] { byte.map { [$0] } ?? Array(String(Character(scalar)).utf8) }
    }

    private mutating func quotedText(isRaw: Bool, isBytes: Bool, _ start: Int) throws(CELProblem) -> [Piece] {
        let quote = text[at]
        let isTriple = peek(1) == quote && peek(2) == quote
        at += isTriple ? 3 : 1
        var pieces: [Piece] = []
        while let scalar = peek() {
            if scalar == quote, !isTriple || peek(1) == quote && peek(2) == quote {
                at += isTriple ? 3 : 1
                return pieces
            }
            if scalar == "\n" || scalar == "\r", !isTriple { break }
            at += 1
            pieces.append(scalar == "\\" && !isRaw ? try escape(isBytes: isBytes) : Piece(scalar: scalar))
            if scalar == "\\", isRaw, let next = peek() {
                // In raw text the backslash stays and still guards a quote.
                if next == quote {
                    pieces.append(Piece(scalar: next))
                    at += 1
                }
            }
        }
        throw CELProblem(offset: start, message: "Syntax error: token recognition error at: '\(String(String.UnicodeScalarView(text[start..<min(at, text.count)])))'")
    }

    private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}", "\\": "\\", "\"": "\"", "'": "'", "`": "`", "?": "?",
    ]

    private mutating func escape(isBytes: Bool) throws(CELProblem) -> Piece {
        let start = at - 1
        guard let kind = peek() else { throw CELProblem(offset: start, message: "Syntax error: unterminated escape sequence") }
        if let plain = Self.plainEscapes[kind] {
            at += 1
            return Piece(scalar: plain)
        }
        let digits: (count: Int, radix: Int, skip: Int)? =
            switch kind {
            case "x", "X": (2, 16, 1)
            case "u": (4, 16, 1)
            case "U": (8, 16, 1)
            case "0"..."3": (3, 8, 0)
            default: nil
            }
        guard let (count, radix, skip) = digits, at + skip + count <= text.count, !(isBytes && (kind == "u" || kind == "U")),
            let value = UInt32(String(String.UnicodeScalarView(text[(at + skip)..<(at + skip + count)])), radix: radix), let scalar = Unicode.Scalar(value)
        else { throw CELProblem(offset: start, message: "Syntax error: invalid escape sequence") }
        at += skip + count
        return Piece(scalar: scalar, byte: isBytes ? UInt8(truncatingIfNeeded: value) : nil)
    }

    // MARK: Numbers

    private mutating func number() throws(CELProblem) -> Token {
        let start = at
        var isDouble = false
        var isHex = false
        if peek() == "0", peek(1) == "x" || peek(1) == "X" {
            isHex = true
            at += 2
            while let scalar = peek(), scalar.properties.isASCIIHexDigit { at += 1 }
        } else {
            while Self.isDigit(peek()) { at += 1 }
            if peek() == ".", Self.isDigit(peek(1)) {
                isDouble = true
                at += 1
                while Self.isDigit(peek()) { at += 1 }
            }
            if peek() == "e" || peek() == "E", Self.isDigit(peek(1)) || (peek(1) == "+" || peek(1) == "-") && Self.isDigit(peek(2)) {
                isDouble = true
                at += 2
                while Self.isDigit(peek()) { at += 1 }
            }
        }
        let written = String(String.UnicodeScalarView(text[start..<at]))
        if isDouble {
            guard let value = Double(written), value.isFinite else { throw CELProblem(offset: start, message: "invalid double literal") }
            return .double(value)
        }
        let digits = isHex ? String(written.dropFirst(2)) : written
        guard let value = UInt64(digits, radix: isHex ? 16 : 10) else { throw CELProblem(offset: start, message: "invalid int literal") }
        if peek() == "u" || peek() == "U" {
            at += 1
            return .uint(value)
        }
        // The least integer is written as minus one more than the greatest.
        guard value <= UInt64(Int64.max) + 1 else { throw CELProblem(offset: start, message: "invalid int literal") }
        return .int(Int64(bitPattern: value))
    }
}
