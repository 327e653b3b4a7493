import Foundation
import Foundations
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Portal

/// Opens a TLS connection to the portal, directly or through the proxy: the one way on which both transports leave this machine.
///
/// One attempt a call: when to try again is decided above, by the conversation's timetable.
struct ConnectionOpener: Sendable {
    let configuration: PortalClientConfiguration
    let group: any EventLoopGroup
    let trust: TrustStore
    let wall: @Sendable () -> WallInstant

    /// Connects and completes the handshake, then builds the rest of the pipeline.
    ///
    /// - Parameters:
    ///   - alpn: the protocol to offer; `h2` is then required, `http/1.1` may go unanswered.
    ///   - build: called on the channel's event loop the moment the handshake is complete, before any byte from the portal.
    /// - Throws: the one name of what went wrong, within `connectTimeout`.
    func open<Output: Sendable>(
        to endpoint: PortalClientConfiguration.Endpoint, alpn: String, build: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws(PortalFailure) -> Output {
        let proxy = configuration.proxy.flatMap { $0.applies(to: endpoint.host) ? $0 : nil }
        let layers = try Layers(endpoint: endpoint, alpn: alpn, proxy: proxy, configuration: configuration, trust: trust)
        let loop = group.next()
        let promise = loop.makePromise(of: Output.self)
        let timeout = TimeAmount.nanoseconds(configuration.connectTimeout.nanoseconds)
        let first = proxy?.endpoint ?? endpoint
        let wall = wall
        let attempt = ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try layers.install(on: channel, promise: promise, wall: wall, build: build) }
            }
            .connect(host: first.host, port: first.port)
        attempt.whenFailure { error in
            promise.fail(ConnectionFailure.name(error, at: .connecting(toProxy: proxy != nil), wall: wall()))
        }
        let limit = loop.scheduleTask(in: timeout) {
            promise.fail(PortalFailure(.timedOut, detail: "no connection to \(endpoint) within \(configuration.connectTimeout)"))
        }
        // Whoever waits in vain leaves no connection behind.
        promise.futureResult.whenFailure { _ in attempt.whenSuccess { $0.close(promise: nil) } }
        do {
            let output = try await withTaskCancellationHandler { try await promise.futureResult.get() } onCancel: {
                promise.fail(PortalFailure(.timedOut, detail: "given up"))
            }
            limit.cancel()
            return output
        } catch {
            limit.cancel()
            throw error as? PortalFailure ?? PortalFailure(.unreachable, detail: ConnectionFailure.text(error))
        }
    }
}

/// What goes into the pipeline of one connection, from the socket upwards: TLS to the proxy, the tunnel, TLS to the portal, the watch.
private struct Layers: Sendable {
    let endpoint: PortalClientConfiguration.Endpoint
    let alpn: String
    let portal: NIOSSLContext
    let proxy: (endpoint: PortalClientConfiguration.Endpoint, tls: NIOSSLContext?, authorization: String?)?

    init(
        endpoint: PortalClientConfiguration.Endpoint, alpn: String, proxy: PortalProxy?, configuration: PortalClientConfiguration, trust: TrustStore
    ) throws(PortalFailure) {
        self.endpoint = endpoint
        self.alpn = alpn
        // Behind a proxy the peer's address is the proxy's, so the TLS layer cannot compare the portal's with the certificate; the watch does.
        var isAddress = false
        if case .address = ServerIdentity(host: endpoint.host) { isAddress = true }
        let authorities = [configuration.authorityFile, proxy?.authorityFile].compactMap(\.self)
        portal = try trust.context(protocols: [alpn], authorityFiles: authorities, verifiesName: proxy == nil || !isAddress)
        guard let proxy else {
            self.proxy = nil
            return
        }
        let authorization: String? = switch proxy.credentials {
        case .none: nil
        case .given(let user, let password): Self.basic(user, password)
        case .files(let user, let password): Self.basic(try ClientCredentials.read(user), try ClientCredentials.read(password))
        }
        let tls = proxy.isTLS
            ? try trust.context(protocols: ["http/1.1"], authorityFiles: [proxy.authorityFile].compactMap(\.self), clientCertificateFile: proxy.clientCertificateFile) : nil
        self.proxy = (proxy.endpoint, tls, authorization)
    }

    func install<Output: Sendable>(
        on channel: any Channel, promise: EventLoopPromise<Output>, wall: @escaping @Sendable () -> WallInstant,
        build: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let proxy {
            if let context = proxy.tls {
                let tls = try NIOSSLClientHandler(context: context, serverHostname: Self.name(proxy.endpoint.host))
                try pipeline.addHandler(tls)
                try pipeline.addHandler(ProxyHandshakeWatch(tls: tls, identity: ServerIdentity(host: proxy.endpoint.host), wall: wall))
            }
            let headers = proxy.authorization.map { [(name: "Proxy-Authorization", value: $0)] } ?? []
            try pipeline.addHandler(ConnectTunnelHandler(target: endpoint.description, headers: headers))
        }
        let tls = try NIOSSLClientHandler(context: portal, serverHostname: Self.name(endpoint.host))
        try pipeline.addHandler(tls)
        let wanted = HandshakeWatch<Output>.Wanted(alpn: alpn == "h2" ? alpn : nil, identity: ServerIdentity(host: endpoint.host))
        try pipeline.addHandler(HandshakeWatch(tls: tls, wanted: wanted, wall: wall, promise: promise, build: build))
    }

    private static func basic(_ user: String, _ password: String) -> String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }

    // Addresses do not go into SNI (RFC 6066, section 3); the TLS layer then compares the peer's address.
    private static func name(_ host: String) -> String? {
        if case .name = ServerIdentity(host: host) { host } else { nil }
    }
}

/// Waits for the handshake with the proxy itself and names what goes wrong in it. The tunnel hears of the connection only when the
/// proxy has proven to be itself, so that no credentials go to anybody else.
private final class ProxyHandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let tls: NIOSSLClientHandler
    private let identity: ServerIdentity
    private let wall: @Sendable () -> WallInstant
    private var isDone = false

    init(tls: NIOSSLClientHandler, identity: ServerIdentity, wall: @escaping @Sendable () -> WallInstant) {
        self.tls = tls
        self.identity = identity
        self.wall = wall
    }

    func channelActive(context: ChannelHandlerContext) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The tunnel's inside has a handshake of its own; this one is not for it to hear.
        guard let event = event as? TLSUserEvent else { return context.fireUserInboundEventTriggered(event) }
        guard case .handshakeCompleted = event else { return }
        isDone = true
        guard tls.proves(identity) else {
            context.fireErrorCaught(PortalFailure(.certificateWrongName, detail: "proxy: the certificate is for another name"))
            return context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isDone { context.fireErrorCaught(PortalFailure(.proxyUnreachable, detail: "proxy: the connection was closed during the TLS handshake")) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = isDone ? error : ConnectionFailure.name(error, at: .handshake(withProxy: true, certificate: tls.peerCertificate), wall: wall())
        context.fireErrorCaught(failure)
    }
}
