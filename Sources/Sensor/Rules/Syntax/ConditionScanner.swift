/// The words of a condition: the parser asks for what may come next, and only that is recognised.
///
/// There is no list of tokens beforehand, because what a byte means depends on where it stands: `runc:[0:PARENT]` is one word
/// on the right of an operator and nonsense on its left.
struct ConditionScanner {
    let bytes: [UInt8]
    private(set) var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { at >= bytes.count }
    var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func rewind(to offset: Int) { at = offset }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || (bytes[at] >= 8 && bytes[at] <= 13) { at += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        at += 1
        return true
    }

    /// A keyword: the word, and no letter, digit or underscore behind it.
    mutating func take(word: String) -> Bool {
        let end = at + word.utf8.count
        guard end <= bytes.count, bytes[at..<end].elementsEqual(word.utf8), end == bytes.count || !Self.isNameByte(bytes[end]) else { return false }
        at = end
        return true
    }

    mutating func take(symbol: String) -> Bool {
        let end = at + symbol.utf8.count
        guard end <= bytes.count, bytes[at..<end].elementsEqual(symbol.utf8) else { return false }
        at = end
        return true
    }

    /// `identifier`: a letter, then letters, digits, underscores.
    mutating func identifier() -> String? {
        guard let first = current, Self.isLetter(first) else { return nil }
        let start = at
        while at < bytes.count, Self.isNameByte(bytes[at]) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// `field`: identifiers joined by dots, at least two of them.
    mutating func fieldName() -> String? {
        let start = at
        guard identifier() != nil else { return nil }
        var parts = 1
        while current == 0x2E, at + 1 < bytes.count, Self.isLetter(bytes[at + 1]) {
            at += 1
            _ = identifier()
            parts += 1
        }
        guard parts > 1 else {
            at = start
            return nil
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// What stands behind a field between brackets, quoted or bare, without the brackets.
    /// - Returns: nil when the bracket is not closed or empty.
    mutating func bracket() -> String? {
        if let quoted = quoted() { return take(0x5D) ? quoted : nil }
        let start = at
        while let byte = current, byte != 0x5D, byte != 0x5B, byte != 0x22, byte != 0x27, byte > 0x20 { at += 1 }
        guard at > start else { return nil }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        return take(0x5D) ? text : nil
    }

    /// Text between quotation marks of either kind. A backslash before a quotation mark or a backslash is dropped, before
    /// `n`, `t`, `r` it stands for the control character; before anything else it is a backslash, so that Windows paths and
    /// regular expressions need no doubling.
    mutating func quoted() -> String? {
        guard let mark = current, mark == 0x22 || mark == 0x27 else { return nil }
        let start = at
        at += 1
        var out: [UInt8] = []
        while let byte = current {
            at += 1
            if byte == mark { return String(decoding: out, as: UTF8.self) }
            if byte == 0x5C, let next = current {
                switch next {
                case 0x22, 0x27, 0x5C: out.append(next)
                case 0x6E: out.append(0x0A)
                case 0x74: out.append(0x09)
                case 0x72: out.append(0x0D)
                default: out += [0x5C, next]
                }
                at += 1
            } else {
                out.append(byte)
            }
        }
        at = start
        return nil
    }

    /// A word on the right of an operator: anything but white space, parentheses, commas, `=` and quotation marks.
    mutating func bareWord() -> String? {
        let start = at
        while let byte = current, byte > 0x20, byte != 0x28, byte != 0x29, byte != 0x2C, byte != 0x3D, byte != 0x22, byte != 0x27, byte != 0x7F { at += 1 }
        return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
    }

    /// What stands here, for a message: a word or a single character, at most 32 bytes of it.
    func next() -> String {
        guard let byte = current else { return "the end" }
        var end = at
        while end < bytes.count, end - at < 32, bytes[end] > 0x20, bytes[end] != 0x28, bytes[end] != 0x29, bytes[end] != 0x2C { end += 1 }
        return "'" + (end > at ? String(decoding: bytes[at..<end], as: UTF8.self) : String(decoding: [byte], as: UTF8.self)) + "'"
    }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    static func isNameByte(_ byte: UInt8) -> Bool { isLetter(byte) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F }
}
