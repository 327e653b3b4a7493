// Secrets that are recognised by their own form, wherever they stand.
extension SecretScanner {
    mutating func knownToken(_ at: Int) -> Int? {
        for token in KnownTokens.startingWith(bytes[at]) where has(token.prefix, at: at) {
            let body = at + token.prefix.count
            let end = run(from: body, while: token.isBody)
            let length = end - body
            guard length >= token.least, token.most == 0 || length <= token.most else { continue }
            add(at, end, token.kind)
            return end
        }
        return nil
    }

    /// `header.payload.signature`, the header beginning with `{"` in base64url (RFC 7519); also without signature, as a cut
    /// command line leaves it.
    mutating func jwt(_ at: Int) -> Int? {
        guard at >= noJWTBefore, has("eyJ", at: at) else { return nil }
        let header = run(from: at, while: Self.isBase64URL)
        guard header - at >= 12, header < bytes.count, bytes[header] == UInt8(ascii: ".") else {
            noJWTBefore = header
            return nil
        }
        let payload = run(from: header + 1, while: Self.isBase64URL)
        guard payload - header > 8 else { return nil }
        var end = payload
        if payload < bytes.count, bytes[payload] == UInt8(ascii: ".") { end = run(from: payload + 1, while: Self.isBase64URL) }
        add(at, end, "jwt")
        return end
    }

    /// Keys and certificates as one long word: base64 of DER (`MII`, a SEQUENCE of more than 255 bytes), or of a PEM block
    /// (`LS0tLS1CRUdJTi`, as in a kubeconfig's `client-key-data`).
    mutating func keyMaterial(_ at: Int) -> Int? {
        let least: Int
        if has("LS0tLS1CRUdJTi", at: at) { least = 40 } else if has("MII", at: at) { least = 200 } else { return nil }
        let end = run(from: at, while: Self.isBase64)
        guard end - at >= least else { return nil }
        add(at, end, "key-material")
        return end
    }

    /// `-----BEGIN X----- ... -----END X-----`, or to the end of the text when the end is cut.
    mutating func block(_ at: Int) -> Int? {
        let label = at + 11
        // labels are in capitals (RFC 7468); a cut one may be short, but not empty
        guard label < bytes.count, bytes[label] >= UInt8(ascii: "A"), bytes[label] <= UInt8(ascii: "Z") else { return nil }
        let labelEnd = run(from: label, most: 64) { $0 != UInt8(ascii: "-") && $0 != 0x0A }
        let name = String(decoding: bytes[label..<labelEnd], as: UTF8.self)
        let kind = name.contains("PRIVATE KEY") ? "private-key" : name.contains("CERTIFICATE") ? "certificate" : "pem"
        var end = labelEnd
        while true {
            end = run(from: end) { $0 != UInt8(ascii: "-") }
            if end >= bytes.count {
                leaveOpen(kind)
                break
            }
            if has("-----END ", at: end) {
                end = run(from: end + 9) { $0 != UInt8(ascii: "-") && $0 != 0x0A }
                end = run(from: end, most: 5) { $0 == UInt8(ascii: "-") }
                break
            }
            end += 1
        }
        add(at, end, kind)
        return end
    }
}
