import Glibc

/// Reads indicator values as people write them: defanged, in any case, with or without a kind.
package enum IndicatorText {
    /// Undoes the usual defanging: `hxxp`, `[.]`, `(.)`, `{.}`, `[dot]`, `[:]`, `[@]`, surrounding brackets and white space.
    package static func refanged(_ text: String) -> String {
        var value = text.filter { !$0.isWhitespace }
        for (written, meant) in [
            ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[://]", "://"), ("[/]", "/"), ("[@]", "@"), ("[at]", "@"),
        ] {
            value = value.replacing(written, with: meant)
            value = value.replacing(written.uppercased(), with: meant)
        }
        if value.lowercased().hasPrefix("hxxp") { value = "http" + value.dropFirst(4) }
        if value.lowercased().hasPrefix("fxp:") { value = "ftp" + value.dropFirst(3) }
        return value
    }

    /// The kind and the canonical value, nil when the text is no indicator we can look up. A URL gives its host.
    /// - Parameter kind: what the source says it is (`ipv4-addr`, `SHA-256`, ...); nil to find out from the value.
    package static func canonical(_ text: String, kind: String?) -> (kind: String, value: String)? {
        var value = refanged(text)
        if value.contains("://") { value = host(ofURL: value) }
        guard let found = recognise(value) else { return nil }
        guard let kind, let named = canonicalKind(kind) else { return found }
        // A source may call an address a host name, never a digest an address.
        return named == found.kind || (named == "domain" && found.kind == "ip") ? found : nil
    }

    /// `sha256`, `sha1`, `md5`, `ip` or `domain`; nil for kinds that cannot be looked up.
    package static func canonicalKind(_ kind: String) -> String? {
        switch kind.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "sha256", "filehashsha256", "hashsha256": "sha256"
        case "sha1", "filehashsha1", "hashsha1": "sha1"
        case "md5", "filehashmd5", "hashmd5": "md5"
        case "ip", "ipv4", "ipv6", "ipv4addr", "ipv6addr", "ipaddress", "ipdst", "ipsrc", "cidr", "ipv4cidr", "ipv6cidr": "ip"
        case "domain", "domainname", "hostname", "host", "fqdn", "url", "uri": "domain"
        default: nil
        }
    }

    private static func recognise(_ value: String) -> (kind: String, value: String)? {
        if let prefix = NetworkPrefix(value) { return ("ip", prefix.description) }
        let lower = value.lowercased()
        if lower.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) {
            switch lower.utf8.count {
            case 64: return ("sha256", lower)
            case 40: return ("sha1", lower)
            case 32: return ("md5", lower)
            default: break
            }
        }
        return domain(lower).map { ("domain", $0) }
    }

    /// A host name with at least two labels, lower case, no trailing dot; a leading `*.` is dropped, for parents match anyway.
    private static func domain(_ lower: String) -> String? {
        var name = Substring(lower)
        if name.hasPrefix("*.") { name = name.dropFirst(2) }
        if name.hasSuffix(".") { name = name.dropLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, name.utf8.count <= 253, labels.last?.contains(where: { $0.isLetter }) == true else { return nil }
        for label in labels {
            let isPlain = label.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 95 }
            guard !label.isEmpty, label.utf8.count <= 63, isPlain, !label.hasPrefix("-"), !label.hasSuffix("-") else { return nil }
        }
        return String(name)
    }

    private static func host(ofURL url: String) -> String {
        let rest = url.split(separator: "://", maxSplits: 1).last.map(String.init) ?? url
        var authority = rest.prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority.dropFirst()[..<end]) }
        return String(authority.prefix { $0 != ":" })
    }
}
