import Hummingbird
import NIOCore

/// A request's context, with the connection it came by: some faults close it.
struct PortalRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The TCP connection, of which an HTTP/2 stream is a child.
    var connection: any Channel {
        // A listening socket is a parent, too, but has no peer.
        guard let parent = channel.parent, parent.remoteAddress != nil else { return channel }
        return parent
    }

    /// Ends the TCP connection, not just an HTTP/2 stream of it.
    func disconnect() { connection.close(mode: .all, promise: nil) }
}
