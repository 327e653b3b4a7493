/// An absolute URL or an absolute path, cut into its parts as Go's `url.ParseRequestURI` does.
struct CELURL: Hashable, Sendable {
    var scheme = ""
    /// With its port.
    var host = ""
    var path = ""
    var query = ""

    let text: String

    init?(_ text: String) {
        self.text = text
        var rest = text[...]
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        if let colon = rest.firstIndex(of: ":"), rest.first?.isLetter == true, rest[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        } else if !rest.hasPrefix("/") {
            return nil
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if rest.hasPrefix("//"), !scheme.isEmpty || !rest.hasPrefix("///") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest.dropFirst(2 + authority.count)
            host = String(authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
            if host.hasPrefix("[") { guard host.contains("]") else { return nil } }
            if let port = Self.split(host).port, !port.allSatisfy(\.isNumber) { return nil }
        } else if !scheme.isEmpty, !rest.hasPrefix("/") {
            return nil
        }
        guard let decoded = APIRequest.decodePercent(rest) else { return nil }
        path = decoded
    }

    private static func split(_ host: String) -> (name: String, port: String?) {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let behind = host[host.index(after: end)...]
            return (String(host[host.index(after: host.startIndex)..<end]), behind.hasPrefix(":") ? String(behind.dropFirst()) : nil)
        }
        guard let colon = host.lastIndex(of: ":") else { return (host, nil) }
        return (String(host[..<colon]), String(host[host.index(after: colon)...]))
    }

    func call(_ function: String) -> CELValue? {
        switch function {
        case "getScheme": return .string(scheme)
        case "getHost": return .string(host)
        case "getHostname": return .string(Self.split(host).name)
        case "getPort": return .string(Self.split(host).port ?? "")
        case "getEscapedPath": return .string(path.utf8.map { Self.isPlain($0) ? String(UnicodeScalar($0)) : "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined())
        case "getQuery":
            let pairs = APIRequest.parseQuery(query)
            return .map(Dictionary(grouping: pairs, by: \.name).reduce(into: [:]) { $0[.string($1.key)] = .list($1.value.map { .string($0.value) }) })
        default: return nil
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte) || "-_.~$&+,/:;=@!'()*".utf8.contains(byte) }
}
