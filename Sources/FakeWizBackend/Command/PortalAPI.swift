import AsyncHTTPClient
import BackendCore
import Contract
import Foundation
import Foundations
import NIOFoundationCompat
import NIOSSL

/// The portal's REST interface as the scanner uses it.
struct PortalAPI {
    private static let patience: Int64 = 60
    private static let replyBytesMax = 1 << 20
    private let client: HTTPClient
    private let endpoint: String

    /// - Parameter authority: a PEM file trusted beside the system's authorities.
    static func with(endpoint: String, authority: String?, _ body: (PortalAPI) async throws -> Void) async throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authority {
            do { tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(try InputFile.bytes(authority))))] } catch let error as NIOSSLError {
                throw Diagnostic(file: authority, message: "holds no certificate: \(error)")
            }
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(tlsConfiguration: tls))
        do {
            try await body(PortalAPI(client: client, endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint))
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    func token(_ credentials: ScannerCredentials) async throws -> String {
        let fields = [
            ("grant_type", "client_credentials"), ("client_id", credentials.clientID), ("client_secret", credentials.clientSecret), ("audience", "wiz-agent-api"),
        ]
        let form = fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
        let reply: TokenReply = try await send("/oauth/token", Data(form.utf8), ["content-type": "application/x-www-form-urlencoded"])
        return reply.access_token
    }

    func post<Reply: Decodable>(_ path: String, _ body: some Encodable, token: String) async throws -> Reply {
        try await send(path, try JSONBody.encode(body), ["content-type": "application/json", "authorization": "Bearer \(token)"])
    }

    /// - Throws: `Refused` when the portal says no or cannot be reached.
    private func send<Reply: Decodable>(_ path: String, _ body: Data, _ headers: [String: String]) async throws -> Reply {
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(body)
        let (status, answer): (UInt, Data)
        do {
            let response = try await client.execute(request, timeout: .seconds(Self.patience))
            (status, answer) = (response.status.code, Data(buffer: try await response.body.collect(upTo: Self.replyBytesMax)))
        } catch {
            throw Refused(description: "\(endpoint): \(error)")
        }
        guard status == 200 else {
            let reason = (try? JSONDecoder().decode(ErrorReply.self, from: answer))?.error_description ?? "no reason given"
            throw Refused(description: "\(endpoint)\(path): \(status), \(reason)")
        }
        return try JSONBody.decode(Reply.self, from: answer)
    }

    struct Refused: Error, CustomStringConvertible { var description: String }
}
