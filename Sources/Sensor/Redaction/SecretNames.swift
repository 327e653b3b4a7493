/// Names of variables, flags, headers and JSON keys behind which a secret stands.
enum SecretNames {
    private static let words: [(text: [UInt8], kind: String)] = [
        ("password", "password"), ("passwd", "password"), ("passphrase", "password"), ("passcode", "password"), ("pwd", "password"), ("secret", "secret"),
        ("token", "token"), ("apikey", "api-key"), ("accesskey", "api-key"), ("privatekey", "private-key"), ("credential", "credentials"),
        ("authorization", "token"), ("sessionkey", "secret"), ("signingkey", "secret"), ("encryptionkey", "secret"), ("clientkey", "secret"),
        ("masterkey", "secret"), ("sharedkey", "secret"), ("subscriptionkey", "api-key"), ("licensekey", "secret"), ("pgpass", "password"), ("mysqlpwd", "password"),
        ("accountkey", "api-key"), ("sastoken", "token"), ("connectionstring", "credentials"), ("cookie", "cookie"), ("sessionid", "secret"), ("pass", "password"),
    ].map { (Array($0.0.utf8), $0.1) }

    // names that contain a secret's word and hold none: where it lies, what it is called, how it behaves
    private static let harmlessEnds: [[UInt8]] = [
        "file", "path", "dir", "name", "length", "len", "type", "url", "uri", "endpoint", "expiry", "expires", "expiration", "ttl", "policy", "count",
        "class", "ref", "mount", "env", "stdin", "prompt", "version", "algorithm", "provider", "rotation", "store", "enabled", "required", "size", "limit", "age",
    ].map { Array($0.utf8) }

    /// The kind of secret behind the name; nil when none is.
    static func kind(of name: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        // Folded: lower case, without separators, so that API_KEY, api-key and apiKey are one word.
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        for byte in name where byte != 0x5F && byte != 0x2D && byte != 0x2E { folded.append(byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte) }
        // --no-password asks for none
        if name.starts(with: "--no-".utf8) { return nil }
        for (word, kind) in words where contains(folded, word) {
            // "pass" and "pwd" are parts of many other words (compass, bypass): the whole name, or a word of it after a separator
            if word.count == 4, folded.count != 4, !isLastWord(name, "pass") { continue }
            if harmlessEnds.contains(where: { folded.count > $0.count && folded.suffix($0.count).elementsEqual($0) }) { return nil }
            // an identifier of a secret: TOKEN_ID, secret-id; as a word of its own, so that "paid" is none
            if isLastWord(name, "id"), word.count != 9 { return nil }
            return kind
        }
        return nil
    }

    /// Values that are none: switches, nothing, and counts of what language models call tokens.
    static func isHarmless(value: Slice<UnsafeBufferPointer<UInt8>>, of name: Slice<UnsafeBufferPointer<UInt8>>?) -> Bool {
        if value.count <= 8, harmlessValues.contains(where: { $0.count == value.count && zip($0, value).allSatisfy { $0 == ($1 >= 0x41 && $1 <= 0x5A ? $1 + 32 : $1) } }) { return true }
        guard let name, let last = name.last, last == UInt8(ascii: "s") || last == UInt8(ascii: "S") else { return false }
        return value.allSatisfy(SecretScanner.isDigit) && name.count >= 6 && folds(name.suffix(6), to: "tokens")
    }

    private static let harmlessValues = ["true", "false", "yes", "no", "null", "nil", "none", "on", "off", "\"\"", "''"].map { Array($0.utf8) }

    private static func folds(_ name: Slice<UnsafeBufferPointer<UInt8>>, to word: String) -> Bool {
        zip(name, word.utf8).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0) == $1 }
    }

    /// Whether the name ends with the word, after a separator or a change from small to capital letters.
    private static func isLastWord(_ name: Slice<UnsafeBufferPointer<UInt8>>, _ word: String) -> Bool {
        let count = word.utf8.count
        guard name.count > count else { return false }
        let end = name.suffix(count)
        guard folds(end, to: word), let first = end.first else { return false }
        let before = name[end.startIndex - 1]
        return before == 0x5F || before == 0x2D || before == 0x2E || (first >= 0x41 && first <= 0x5A && before >= 0x61 && before <= 0x7A)
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == word[0] && text[start..<start + word.count].elementsEqual(word) { return true }
        return false
    }
}
