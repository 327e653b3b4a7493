import Foundations
import Hummingbird
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// The connections of a listener that clients keep for their next request.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func note(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isNew = channels.withLock { $0.updateValue(channel, forKey: id) == nil }
        if isNew { channel.closeFuture.whenComplete { [weak self] _ in self?.channels.withLock { _ = $0.removeValue(forKey: id) } } }
    }

    func closeAll() {
        for channel in channels.withLock({ Array($0.values) }) { channel.closeAtOnce() }
    }
}

extension Channel {
    /// Closes without a TLS goodbye: NIOSSL would wait five seconds for the peer's, and a client that keeps a connection for later does not listen.
    func closeAtOnce() {
        eventLoop.execute {
            if let beforeTLS = try? self.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
                beforeTLS.close(mode: .all, promise: nil)
            } else {
                self.close(mode: .all, promise: nil)
            }
        }
    }
}

/// Notes the connection of each request.
struct ConnectionMiddleware: RouterMiddleware {
    typealias Context = PortalRequestContext
    let connections: OpenConnections

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        connections.note(context.connection)
        return try await next(request, context)
    }
}

/// Lets a listener end: once it shuts down, requests under way have a moment, then what is still open is closed. Sensors and browsers keep their
/// connections for the next request, and a listener that waits for them would not end before the cap of the whole.
struct EndingConnections<Listener: Service>: Service {
    static var grace: Duration { .milliseconds(500) }
    let listener: Listener
    let closeAll: @Sendable () -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: Self.grace)
                closeAll()
                // The listener ends the group.
                try await Task.sleep(for: .seconds(60))
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
