internal import Foundation
package import Foundations
internal import Yams

extension KubeConfiguration {
    /// Reads a kubeconfig file: its current context, or the one named.
    ///
    /// Taken: `certificate-authority(-data)`, `tls-server-name`, `client-certificate(-data)`, `client-key(-data)`, `token`, `tokenFile`.
    /// Relative paths are relative to the file. Refused: `insecure-skip-tls-verify: true`, plain http to another machine, `exec` and
    /// `auth-provider` plugins, passwords.
    /// - Throws: what is wrong, with the line where the reader knows it.
    package static func kubeconfig(path: String, context name: String? = nil) throws(Diagnostic) -> KubeConfiguration {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            throw Diagnostic(file: path, message: "cannot be read")
        }
        let file: KubeconfigFile
        do { file = try YAMLDecoder().decode(KubeconfigFile.self, from: text) } catch {
            throw Diagnostic(file: path, line: Self.line(of: error), message: "is no kubeconfig: \(Self.reason(of: error))")
        }
        func wrong(_ message: String, _ subject: String? = nil) -> Diagnostic { Diagnostic(file: path, subject: subject, message: message) }
        let contextName = name ?? file.currentContext ?? ""
        guard let context = file.contexts?.first(where: { $0.name == contextName })?.context else { throw wrong("has no context '\(contextName)'") }
        guard let cluster = file.clusters?.first(where: { $0.name == context.cluster })?.cluster else { throw wrong("has no cluster '\(context.cluster)'") }
        guard let user = file.users?.first(where: { $0.name == context.user })?.user else { throw wrong("has no user '\(context.user)'") }

        guard let server = URL(string: cluster.server), let host = server.host(percentEncoded: false), !host.isEmpty else {
            throw wrong("'\(cluster.server)' is no URL", "server")
        }
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host)
        guard server.scheme == "https" || (server.scheme == "http" && isLoopback) else { throw wrong("'\(cluster.server)' is not https", "server") }
        guard cluster.insecure != true else { throw wrong("insecure-skip-tls-verify is refused: the server's certificate is always verified", context.cluster) }
        guard cluster.proxyURL == nil else { throw wrong("proxy-url is not supported", context.cluster) }
        guard user.exec == nil, user.authProvider == nil else { throw wrong("credential plugins are not supported: give a token, a tokenFile or a client certificate", context.user) }
        guard user.username == nil, user.password == nil else { throw wrong("passwords are not supported: give a token, a tokenFile or a client certificate", context.user) }

        let folder = (path as NSString).deletingLastPathComponent
        func bytes(_ inline: String?, _ named: String?, _ field: String) throws(Diagnostic) -> Data? {
            if let inline, !inline.isEmpty {
                guard let data = Data(base64Encoded: inline, options: .ignoreUnknownCharacters), !data.isEmpty else { throw wrong("\(field)-data is not base64", field) }
                return data
            }
            guard let named, !named.isEmpty else { return nil }
            let full = Self.absolute(named, in: folder)
            guard let data = FileManager.default.contents(atPath: full), !data.isEmpty else { throw Diagnostic(file: full, subject: field, message: "cannot be read") }
            return data
        }
        let certificate = try bytes(user.certificateData, user.certificate, "client-certificate")
        let key = try bytes(user.keyData, user.key, "client-key")
        guard (certificate == nil) == (key == nil) else { throw wrong("client-certificate and client-key come together", context.user) }
        // a token in the file comes before a file that holds one, as in kubectl
        let token: Token = user.token.flatMap { $0.isEmpty ? nil : .given($0) } ?? user.tokenFile.map { .file(Self.absolute($0, in: folder)) } ?? .none
        return KubeConfiguration(
            server: server, authority: try bytes(cluster.authorityData, cluster.authority, "certificate-authority"), clientCertificate: certificate, clientKey: key,
            token: token, serverName: cluster.serverName)
    }

    private static func absolute(_ path: String, in folder: String) -> String { path.hasPrefix("/") ? path : "\(folder.isEmpty ? "." : folder)/\(path)" }

    private static func line(of error: any Error) -> Int? {
        // the decoder wraps what the parser says
        var cause: (any Error)? = error
        if case DecodingError.dataCorrupted(let context) = error { cause = context.underlyingError }
        return switch cause as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context):
            context.codingPath.isEmpty ? "not YAML" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
        default: "not YAML"
        }
    }
}

/// The fields of a kubeconfig that are used or refused; others are passed over.
private struct KubeconfigFile: Decodable {
    struct NamedCluster: Decodable {
        var name: String
        var cluster: Cluster
    }
    struct Cluster: Decodable {
        var server: String
        var authority: String?
        var authorityData: String?
        var insecure: Bool?
        var serverName: String?
        var proxyURL: String?
        enum CodingKeys: String, CodingKey {
            case server
            case authority = "certificate-authority"
            case authorityData = "certificate-authority-data"
            case insecure = "insecure-skip-tls-verify"
            case serverName = "tls-server-name"
            case proxyURL = "proxy-url"
        }
    }
    struct NamedUser: Decodable {
        var name: String
        var user: User
    }
    struct User: Decodable {
        var certificate: String?
        var certificateData: String?
        var key: String?
        var keyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var password: String?
        var exec: Anything?
        var authProvider: Anything?
        enum CodingKeys: String, CodingKey {
            case certificate = "client-certificate"
            case certificateData = "client-certificate-data"
            case key = "client-key"
            case keyData = "client-key-data"
            case token, tokenFile, username, password, exec
            case authProvider = "auth-provider"
        }
    }
    struct NamedContext: Decodable {
        struct Context: Decodable {
            var cluster: String
            var user: String
        }
        var name: String
        var context: Context
    }
    /// Present, whatever it is.
    struct Anything: Decodable { init(from decoder: any Decoder) {} }

    var clusters: [NamedCluster]?
    var users: [NamedUser]?
    var contexts: [NamedContext]?
    var currentContext: String?
    enum CodingKeys: String, CodingKey {
        case clusters, users, contexts
        case currentContext = "current-context"
    }
}
