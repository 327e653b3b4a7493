import NIOCore
import NIOHTTP1
import Portal

/// The portal's answer to one REST request.
struct HTTPReply: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: ByteBuffer
    /// The connection may carry another request.
    var keepsAlive: Bool
}

/// One request at a time on an HTTP/1.1 connection.
///
/// `idle` -> `asked` when a request is written -> `reading` at the head of the answer -> `idle` at its end. A connection that closes
/// or errs fails what is out, and says whether a byte of the answer had come.
final class HTTPExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// The portal's answers are some hundred bytes; more than this is something else.
    static let bodyBytesMax = 1 << 20

    /// The connection ended without a byte of the answer.
    struct ClosedEarly: Error {}

    private enum State {
        case idle
        case asked(EventLoopPromise<HTTPReply>)
        case reading(EventLoopPromise<HTTPReply>, HTTPReply)
        case closed
    }

    private var state = State.idle
    private var channelContext: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { channelContext = context }
    func handlerRemoved(context: ChannelHandlerContext) { channelContext = nil }

    /// Called on the channel's event loop.
    func send(_ head: HTTPRequestHead, body: ByteBuffer, promise: EventLoopPromise<HTTPReply>) {
        guard case .idle = state, let context = channelContext, context.channel.isActive else { return promise.fail(ClosedEarly()) }
        state = .asked(promise)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.asked(let promise), .head(let head)):
            // 1xx answers are not the answer; the decoder gives the final one after them
            guard head.status.code >= 200 else { return }
            state = .reading(promise, HTTPReply(status: Int(head.status.code), headers: head.headers, body: ByteBuffer(), keepsAlive: head.isKeepAlive))
        case (.reading(let promise, var reply), .body(var part)):
            guard reply.body.readableBytes + part.readableBytes <= Self.bodyBytesMax else {
                return fail(PortalFailure(.badReply, detail: "the answer is longer than \(Self.bodyBytesMax) bytes"), context)
            }
            reply.body.writeBuffer(&part)
            state = .reading(promise, reply)
        case (.reading(let promise, let reply), .end):
            state = .idle
            promise.succeed(reply)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // the connection ended inside the answer
        case HTTPParserError.invalidEOFState: fail(nil, context)
        case is HTTPParserError: fail(PortalFailure(.badReply, detail: "the answer is not HTTP"), context)
        default: fail(nil, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(nil, context)
        context.fireChannelInactive()
    }

    private func fail(_ failure: PortalFailure?, _ context: ChannelHandlerContext) {
        switch state {
        case .asked(let promise): promise.fail(failure.map { $0 as any Error } ?? ClosedEarly())
        case .reading(let promise, _): promise.fail(failure ?? PortalFailure(.unreachable, detail: "the connection broke in the middle of the answer"))
        case .idle, .closed: break
        }
        state = .closed
        context.close(promise: nil)
    }
}
