// Secrets that are recognised by what stands before them: a name, a flag, a scheme.
extension SecretScanner {
    /// A command whose short flag takes a password.
    struct PasswordFlag {
        var flag: UInt8
        /// The value may stand in the next word.
        var takesNext: Bool
    }

    /// The name that begins here, if it ends where a value may begin and sounds like a secret.
    mutating func name(_ at: Int) -> Range<Int>? {
        guard at >= namesReadBefore else { return nil }
        let end = run(from: at, while: Self.isNamePart)
        namesReadBefore = end
        noteCommand(bytes[at..<end], startingAt: at)
        // of a name beyond any use the end is what counts
        let start = max(at, end - 128)
        guard end - start >= 3, end < bytes.count else { return nil }
        switch bytes[end] {
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: " "), 0x09, 0x5C: break
        case let other: guard Self.isQuote(other) else { return nil }
        }
        return SecretNames.kind(of: bytes[start..<end]) == nil ? nil : start..<end
    }

    /// The value of `NAME=value`, `--name value`, `"name": "value"`, `Name: value`.
    mutating func value(ofName range: Range<Int>) -> Int? {
        let name = bytes[range]
        guard let kind = SecretNames.kind(of: name) else { return nil }
        var value = range.upperBound
        if bytes[value] == 0x5C { value += 1 }
        let isQuoted = value < bytes.count && Self.isQuote(bytes[value])
        if isQuoted { value += 1 }
        let gapStart = value
        value = run(from: value, most: 64) { $0 == 0x20 || $0 == 0x09 }
        guard value < bytes.count else { return nil }
        let byte = bytes[value]
        if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") {
            // a URL's scheme is no name (secret://...), nor is an image with its tag (team/vault-token:1.2)
            if byte == UInt8(ascii: ":"), has("://", at: value) || (value == range.upperBound && isImageTag(name: range.lowerBound, tag: value + 1)) { return nil }
            value += 1
            // := of Go and make, == of shell tests
            if value < bytes.count, bytes[value] == UInt8(ascii: "=") { value += 1 }
            value = run(from: value, most: 64) { $0 == 0x20 || $0 == 0x09 }
            if kind == "cookie" || kind == "token", let end = headerValue(value, kind) { return end }
        } else {
            // `--password secret`, but neither two words of a sentence nor a flag and the next one
            guard bytes[range.lowerBound] == UInt8(ascii: "-"), !isQuoted, value > gapStart, byte != UInt8(ascii: "-") else { return nil }
        }
        return takeValue(value, kind: kind, name: name)
    }

    /// Everything to the end of a header line: `Cookie: a=1; b=2`, `Authorization: Digest username="x", response="y"`.
    private mutating func headerValue(_ start: Int, _ kind: String) -> Int? {
        if let end = marker(start) { return end }
        guard kind == "cookie" || has("Digest ", at: start) || has("AWS4-HMAC-SHA256 ", at: start) || has("Negotiate ", at: start) else { return nil }
        let isBare = !(start > 0 && Self.isQuote(bytes[start - 1]))
        let end = run(from: start) { $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "'") && (isBare || $0 != UInt8(ascii: "\"")) }
        guard end > start else { return nil }
        add(start, end, kind)
        return end
    }

    /// Takes what stands at `start` as a secret, unless its form says that it is none.
    mutating func takeValue(_ start: Int, kind: String, name: Slice<UnsafeBufferPointer<UInt8>>? = nil) -> Int? {
        guard start < bytes.count, start >= plainValueBefore else { return nil }
        if let end = marker(start) { return end }
        var start = start
        // \" as inside a JSON text
        let isEscaped = bytes[start] == 0x5C && start + 1 < bytes.count && Self.isQuote(bytes[start + 1])
        if isEscaped { start += 1 }
        let quote = bytes[start]
        if Self.isQuote(quote) {
            let end = quotedEnd(start + 1, quote, isEscaped: isEscaped)
            guard end > start + 1 else { return nil }
            if SecretNames.isHarmless(value: bytes[(start + 1)..<end], of: name) { return nil }
            if let end = marker(start + 1) { return end }
            add(start + 1, end, kind)
            return end
        }
        // `token: Bearer xyz` keeps the word Bearer
        for (scheme, length) in Self.schemes where has(scheme, at: start) { return takeValue(start + length, kind: kind, name: name) }
        // a pass phrase source of openssl: pass:secret, but env:NAME and file:path
        if kind == "password", has("pass:", at: start) { start += 5 }
        let end = run(from: start) {
            $0 > 0x20 && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") && !Self.isQuote($0) && $0 != UInt8(ascii: "}")
                && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "|") && $0 != 0x5C
        }
        if let end = marker(start) { return end }
        guard end > start else { return nil }
        // a variable's name or a placeholder, a file that holds the secret: none themselves
        if bytes[start] == UInt8(ascii: "$") || bytes[start] == UInt8(ascii: "<") || isPlainPath(start, end) {
            plainValueBefore = end
            return nil
        }
        if SecretNames.isHarmless(value: bytes[start..<end], of: name) { return nil }
        add(start, end, kind)
        return end
    }

    private static let schemes: [(StaticString, Int)] = [("Bearer ", 7), ("bearer ", 7), ("BEARER ", 7), ("Basic ", 6), ("basic ", 6), ("Token ", 6), ("token ", 6), ("ApiKey ", 7)]

    /// Where the quotation ends; at the end of the text when it is cut. - Parameter isEscaped: it began with `\"` and ends with it.
    private mutating func quotedEnd(_ start: Int, _ quote: UInt8, isEscaped: Bool) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != quote {
            if bytes[end] == 0x5C {
                if isEscaped, end + 1 < bytes.count, bytes[end + 1] == quote { break }
                end += 1
            }
            end += 1
        }
        end = min(end, bytes.count)
        bytesRead += end - start + 1
        return end
    }

    private func isPlainPath(_ start: Int, _ end: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: "/") || bytes[start] == UInt8(ascii: "@") || has("./", at: start) || has("~/", at: start) || has("file:", at: start) || has("env:", at: start)
        else { return false }
        // base64 may begin with a slash too; a path has short names between its slashes
        return end - start < 40 || bytes[start..<end].filter { $0 == UInt8(ascii: "/") }.count > 2
    }

    /// `registry/team/vault-token:1.2.3`: the name follows a slash, or the tag looks like a version.
    private mutating func isImageTag(name: Int, tag: Int) -> Bool {
        if name > 0, bytes[name - 1] == UInt8(ascii: "/") { return true }
        let end = run(from: tag, most: 64, while: Self.isNamePart)
        let text = bytes[tag..<end]
        if ["latest", "stable", "main", "edge"].contains(where: { text.elementsEqual($0.utf8) }) { return true }
        let digits = text.first == UInt8(ascii: "v") ? text.dropFirst() : text
        return digits.first.map(Self.isDigit) == true && digits.contains(UInt8(ascii: "."))
    }

    // MARK: Schemes and commands

    /// `Bearer xyz`, `Basic xyz`, `sshpass -p xyz`, `mysql -pxyz`, `curl -u name:password`.
    mutating func scheme(_ at: Int) -> Int? {
        if has("Bearer ", at: at) || has("bearer ", at: at) || has("BEARER ", at: at) { return schemeValue(at + 7, least: 12, "token") }
        if has("Basic ", at: at) || has("basic ", at: at) { return schemeValue(at + 6, least: 8, "credentials") }
        guard bytes[at] == UInt8(ascii: "-"), at == 0 || bytes[at - 1] <= 0x20 || Self.isQuote(bytes[at - 1]) else { return nil }
        if let flag = passwordFlag, at + 2 < bytes.count, bytes[at + 1] == flag.flag {
            if bytes[at + 2] > 0x20 { return takeValue(at + 2, kind: "password") }
            if flag.takesNext {
                let value = run(from: at + 2, most: 64) { $0 == 0x20 }
                if value < bytes.count, bytes[value] != UInt8(ascii: "-") { return takeValue(value, kind: "password") }
            }
        }
        for (flag, length) in Self.userFlags where has(flag, at: at) {
            var start = run(from: at + length, most: 64) { $0 == 0x20 || $0 == UInt8(ascii: "=") }
            if start < bytes.count, Self.isQuote(bytes[start]) { start += 1 }
            let separator = run(from: start, most: 256) { $0 > 0x20 && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "[") && !Self.isQuote($0) }
            guard separator > start, separator < bytes.count, bytes[separator] == UInt8(ascii: ":") || bytes[separator] == UInt8(ascii: "%") else { continue }
            let end = run(from: separator + 1) { $0 > 0x20 && !Self.isQuote($0) }
            let (name, password) = (bytes[start..<separator], bytes[(separator + 1)..<end])
            // a user with its group, as for containers: 1000:1000, root:root
            if password.isEmpty || name.elementsEqual(password) || (name.allSatisfy(Self.isDigit) && password.allSatisfy(Self.isDigit)) { continue }
            if let end = marker(separator + 1) { return end }
            add(separator + 1, end, "password")
            return end
        }
        return nil
    }

    private static let userFlags: [(StaticString, Int)] = [("-u", 2), ("--user", 6), ("--proxy-user", 12), ("-U", 2)]

    private mutating func schemeValue(_ start: Int, least: Int, _ kind: String) -> Int? {
        let end = run(from: start, while: Self.isToken)
        guard end - start >= least else { return nil }
        add(start, end, kind)
        return end
    }

    /// Remembers a command whose short flag takes a password.
    private mutating func noteCommand(_ name: Slice<UnsafeBufferPointer<UInt8>>, startingAt at: Int) {
        guard let first = name.first, first == UInt8(ascii: "m") || first == UInt8(ascii: "s") || first == UInt8(ascii: "r") || first == UInt8(ascii: "l") || first == UInt8(ascii: "d")
        else { return }
        if name.starts(with: "mysql".utf8) || name.starts(with: "mariadb".utf8) {
            passwordFlag = PasswordFlag(flag: UInt8(ascii: "p"), takesNext: false)
        } else if name.elementsEqual("sshpass".utf8) {
            passwordFlag = PasswordFlag(flag: UInt8(ascii: "p"), takesNext: true)
        } else if name.elementsEqual("redis-cli".utf8) {
            passwordFlag = PasswordFlag(flag: UInt8(ascii: "a"), takesNext: true)
        } else if name.starts(with: "ldap".utf8) {
            passwordFlag = PasswordFlag(flag: UInt8(ascii: "w"), takesNext: true)
        } else if name.elementsEqual("docker".utf8), has(" login", at: at + 6) {
            passwordFlag = PasswordFlag(flag: UInt8(ascii: "p"), takesNext: true)
        }
    }
}
