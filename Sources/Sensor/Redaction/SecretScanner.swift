/// One pass over a text: at each place where a secret can begin, the detectors for that place are asked, the longest-known
/// form first. What is found is skipped, so spans never overlap; what was looked at in vain is remembered, so that each byte is
/// looked at a bounded number of times whatever the text is.
struct SecretScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    /// How many times a byte was looked at; grows with the text's length and with nothing else.
    var bytesRead = 0
    private(set) var spans: [Redactor.Span] = []
    /// The text ends within a block that began with `-----BEGIN`, of this kind.
    private(set) var openBlock: String?

    /// A name behind which a secret may stand, and where it ends; what is inside the name is looked at first.
    private var pendingName: Range<Int>?
    /// Where the last secret or marker ended: nothing begins right there, so that a second pass finds what the first one found.
    private(set) var lastEnd = 0

    // Up to where a detector has looked already and knows that there is nothing.
    var noJWTBefore = 0
    var namesReadBefore = 0
    var plainValueBefore = 0
    /// Words of a command whose `-p...` is a password (`mysql`, `mysqldump`, `sshpass`), until the command ends.
    var passwordFlag: PasswordFlag?

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func run() -> [Redactor.Span] {
        var at = 0
        while at < bytes.count {
            bytesRead += 1
            let found = look(at)
            if let found { lastEnd = found }
            at = found ?? at + 1
        }
        return spans
    }

    /// The end of what is found at this place; nil when there is nothing.
    private mutating func look(_ at: Int) -> Int? {
        let byte = bytes[at]
        if let name = pendingName, at >= name.upperBound {
            pendingName = nil
            if at == name.upperBound, let end = value(ofName: name) { return end }
        }
        switch byte {
        case UInt8(ascii: "["): if let end = marker(at) { return end }
        case UInt8(ascii: "-") where has("-----BEGIN ", at: at): if let end = block(at) { return end }
        case UInt8(ascii: "@"): if let end = email(around: at, width: 1) { return end }
        case UInt8(ascii: "%") where has("%40", at: at): if let end = email(around: at, width: 3) { return end }
        case UInt8(ascii: ":") where has("://", at: at): if let end = urlCredentials(at) { return end }
        case UInt8(ascii: "|"), UInt8(ascii: ";"), UInt8(ascii: "&"), 0x0A: passwordFlag = nil
        default: break
        }
        guard at == 0 || (!Self.isWord(bytes[at - 1]) && at != lastEnd), Self.isWord(byte) || byte == UInt8(ascii: "-") else { return nil }
        if let end = jwt(at) ?? knownToken(at) ?? keyMaterial(at) { return end }
        if let name = name(at) { pendingName = name }
        return scheme(at)
    }

    /// The first byte that belongs to no span yet.
    var freeFrom: Int { spans.last?.end ?? 0 }

    mutating func add(_ start: Int, _ end: Int, _ kind: String) {
        let start = max(start, freeFrom)
        guard end > start else { return }
        spans.append(Redactor.Span(start: start, end: end, kind: kind))
    }

    mutating func leaveOpen(_ kind: String) { openBlock = kind }

    /// What an earlier pass put there stays as it is.
    mutating func marker(_ at: Int) -> Int? {
        guard has("[REDACTED:", at: at) else { return nil }
        let end = run(from: at + 10, most: 24) { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x2D }
        return end < bytes.count && bytes[end] == UInt8(ascii: "]") ? end + 1 : nil
    }

    // MARK: Bytes

    func has(_ text: StaticString, at: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard at >= 0, at + length <= bytes.count else { return false }
        let start = text.utf8Start
        for i in 0..<length where bytes[at + i] != start[i] { return false }
        return true
    }

    func has(_ text: [UInt8], at: Int) -> Bool {
        guard at + text.count <= bytes.count else { return false }
        for i in text.indices where bytes[at + i] != text[i] { return false }
        return true
    }

    mutating func run(from start: Int, most: Int = .max, while isPart: (UInt8) -> Bool) -> Int {
        var end = min(start, bytes.count)
        while end < bytes.count, end - start < most, isPart(bytes[end]) { end += 1 }
        bytesRead += max(0, end - start) + 1
        return end
    }

    static func isDigit(_ b: UInt8) -> Bool { b >= 0x30 && b <= 0x39 }
    static func isLetter(_ b: UInt8) -> Bool { (b >= 0x41 && b <= 0x5A) || (b >= 0x61 && b <= 0x7A) }
    static func isAlphanumeric(_ b: UInt8) -> Bool { isDigit(b) || isLetter(b) }
    static func isWord(_ b: UInt8) -> Bool { isAlphanumeric(b) || b == 0x5F }
    static func isHex(_ b: UInt8) -> Bool { isDigit(b) || (b >= 0x61 && b <= 0x66) || (b >= 0x41 && b <= 0x46) }
    static func isBase64(_ b: UInt8) -> Bool { isAlphanumeric(b) || b == 0x2B || b == 0x2F || b == 0x3D }
    static func isBase64URL(_ b: UInt8) -> Bool { isWord(b) || b == 0x2D || b == 0x3D }
    static func isToken(_ b: UInt8) -> Bool { isWord(b) || b == 0x2D || b == 0x2E || b == 0x2B || b == 0x2F || b == 0x3D || b == 0x7E }
    static func isNamePart(_ b: UInt8) -> Bool { isWord(b) || b == 0x2D || b == 0x2E }
    static func isQuote(_ b: UInt8) -> Bool { b == 0x22 || b == 0x27 || b == 0x60 }
}
