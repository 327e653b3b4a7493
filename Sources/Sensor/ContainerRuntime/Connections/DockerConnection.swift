internal import AsyncHTTPClient
internal import Enrichment
internal import Foundation
internal import Foundations
internal import NIOCore
internal import NIOFoundationCompat
internal import NIOPosix

/// The Docker Engine's API over its unix socket, without a version in the path: the parts that are used have not changed since 1.24. Podman
/// answers it too.
struct DockerConnection: RuntimeConnection {
    static let bodyBytesMax = 16 << 20
    static let lineBytesMax = 1 << 20

    private let client: HTTPClient
    private let path: String
    private let timeout: Duration
    private let runtime: String

    init(path: String, group: any EventLoopGroup, timeout: Duration) {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(connect: .nanoseconds(timeout.nanoseconds))
        client = HTTPClient(eventLoopGroup: group, configuration: configuration)
        self.path = path
        self.timeout = timeout
        runtime = path.hasSuffix("/podman.sock") ? "podman" : "docker"
    }

    func run() async {}

    func close() async { try? await client.shutdown() }

    func name() async throws(RuntimeFailure) -> String {
        struct Version: Decodable, Sendable { var ApiVersion: String }
        guard try await get(Version.self, "/version") != nil else { throw RuntimeFailure(.unsupported, "no Docker API at \(path)") }
        return runtime
    }

    func list() async throws(RuntimeFailure) -> [RuntimeContainer] {
        try await (get([DockerListEntry].self, "/containers/json?all=true") ?? []).map { $0.container(runtime: runtime) }
    }

    func find(_ id: String) async throws(RuntimeFailure) -> RuntimeContainer? {
        // an id comes from a cgroup's name: it is not written into a path unless it is one
        guard !id.isEmpty, id.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }) else { return nil }
        let found = try await get(DockerContainer.self, "/containers/\(id)/json")
        return found.flatMap { $0.Id == id ? $0.container(runtime: runtime) : nil }
    }

    func details(of container: RuntimeContainer) async throws(RuntimeFailure) -> RuntimeContainer? { try await find(container.id) }

    func events(_ onEvent: @escaping @Sendable (RuntimeEvent) async -> Void) async throws(RuntimeFailure) {
        let filter = #"{"type":["container"]}"#.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let response = try await open("/events?filters=\(filter)", within: .hours(24))
        guard response.status == .ok else { throw RuntimeFailure(.unsupported, "status \(response.status.code)", isBroken: false) }
        var line = ByteBuffer()
        do {
            for try await bytes in response.body {
                line.writeImmutableBuffer(bytes)
                while let end = line.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let text = line.readSlice(length: end - line.readerIndex) ?? ByteBuffer()
                    line.moveReaderIndex(forwardBy: 1)
                    if let event = (try? JSONDecoder().decode(DockerEvent.self, from: text))?.event { await onEvent(event) }
                }
                guard line.readableBytes <= Self.lineBytesMax else { throw RuntimeFailure(.badReply, "an event is longer than \(Self.lineBytesMax) bytes", isBroken: false) }
                line.discardReadBytes()
            }
        } catch { throw Self.name(error) }
    }

    /// nil for 404.
    private func get<Object: Decodable & Sendable>(_ type: Object.Type, _ target: String) async throws(RuntimeFailure) -> Object? {
        let response = try await open(target, within: timeout)
        if response.status == .notFound { return nil }
        guard response.status == .ok else { throw RuntimeFailure(.badReply, "status \(response.status.code)", isBroken: false) }
        let body: Data
        do { body = Data(buffer: try await response.body.collect(upTo: Self.bodyBytesMax)) } catch { throw Self.name(error) }
        do { return try JSONDecoder().decode(type, from: body) } catch { throw RuntimeFailure(.badReply, "the answer to \(target) is not what was asked for", isBroken: false) }
    }

    private func open(_ target: String, within span: Duration) async throws(RuntimeFailure) -> HTTPClientResponse {
        guard let url = URL(httpURLWithSocketPath: path, uri: target) else { throw RuntimeFailure(.absent, "\(path) makes no address") }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.headers = ["Host": "localhost", "User-Agent": "wiz-sensor"]
        do { return try await client.execute(request, deadline: .now() + .nanoseconds(span.nanoseconds)) } catch { throw Self.name(error) }
    }

    private static func name(_ error: any Error) -> RuntimeFailure {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout: RuntimeFailure(.timedOut, "no answer in time")
        case is NIOTooManyBytesError: RuntimeFailure(.badReply, "the answer is longer than \(bodyBytesMax) bytes", isBroken: false)
        default: UnixSocket.name(error)
        }
    }
}
