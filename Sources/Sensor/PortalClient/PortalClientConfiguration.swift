/// Where the portal is, how to get there and whom to trust.
package struct PortalClientConfiguration: Sendable, Hashable {
    package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        /// A name, or an address without brackets.
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// `HOST:PORT`, as a CONNECT request and the Host header want it.
        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    package var grpc: Endpoint
    package var http: Endpoint
    /// What stands before `/oauth/token` and `/api/v1`: empty, or `/prefix` without a slash at its end.
    package var pathPrefix: String = ""
    /// PEM file with authorities that are trusted beside the system's.
    package var authorityFile: String?
    /// Directory with the files `clientId` and `clientToken`.
    package var credentialsDirectory: String
    package var proxy: PortalProxy?
    /// TCP, proxy and TLS together.
    package var connectTimeout: Duration = .seconds(10)

    package init(grpc: Endpoint, http: Endpoint, credentialsDirectory: String) {
        self.grpc = grpc
        self.http = http
        self.credentialsDirectory = credentialsDirectory
    }
}

/// A proxy that is asked to CONNECT to the portal.
package struct PortalProxy: Sendable, Hashable {
    package enum Credentials: Sendable, Hashable {
        case none
        case given(user: String, password: String)
        /// Read anew for each connection, so that a rotated secret is used at once.
        case files(user: String, password: String)
    }

    package var endpoint: PortalClientConfiguration.Endpoint
    /// The proxy itself is spoken to over TLS (`https://` in its URL).
    package var isTLS: Bool
    package var credentials: Credentials
    /// PEM file with the authority of the proxy: of its own certificate, and of those it makes when it opens TLS.
    package var authorityFile: String?
    /// PEM file with certificate chain and key that are shown to the proxy.
    package var clientCertificateFile: String?
    /// Hosts that are reached without the proxy: names, `.suffixes`, addresses, `*`.
    package var exceptions: [String] = []

    package init(endpoint: PortalClientConfiguration.Endpoint, isTLS: Bool = false, credentials: Credentials = .none) {
        self.endpoint = endpoint
        self.isTLS = isTLS
        self.credentials = credentials
    }

    /// Reads `http://user:password@host:port` or `https://...`; the port defaults to 80 or 443, the scheme to http.
    /// - Returns: nil when it is no such URL. User and password are percent-decoded.
    package init?(url: String) {
        var rest = Substring(url)
        var isTLS = false
        if let mark = rest.firstRange(of: "://") {
            switch rest[..<mark.lowerBound].lowercased() {
            case "http": isTLS = false
            case "https": isTLS = true
            default: return nil
            }
            rest = rest[mark.upperBound...]
        }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var credentials = Credentials.none
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let user = parts.first.flatMap({ PercentText.decode($0) }), let password = PercentText.decode(parts.count > 1 ? parts[1] : "") else { return nil }
            credentials = .given(user: user, password: password)
            rest = rest[rest.index(after: at)...]
        }
        var port = isTLS ? 443 : 80
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let given = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(given) else { return nil }
            port = given
            rest = rest[..<colon]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, !rest.contains(where: { $0.isWhitespace }) else { return nil }
        self.init(endpoint: .init(host: String(rest), port: port), isTLS: isTLS, credentials: credentials)
    }

    /// Whether the host is reached through the proxy.
    package func applies(to host: String) -> Bool {
        let name = host.lowercased()
        return !exceptions.contains { exception in
            let text = exception.lowercased().trimmingPrefix("*")
            if text.isEmpty { return !exception.isEmpty }
            let suffix = text.hasPrefix(".") ? text : "." + text
            return name == text || name.hasSuffix(suffix) || name == suffix.dropFirst()
        }
    }

    /// For heartbeats and people: without credentials.
    package var displayURL: String { "\(isTLS ? "https" : "http")://\(endpoint)" }
}

enum PercentText {
    /// nil for a `%` that two hex digits do not follow, or bytes that are no UTF-8.
    static func decode(_ text: some StringProtocol) -> String? {
        var out: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        func digit(_ byte: UInt8?) -> UInt8? { byte.flatMap { UInt8(String(UnicodeScalar($0)), radix: 16) } }
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let high = digit(bytes.next()), let low = digit(bytes.next()) else { return nil }
            out.append(high << 4 | low)
        }
        return String(validating: out, as: UTF8.self)
    }

    /// For a form body: everything but the unreserved characters of RFC 3986 is encoded.
    static func encode(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.unicodeScalars.append(UnicodeScalar(byte))
            default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}
