// Secrets inside addresses: URLs with credentials, e-mail addresses.
extension SecretScanner {
    /// The `user:password` of `scheme://user:password@host`, found at the colon of the scheme. Passwords with an unescaped slash
    /// are found too, as long as what stands before the slash is no port.
    mutating func urlCredentials(_ at: Int) -> Int? {
        guard at > 0, Self.isAlphanumeric(bytes[at - 1]), at != lastEnd else { return nil }
        let start = at + 3
        let end = run(from: start, most: 4096) { $0 > 0x20 && !Self.isQuote($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
        guard start < end else { return nil }
        let url = bytes[start..<end]
        let pathAt = url.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? end
        let colon = bytes[start..<pathAt].firstIndex(of: UInt8(ascii: ":"))
        var at = bytes[start..<pathAt].lastIndex(of: UInt8(ascii: "@"))
        if at == nil, let colon, pathAt < end, !bytes[(colon + 1)..<pathAt].allSatisfy(Self.isDigit) {
            at = url.lastIndex(of: UInt8(ascii: "@"))
        }
        guard let at, at > start else { return nil }
        if let colon, colon < at {
            add(start, at, "url-credentials")
            return at
        }
        // a lone user is a name as a rule (ssh://git@host), a long one is a token
        guard at - start >= 20, schemeIsWeb(before: start - 3) else { return nil }
        add(start, at, "url-credentials")
        return at
    }

    private func schemeIsWeb(before colon: Int) -> Bool { has("https", at: colon - 5) || has("http", at: colon - 4) }

    /// `name@host.tld` around the @ (or around `%40`, as URLs and DNS names carry it).
    mutating func email(around at: Int, width: Int) -> Int? {
        var start = at
        while start > freeFrom, at - start < 64, Self.isLocalPart(bytes[start - 1]) { start -= 1 }
        bytesRead += at - start
        guard start < at, bytes[start] != UInt8(ascii: ".") else { return nil }
        let end = run(from: at + width, most: 255) { Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        var host = bytes[(at + width)..<end]
        // a full stop after the address is the sentence's
        while host.last == UInt8(ascii: ".") { host = host.dropLast() }
        guard let dot = host.lastIndex(of: UInt8(ascii: ".")), dot > host.startIndex else { return nil }
        let suffix = host[(dot + 1)...]
        guard suffix.count >= 2, suffix.allSatisfy(Self.isLetter) else { return nil }
        // systemd instances (getty@tty1.service), pictures for two screens (icon@2x.png) and the user of every git server
        guard !Self.otherSuffixes.contains(where: { suffix.elementsEqual($0) }) else { return nil }
        guard !(at - start == 3 && has("git", at: start)) else { return nil }
        add(start, host.endIndex, "email")
        return host.endIndex
    }

    private static let otherSuffixes = ["png", "jpg", "gif", "svg", "webp", "css", "js", "service", "socket", "timer", "target", "mount", "automount", "slice", "scope", "device", "path", "swap"].map { Array($0.utf8) }
    private static func isLocalPart(_ b: UInt8) -> Bool { isWord(b) || b == 0x2E || b == 0x2B || b == 0x2D || b == 0x25 }
}
