import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A small CONNECT proxy on the loopback, plain or over TLS, with or without credentials, that remembers what it was asked.
final class ConnectProxy: Sendable {
    struct Rules: Sendable {
        /// `user:password`; nil for none needed.
        var credentials: String?
        /// Answered instead of a tunnel.
        var refusal: Int?
        var tls: NIOSSLContext?
        /// What is not HTTP at all.
        var garbage = false
        /// The answer comes byte by byte.
        var drips = false
        /// The answer's head never ends.
        var isEndless = false
        /// Names that lead to the loopback.
        var names: Set<String> = []
    }

    struct Asked: Sendable, Hashable {
        var target: String
        var status: Int
    }

    let port: Int
    var asked: [Asked] { log.withLock { $0 } }
    private let log: Mutex<[Asked]>

    private init(port: Int, log: consuming Mutex<[Asked]>) {
        self.port = port
        self.log = log
    }

    /// Runs the proxy for as long as the body lasts.
    static func with<Result: Sendable>(_ rules: Rules = Rules(), _ body: @escaping @Sendable (ConnectProxy) async throws -> Result) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await ServerBootstrap(group: group).serverChannelOption(.socketOption(.so_reuseaddr), value: 1).bind(host: "127.0.0.1", port: 0) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls = rules.tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        let proxy = ConnectProxy(port: server.channel.localAddress?.port ?? 0, log: Mutex([]))
        let result = try await withThrowingTaskGroup(of: Result?.self) { tasks in
            tasks.addTask {
                try? await server.executeThenClose { clients in
                    try await withThrowingDiscardingTaskGroup { connections in
                        for try await client in clients { connections.addTask { try? await proxy.serve(client, rules, group) } }
                    }
                }
                return nil
            }
            tasks.addTask { try await body(proxy) }
            defer { tasks.cancelAll() }
            while let result = try await tasks.next() {
                if let result { return result }
            }
            throw TestProblem("the proxy ended before the test")
        }
        try await group.shutdownGracefully()
        return result
    }

    private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ rules: Rules, _ group: MultiThreadedEventLoopGroup) async throws {
        try await client.executeThenClose { inbound, outbound in
            var input = inbound.makeAsyncIterator()
            var head = ""
            while !head.contains("\r\n\r\n") {
                guard let bytes = try await input.next() else { return }
                head += String(buffer: bytes)
            }
            if rules.isEndless {
                for n in 0..<4096 { try await outbound.write(ByteBuffer(string: n == 0 ? "HTTP/1.1 200 OK\r\n" : "X-Header-\(n): 0123456789\r\n")) }
                return
            }
            if rules.garbage { return try await outbound.write(ByteBuffer(string: "220 mail.example ESMTP\r\n\r\n")) }
            let target = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let status = status(of: head, rules)
            log.withLock { $0.append(Asked(target: target, status: status)) }
            guard status == 200 else { return try await outbound.write(ByteBuffer(string: "HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n")) }
            let endpoint = PortalClientBackend.endpoint(target)
            let portal = try await ClientBootstrap(group: group).connect(host: rules.names.contains(endpoint.host) ? "127.0.0.1" : endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
            try await portal.executeThenClose { fromPortal, toPortal in
                let answer = "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n"
                if rules.drips {
                    for byte in answer.utf8 { try await outbound.write(ByteBuffer(bytes: [byte])) }
                } else {
                    try await outbound.write(ByteBuffer(string: answer))
                }
                try await withThrowingTaskGroup(of: Void.self) { both in
                    both.addTask {
                        for try await bytes in fromPortal { try await outbound.write(bytes) }
                        outbound.finish()
                    }
                    while let bytes = try await input.next() { try await toPortal.write(bytes) }
                    toPortal.finish()
                    try await both.waitForAll()
                }
            }
        }
    }

    private func status(of head: String, _ rules: Rules) -> Int {
        if let refusal = rules.refusal { return refusal }
        guard let credentials = rules.credentials else { return 200 }
        let wanted = "basic " + Data(credentials.utf8).base64EncodedString().lowercased()
        return head.lowercased().contains("proxy-authorization: \(wanted)\r\n") ? 200 : 407
    }
}

/// Certificates that OpenSSL's own tool makes.
struct TestCertificates {
    let folder: TestFolder

    /// `NAME.pem` (self-signed, for the given alternative names), `NAME-key.pem`, and both together in `NAME-both.pem`.
    func make(_ name: String, for names: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(names)",
            "-keyout", path("\(name)-key"), "-out", path(name),
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestProblem("openssl made no certificate") }
        let both = try String(contentsOfFile: path(name), encoding: .utf8) + String(contentsOfFile: path("\(name)-key"), encoding: .utf8)
        _ = try folder.write(both, to: "\(name)-both.pem")
    }

    func path(_ name: String) -> String { "\(folder.path)/\(name).pem" }

    /// TLS of a server with this certificate; with `clients` it wants one that this certificate signed.
    func server(_ name: String, clients: String? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path(name)).map { .certificate($0) }, privateKey: .privateKey(try NIOSSLPrivateKey(file: path("\(name)-key"), format: .pem)))
        if let clients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(path(clients))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
