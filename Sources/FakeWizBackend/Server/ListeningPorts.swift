import Synchronization

/// Collects the ports that the listeners got, and wakes the one who waits for all of them.
final class ListeningPorts: Sendable {
    enum Listener: Hashable, Sendable { case grpc, http, control }

    private let found = Mutex<[Listener: Int]>([:])
    private let expected: Int
    private let stream: AsyncStream<[Listener: Int]>
    private let continuation: AsyncStream<[Listener: Int]>.Continuation

    init(expected: Int) {
        self.expected = expected
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func set(_ listener: Listener, _ port: Int) {
        let now = found.withLock { found in
            found[listener] = port
            return found
        }
        if now.count == expected { continuation.yield(now) }
    }

    /// The ports once all are known; nil when the task is cancelled before.
    func all() async -> [Listener: Int]? {
        for await ports in stream { return ports }
        return nil
    }
}
