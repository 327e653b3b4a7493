import Foundations
import NIOCore
import NIOHTTP1
import Portal

/// The REST side of the way to the portal: HTTP/1.1 over connections that are kept for the next request.
///
/// Written on NIO and not on AsyncHTTPClient because both transports shall go one way (`ConnectionOpener`): a proxy that is spoken to
/// over TLS, with a client certificate, and failures with one name each are beyond that client.
actor HTTPLink {
    struct Request: Sendable {
        var method: HTTPMethod = .POST
        var path: String
        var headers: HTTPHeaders
        var body: ByteBuffer
    }

    private struct Connection: Sendable {
        var channel: any Channel
        var handler: NIOLoopBound<HTTPExchangeHandler>
    }

    /// Connections kept without a request; three streams upload at most at once.
    static let idleMax = 2
    /// How long a connection is kept without a request: shorter than what load balancers allow (60 s and more).
    static let idleTime: TimeAmount = .seconds(50)

    private let opener: ConnectionOpener
    private var idle: [Connection] = []
    private var isClosed = false

    init(opener: ConnectionOpener) { self.opener = opener }

    /// Sends the request and reads the whole answer. A kept connection that turns out to be closed is replaced once; every request
    /// here may be sent twice without harm (token, idempotent uploads).
    func send(_ request: Request) async throws(PortalFailure) -> HTTPReply {
        while let connection = takeIdle() {
            do { return try await exchange(request, on: connection) } catch {
                switch error {
                case .closedEarly: continue
                case .failed(let failure): throw failure
                }
            }
        }
        let connection = try await connect()
        do { return try await exchange(request, on: connection) } catch {
            switch error {
            case .closedEarly: throw PortalFailure(.unreachable, detail: "the portal closed the connection without an answer")
            case .failed(let failure): throw failure
            }
        }
    }

    func close() {
        isClosed = true
        for connection in idle { connection.channel.close(promise: nil) }
        idle = []
    }

    private func takeIdle() -> Connection? {
        while let connection = idle.popLast() {
            if connection.channel.isActive { return connection }
        }
        return nil
    }

    private func connect() async throws(PortalFailure) -> Connection {
        try await opener.open(to: opener.configuration.http, alpn: "http/1.1") { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                let handler = HTTPExchangeHandler()
                try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idleTime))
                try pipeline.addHandler(IdleCloser())
                try pipeline.addHandler(handler)
                return Connection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            }
        }
    }

    private enum ExchangeError: Error {
        case closedEarly
        case failed(PortalFailure)
    }

    private func exchange(_ request: Request, on connection: Connection) async throws(ExchangeError) -> HTTPReply {
        var head = HTTPRequestHead(version: .http1_1, method: request.method, uri: prefix + request.path, headers: request.headers)
        head.headers.replaceOrAdd(name: "Host", value: hostHeader)
        head.headers.replaceOrAdd(name: "User-Agent", value: "wiz-sensor")
        head.headers.replaceOrAdd(name: "Content-Length", value: String(request.body.readableBytes))
        let (final, body) = (head, request.body)
        let channel = connection.channel
        let promise = channel.eventLoop.makePromise(of: HTTPReply.self)
        channel.eventLoop.execute { connection.handler.value.send(final, body: body, promise: promise) }
        do {
            let reply = try await withTaskCancellationHandler { try await promise.futureResult.get() } onCancel: { channel.close(promise: nil) }
            keep(connection, reply)
            return reply
        } catch {
            channel.close(promise: nil)
            if Task.isCancelled { throw .failed(PortalFailure(.timedOut, detail: "no answer in time")) }
            if error is HTTPExchangeHandler.ClosedEarly { throw .closedEarly }
            throw .failed(error as? PortalFailure ?? PortalFailure(.unreachable, detail: ConnectionFailure.text(error)))
        }
    }

    private func keep(_ connection: Connection, _ reply: HTTPReply) {
        if reply.keepsAlive, !isClosed, idle.count < Self.idleMax { idle.append(connection) } else { connection.channel.close(promise: nil) }
    }

    // `/prefix/` and `/prefix` are one
    private var prefix: Substring {
        let text = opener.configuration.pathPrefix[...]
        return text.hasSuffix("/") ? text.dropLast() : text
    }

    private var hostHeader: String {
        let endpoint = opener.configuration.http
        return endpoint.port == 443 ? String(endpoint.description.dropLast(4)) : endpoint.description
    }
}

/// Closes a connection on which nothing happened for a while.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
    }
}
