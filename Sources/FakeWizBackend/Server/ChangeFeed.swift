import Synchronization

/// Tells the readers of the event stream that something changed. A reader that is too slow misses the oldest changes, counted.
final class ChangeFeed: Sendable {
    /// What changed; the page asks the API for the content.
    enum Change: String, Sendable, CaseIterable { case cloudEvents, sensors, healthIssues, runtimeData, definitions, faults, keepAlive }

    static let readersMax = 64
    static let backlogMax = 256

    private struct State {
        var readers: [Int: AsyncStream<Change>.Continuation] = [:]
        var nextID = 0
        var missed: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Nil when there are too many readers already, or the server is going down.
    func subscribe() -> AsyncStream<Change>? {
        let (stream, continuation) = AsyncStream.makeStream(of: Change.self, bufferingPolicy: .bufferingNewest(Self.backlogMax))
        let id: Int? = state.withLock { state in
            guard !state.isClosed, state.readers.count < Self.readersMax else { return nil }
            state.nextID += 1
            state.readers[state.nextID] = continuation
            return state.nextID
        }
        guard let id else { return nil }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.readers.removeValue(forKey: id) } }
        return stream
    }

    func publish(_ change: Change) {
        let readers = state.withLock { Array($0.readers.values) }
        var missed: UInt64 = 0
        for reader in readers { if case .dropped = reader.yield(change) { missed += 1 } }
        if missed > 0 { state.withLock { $0.missed += missed } }
    }

    var readers: Int { state.withLock { $0.readers.count } }
    var missed: UInt64 { state.withLock { $0.missed } }

    /// Ends every stream: the server goes down.
    func close() {
        let readers = state.withLock { state in
            state.isClosed = true
            return Array(state.readers.values)
        }
        for reader in readers { reader.finish() }
    }
}
