package import Foundation

/// How to reach the API server and as whom.
package struct KubeConfiguration: Sendable, Hashable {
    package enum Token: Sendable, Hashable {
        case none
        case given(String)
        /// Read for each request: projected service-account tokens are replaced every hour or so.
        case file(String)
    }

    /// `https://HOST:PORT`, perhaps with a path before the API's; `http://` for a loopback address only (`kubectl proxy`).
    package var server: URL
    /// PEM; nil trusts the system's authorities.
    package var authority: Data?
    /// PEM chain and key, both or none.
    package var clientCertificate: Data?
    package var clientKey: Data?
    package var token: Token
    /// The name that the server's certificate is for, when it is not the one in the URL.
    package var serverName: String?

    package init(server: URL, authority: Data? = nil, clientCertificate: Data? = nil, clientKey: Data? = nil, token: Token = .none, serverName: String? = nil) {
        self.server = server
        self.authority = authority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.token = token
        self.serverName = serverName
    }

    /// The token as it is now; nil for none, or when its file cannot be read or is empty.
    func currentToken() -> String? {
        switch token {
        case .none: return nil
        case .given(let text): return text
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path), data.count <= 64 * 1024, let text = String(data: data, encoding: .utf8) else { return nil }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            return token.isEmpty || token.utf8.contains { $0 < 0x21 || $0 > 0x7E } ? nil : token
        }
    }
}
