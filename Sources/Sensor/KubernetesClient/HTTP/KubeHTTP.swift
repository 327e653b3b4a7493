internal import AsyncHTTPClient
internal import Foundation
internal import Foundations
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// GET requests to one API server. HTTP/1.1 over TLS, certificates always verified; one connection for the watch, one for the rest.
struct KubeHTTP: Sendable {
    /// A page of pods; the server's objects are bounded at 1.5 MiB each.
    static let bodyBytesMax = 64 << 20

    private let configuration: KubeConfiguration
    private let client: HTTPClient
    /// One thread for all connections, whatever the number of cores.
    private let group: MultiThreadedEventLoopGroup
    private let base: String

    /// - Throws: what of the configuration cannot be used.
    init(_ configuration: KubeConfiguration) throws(Diagnostic) {
        self.configuration = configuration
        var http = HTTPClient.Configuration()
        http.httpVersion = .http1Only
        http.redirectConfiguration = .disallow
        http.timeout = .init(connect: .seconds(10))
        // the caller has a timetable of its own
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        do {
            if let authority = configuration.authority { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority))) }
            if let certificate = configuration.clientCertificate, let key = configuration.clientKey {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate)).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key), format: .pem))
            }
        } catch { throw Diagnostic(file: configuration.server.absoluteString, message: "its authority, client certificate or key is no PEM that can be read") }
        http.tlsConfiguration = tls
        var server = configuration.server.absoluteString
        while server.hasSuffix("/") { server.removeLast() }
        if let name = configuration.serverName, let host = configuration.server.host(percentEncoded: false), name != host {
            // The certificate is compared with the URL's host: that becomes the name, and the name leads to the address.
            http.dnsOverride[name] = host
            let port = configuration.server.port.map { ":\($0)" } ?? ""
            server = "https://\(name)\(port)\(configuration.server.path)"
            while server.hasSuffix("/") { server.removeLast() }
        }
        base = server
        if server.hasPrefix("https:") {
            // Runs on each new connection before a request, and thereby a token, is written to it.
            let identity = ServerIdentity(host: configuration.serverName ?? configuration.server.host(percentEncoded: false) ?? "")
            http.http1_1ConnectionDebugInitializer = { channel in
                channel.eventLoop.makeCompletedFuture {
                    let names = try channel.pipeline.syncOperations.nioSSL_peerCertificate()?._subjectAlternativeNames()
                    let isProven = names.map { names in
                        identity.isProven(
                            byNames: names.filter { $0.nameType == .dnsName }.map { String(decoding: $0.contents, as: UTF8.self) },
                            addresses: names.filter { $0.nameType == .ipAddress }.map { Array($0.contents) })
                    }
                    guard isProven == true else { throw KubernetesFailure(.tlsFailed, detail: "the server's certificate is for another name") }
                }
            }
        }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        client = HTTPClient(eventLoopGroup: group, configuration: http)
    }

    func close() async {
        try? await client.shutdown()
        try? await group.shutdownGracefully()
    }

    /// Reads one object.
    func get<Object: Decodable & Sendable>(_ type: Object.Type, _ target: String, accept: String = "application/json", within span: Duration) async throws(KubernetesFailure) -> Object {
        let response = try await open(target, accept: accept, within: span)
        let body = try await Self.collect(response)
        do { return try JSONDecoder().decode(type, from: body) } catch { throw KubernetesFailure(.badReply, detail: "the answer is not the object that was asked for") }
    }

    /// Reads a watch line by line until it ends; `onOpen` once it was accepted.
    func watch(_ target: String, within span: Duration, onOpen: @Sendable () async -> Void, onLine: @Sendable (WatchLine) async -> Void) async throws(KubernetesFailure) {
        let response = try await open(target, accept: "application/json", within: span)
        await onOpen()
        var splitter = LineSplitter()
        let decoder = JSONDecoder()
        do {
            for try await bytes in response.body {
                for line in try splitter.add(bytes) {
                    guard let event = try? decoder.decode(WatchLine.self, from: line) else { throw KubernetesFailure(.badReply, detail: "an event of the watch cannot be read") }
                    await onLine(event)
                }
            }
        } catch is LineSplitter.TooLong {
            throw KubernetesFailure(.badReply, detail: "an event of the watch is longer than \(LineSplitter.lineBytesMax) bytes")
        } catch { throw Self.name(error) }
    }

    private func open(_ target: String, accept: String, within span: Duration) async throws(KubernetesFailure) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: base + target)
        request.headers = ["Accept": accept, "User-Agent": "wiz-sensor"]
        if let token = configuration.currentToken() { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response: HTTPClientResponse
        do { response = try await client.execute(request, deadline: .now() + .nanoseconds(span.nanoseconds)) } catch { throw Self.name(error) }
        guard response.status == .ok else {
            let retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }.flatMap { $0 >= 0 ? Duration.seconds(min($0, 86_400)) : nil }
            let status = (try? await Self.collect(response, upTo: 1 << 20)).flatMap { try? JSONDecoder().decode(StatusObject.self, from: $0) }
            throw KubernetesFailure(status: Int(response.status.code), reason: status?.reason, message: status?.message, retryAfter: retryAfter)
        }
        return response
    }

    private static func collect(_ response: HTTPClientResponse, upTo limit: Int = bodyBytesMax) async throws(KubernetesFailure) -> Data {
        do { return Data(buffer: try await response.body.collect(upTo: limit)) } catch is NIOTooManyBytesError {
            throw KubernetesFailure(.badReply, detail: "the answer is longer than \(limit) bytes")
        } catch { throw name(error) }
    }

    /// The one name of what the client reports.
    private static func name(_ error: any Error) -> KubernetesFailure {
        let detail = String("\(error)".prefix(200))
        switch error {
        case let failure as KubernetesFailure: return failure
        case is CancellationError: return KubernetesFailure(.timedOut, detail: "given up")
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout || error == .cancelled: return KubernetesFailure(.timedOut, detail: detail)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return KubernetesFailure(.tlsFailed, detail: detail)
        case is HTTPParserError: return KubernetesFailure(.badReply, detail: detail)
        default: return KubernetesFailure(.unreachable, detail: detail)
        }
    }
}
