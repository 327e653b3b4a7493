import GRPCCore
import GRPCNIOTransportHTTP2
import NIOCore
import NIOHPACK
import NIOHTTP2
import Portal
import Synchronization

/// The gRPC side of the way to the portal: one HTTP/2 connection, opened by the first call that needs it and shared by all.
///
/// A connection that broke is not opened again until the next call: how often the portal is tried is the timetable's to decide, so
/// the transport with its own reconnects is not used, but the one that wraps a channel of ours.
actor GRPCLink {
    typealias Client = GRPCClient<HTTP2ClientTransport.WrappedChannel>

    private struct Connection: Sendable {
        var id: UInt64
        var client: Client
        var channel: any Channel
    }

    private enum State {
        /// No connection. Becomes `opening` with the next call.
        case closed
        /// The first caller opens, the others wait for it. Becomes `open` or `closed`.
        case opening([CheckedContinuation<Result<Connection, PortalFailure>, Never>])
        /// Becomes `closed` when a call finds it broken.
        case open(Connection)
        /// For good.
        case finished
    }

    private let opener: ConnectionOpener
    private var state = State.closed
    private var lastID: UInt64 = 0
    private let clients: AsyncStream<Client>
    private let running: AsyncStream<Client>.Continuation

    init(opener: ConnectionOpener) {
        self.opener = opener
        (clients, running) = AsyncStream.makeStream()
    }

    /// Runs the connections that calls open; returns after `finish`.
    nonisolated func run() async {
        await withDiscardingTaskGroup { group in
            for await client in clients { group.addTask { try? await client.runConnections() } }
        }
    }

    /// Makes a call over the connection that is there, or over a new one. A kept connection that breaks under the call is replaced
    /// once: portals and load balancers close connections when they like, and every call here may be made twice without harm.
    func call<Reply: Sendable>(_ body: @Sendable (Client) async throws -> Reply) async throws(PortalFailure) -> Reply {
        let newest = lastID
        let kept = try await connection()
        do { return try await attempt(body, over: kept) } catch {
            guard error.kind == .state(.unreachable), kept.id <= newest, !Task.isCancelled else { throw error }
        }
        return try await attempt(body, over: try await connection())
    }

    private func attempt<Reply: Sendable>(_ body: @Sendable (Client) async throws -> Reply, over connection: Connection) async throws(PortalFailure) -> Reply {
        do { return try await body(connection.client) } catch {
            // What the portal itself answered leaves the connection as it is.
            let isBroken = !connection.channel.isActive
            let failure = RPCFailure.name(error, connectionIsBroken: isBroken, wasCancelled: Task.isCancelled)
            if isBroken || failure.kind == .state(.timedOut) || failure.kind == .state(.unreachable) { drop(connection) }
            throw failure
        }
    }

    /// How long calls that are out may take to end, once it is over.
    static let goodbyeMax: TimeAmount = .seconds(1)

    /// Says goodbye to the portal's HTTP/2 side.
    func finish() {
        if case .open(let connection) = state {
            connection.client.beginGracefulShutdown()
            connection.channel.eventLoop.scheduleTask(in: Self.goodbyeMax) { connection.channel.close(promise: nil) }
        }
        state = .finished
        running.finish()
    }

    private func connection() async throws(PortalFailure) -> Connection {
        switch state {
        case .open(let connection) where connection.channel.isActive: return connection
        case .open(let connection):
            drop(connection)
            return try await open()
        case .closed: return try await open()
        case .opening(let waiting):
            let result = await withCheckedContinuation { continuation in state = .opening(waiting + [continuation]) }
            return try result.get()
        case .finished: throw PortalFailure(.unreachable, detail: "the client is shut down")
        }
    }

    private func open() async throws(PortalFailure) -> Connection {
        state = .opening([])
        lastID += 1
        let result = await Self.open(lastID, opener)
        guard case .opening(let waiting) = state else {
            // finished meanwhile
            if case .success(let connection) = result { connection.channel.close(promise: nil) }
            throw PortalFailure(.unreachable, detail: "the client is shut down")
        }
        if case .success(let connection) = result {
            state = .open(connection)
            running.yield(connection.client)
        } else {
            state = .closed
        }
        for continuation in waiting { continuation.resume(returning: result) }
        return try result.get()
    }

    private func drop(_ connection: Connection) {
        connection.channel.close(promise: nil)
        if case .open(let current) = state, current.id == connection.id { state = .closed }
    }

    private static func open(_ id: UInt64, _ opener: ConnectionOpener) async -> Result<Connection, PortalFailure> {
        let config = HTTP2ClientTransport.WrappedChannel.Config.defaults { config in
            config.http2.authority = opener.configuration.grpc.description
            // definitions come in chunks of 256 KiB; the default window of 8 MiB would be memory for nothing
            config.http2.targetWindowSize = 1 << 20
            config.channelDebuggingCallbacks.onCreateHTTP2Stream = { stream in
                stream.eventLoop.makeCompletedFuture { try stream.pipeline.syncOperations.addHandler(SchemeIsHTTPS(), position: .first) }
            }
        }
        do {
            let opened = Mutex<(any Channel)?>(nil)
            let transport = try await HTTP2ClientTransport.WrappedChannel.wrapping(config: config) { configure in
                let configured = try await opener.open(to: opener.configuration.grpc, alpn: "h2") { channel in configure(channel) }
                opened.withLock { $0 = configured.channel }
                return configured
            }
            guard let channel = opened.withLock({ $0 }) else { return .failure(PortalFailure(.unreachable, detail: "no channel")) }
            return .success(Connection(id: id, client: GRPCClient(transport: transport), channel: channel))
        } catch {
            return .failure(error as? PortalFailure ?? PortalFailure(.unreachable, detail: ConnectionFailure.text(error)))
        }
    }
}

/// The wrapping transport does not know of our TLS and would say `:scheme: http`, which strict servers refuse
/// (RFC 9113, section 8.3.1: the scheme portion of the request target).
private final class SchemeIsHTTPS: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .headers(var headers) = unwrapOutboundIn(data), headers.headers.contains(name: ":scheme") else { return context.write(data, promise: promise) }
        // Pseudo header fields stay in front of the others.
        headers.headers = HPACKHeaders(headers.headers.map { name, value, index in name == ":scheme" ? (name, "https") : (name, value) })
        context.write(wrapOutboundOut(.headers(headers)), promise: promise)
    }
}
