import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
package import ScenarioModel

/// JSON over HTTP(S) with one server: certificates verified against the given authority, at most `answerBytesMax` an answer.
package final class WebClient: Sendable {
    package static let answerBytesMax = 64 << 20

    package struct Refused: Error, CustomStringConvertible {
        package var status: UInt
        package var description: String
    }

    private let base: String
    private let token: String?
    private let client: HTTPClient

    /// - Parameters:
    ///   - base: `https://127.0.0.1:8443`, without a slash at the end.
    ///   - authority: PEM of the certificate authority that the server's certificate must come from; nil: the system's.
    ///   - token: sent as bearer token.
    package init(base: String, authority: Data? = nil, token: String? = nil) throws {
        self.base = base
        self.token = token
        var configuration = HTTPClient.Configuration()
        if let authority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority)))
            configuration.tlsConfiguration = tls
        }
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(30))
        // A stream keeps its connection to itself: one of HTTP/2 takes a hundred, and the others would wait.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    package func close() async { try? await client.shutdown() }

    /// - Throws: `Refused` for a status of 400 and above, with the body's beginning; the transport's errors as they are.
    @discardableResult
    package func send(_ method: String, _ path: String, body: Data? = nil, type: String = "application/json") async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "accept", value: "application/json")
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: type)
            request.body = .bytes(ByteBuffer(data: body))
        }
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = Data(buffer: try await response.body.collect(upTo: Self.answerBytesMax))
        guard response.status.code < 400 else {
            throw Refused(status: response.status.code, description: "\(method) \(path): \(response.status.code) \(String(decoding: answer.prefix(500), as: UTF8.self))")
        }
        return answer
    }

    /// Reads an answer as it comes, until it ends or `each` returns false.
    package func stream(_ path: String, _ each: @Sendable (Data) -> Bool) async throws {
        var request = HTTPClientRequest(url: base + path)
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status.code < 400 else { throw Refused(status: response.status.code, description: "GET \(path): \(response.status.code)") }
        for try await part in response.body { if !each(Data(buffer: part)) { return } }
    }

    package func get(_ path: String) async throws -> JSONValue { try JSONValue(json: await send("GET", path)) }

    @discardableResult
    package func send(_ method: String, _ path: String, json: JSONValue, type: String = "application/json") async throws -> Data {
        try await send(method, path, body: json.json(), type: type)
    }
}
