import NIOCore

/// Why a proxy gave no tunnel.
enum TunnelFailure: Error, Hashable, Sendable {
    /// The status of its answer.
    case refused(Int)
    case closed
    case notHTTP
}

/// Asks a proxy for a tunnel and is out of the way once there is one (RFC 9110, section 9.3.6).
///
/// First in the pipeline, or right behind the TLS to the proxy. Until the tunnel stands, the handlers behind it hear nothing: their
/// `channelActive` comes with the 2xx, so that their handshake begins inside the tunnel; what they write earlier waits here.
final class ConnectTunnelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A longer head of an answer is none.
    static let headBytesMax = 16 * 1024

    private enum State {
        /// Becomes `asked` when the channel is active.
        case waiting
        /// The request is out. Becomes `open` on a 2xx, `failed` on anything else.
        case asked
        case open
        case failed
    }

    private let target: String
    private let headers: [(name: String, value: String)]
    private var state = State.waiting
    private var answer = ByteBuffer()
    private var held = MarkedCircularBuffer<(ByteBuffer, EventLoopPromise<Void>?)>(initialCapacity: 4)

    /// - Parameters:
    ///   - target: `HOST:PORT` of the portal.
    ///   - headers: sent with the request, such as `Proxy-Authorization`.
    init(target: String, headers: [(name: String, value: String)]) {
        self.target = target
        self.headers = headers
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) { ask(context) }

    private func ask(_ context: ChannelHandlerContext) {
        guard case .waiting = state else { return }
        state = .asked
        var request = context.channel.allocator.buffer(capacity: 256)
        request.writeString("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\nUser-Agent: wiz-sensor\r\n")
        for header in headers { request.writeString("\(header.name): \(header.value)\r\n") }
        request.writeString("\r\n")
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .open: context.fireChannelRead(data)
        case .failed: break
        case .waiting, .asked:
            var bytes = unwrapInboundIn(data)
            answer.writeBuffer(&bytes)
            guard let end = headEnd else {
                if answer.readableBytes > Self.headBytesMax { fail(.notHTTP, context) }
                return
            }
            judge(head: answer.readSlice(length: end) ?? ByteBuffer(), context)
        }
    }

    // Bytes up to and including the empty line; nil while it has not come.
    private var headEnd: Int? {
        let view = answer.readableBytesView
        guard let range = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        return view.distance(from: view.startIndex, to: range.upperBound)
    }

    private func judge(head: ByteBuffer, _ context: ChannelHandlerContext) {
        let line = String(buffer: head).prefix { $0 != "\r\n" }.split(separator: " ", maxSplits: 2)
        guard line.count >= 2, line[0].hasPrefix("HTTP/1."), let status = Int(line[1]) else { return fail(.notHTTP, context) }
        guard (200..<300).contains(status) else { return fail(.refused(status), context) }
        state = .open
        context.fireChannelActive()
        while let (bytes, promise) = held.popFirst() { context.write(wrapOutboundOut(bytes), promise: promise) }
        context.flush()
        if answer.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(answer))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    private func fail(_ failure: TunnelFailure, _ context: ChannelHandlerContext) {
        state = .failed
        while let (_, promise) = held.popFirst() { promise?.fail(failure) }
        context.fireErrorCaught(failure)
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch state {
        case .open: context.write(data, promise: promise)
        case .failed: promise?.fail(TunnelFailure.closed)
        case .waiting, .asked: held.append((unwrapOutboundIn(data), promise))
        }
    }

    func flush(context: ChannelHandlerContext) {
        if case .open = state { context.flush() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .asked = state { fail(.closed, context) }
        context.fireChannelInactive()
    }
}
