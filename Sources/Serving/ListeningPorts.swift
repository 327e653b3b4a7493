import Synchronization

/// Collects the ports that the listeners of a server got, and wakes the one who waits for all of them.
package final class ListeningPorts<Listener: Hashable & Sendable>: Sendable {
    private let found = Mutex<[Listener: Int]>([:])
    private let expected: Int
    private let stream: AsyncStream<[Listener: Int]>
    private let continuation: AsyncStream<[Listener: Int]>.Continuation

    package init(expected: Int) {
        self.expected = expected
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func set(_ listener: Listener, _ port: Int) {
        let now = found.withLock { found in
            found[listener] = port
            return found
        }
        if now.count == expected { continuation.yield(now) }
    }

    /// The ports once all are known; nil when the task is cancelled before.
    package func all() async -> [Listener: Int]? {
        for await ports in stream { return ports }
        return nil
    }
}
