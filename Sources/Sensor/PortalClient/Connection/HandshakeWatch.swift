import Foundations
import NIOCore
import NIOSSL
import NIOTLS
import Portal

/// Waits for the end of a TLS handshake and lets the rest of the pipeline be built in the same moment, so that no byte passes it.
///
/// `waiting` -> `done` when the handshake is complete, the protocol is the wanted one and the certificate is the portal's;
/// `waiting` -> `done` with a named failure on anything else.
final class HandshakeWatch<Output: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let tls: NIOSSLClientHandler
    private let wanted: Wanted
    private let wall: @Sendable () -> WallInstant
    private let build: (any Channel) -> EventLoopFuture<Output>
    private var promise: EventLoopPromise<Output>?

    struct Wanted: Sendable {
        /// What ALPN must have chosen; nil accepts none.
        var alpn: String?
        /// Whom the certificate must be for.
        var identity: ServerIdentity
    }

    init(
        tls: NIOSSLClientHandler, wanted: Wanted, wall: @escaping @Sendable () -> WallInstant, promise: EventLoopPromise<Output>,
        build: @escaping (any Channel) -> EventLoopFuture<Output>
    ) {
        self.tls = tls
        self.wanted = wanted
        self.wall = wall
        self.promise = promise
        self.build = build
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let chosen) = event as? TLSUserEvent, let promise {
            if let alpn = wanted.alpn, chosen != alpn {
                return fail(PortalFailure(.badReply, detail: "what answers there does not speak \(alpn)"), context)
            }
            guard tls.proves(wanted.identity) else {
                return fail(PortalFailure(.certificateWrongName, detail: "the certificate is for another name"), context)
            }
            self.promise = nil
            build(context.channel).cascade(to: promise)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard promise != nil else { return context.fireErrorCaught(error) }
        fail(ConnectionFailure.name(error, at: .handshake(withProxy: false, certificate: tls.peerCertificate), wall: wall()), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(PortalFailure(.unreachable, detail: "the connection was closed during the TLS handshake"), context)
        context.fireChannelInactive()
    }

    private func fail(_ failure: PortalFailure, _ context: ChannelHandlerContext) {
        guard let promise else { return }
        self.promise = nil
        promise.fail(failure)
        context.close(promise: nil)
    }
}

extension NIOSSLClientHandler {
    /// Whether the peer's certificate is for whom it should be. Called on the channel's event loop once the handshake is complete.
    func proves(_ identity: ServerIdentity) -> Bool {
        guard let names = peerCertificate?._subjectAlternativeNames() else { return false }
        return identity.isProven(
            byNames: names.filter { $0.nameType == .dnsName }.map { String(decoding: $0.contents, as: UTF8.self) },
            addresses: names.filter { $0.nameType == .ipAddress }.map { Array($0.contents) })
    }
}
