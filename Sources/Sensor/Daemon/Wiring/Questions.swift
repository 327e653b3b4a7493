import Events
import Foundations
import Pipeline
import Rules
import Synchronization

/// Questions that the sensor thread answers: reports, one answer each, and live events, a line each until the asker goes.
final class Questions: Sendable {
    private let inbox: Mailbox<PipelineInput>
    /// Lines that wait for a slow reader of live events; beyond it the oldest are dropped and counted (`slowReader`).
    static let linesMax = 4096

    private struct State {
        var next: UInt64 = 1
        var reports: [UInt64: CheckedContinuation<PipelineReport?, Never>] = [:]
        var readers: [UInt64: AsyncStream<String>.Continuation] = [:]
        var dropped: UInt64 = 0
        /// The thread has ended: nobody answers any more.
        var isClosed = false
    }
    private let state = Mutex(State())

    init(inbox: Mailbox<PipelineInput>) { self.inbox = inbox }

    /// What the pipeline says of itself now; nil when it does not answer any more.
    func report() async -> PipelineReport? {
        await withCheckedContinuation { continuation in
            let id = state.withLock { state -> UInt64? in
                guard !state.isClosed else { return nil }
                state.next += 1
                state.reports[state.next] = continuation
                return state.next
            }
            guard let id else { return continuation.resume(returning: nil) }
            if !inbox.put(.report(id: id)) { answer(nil, id: id) }
        }
    }

    /// Live events as JSON lines, redacted.
    func events(kinds: Set<EventKind>, filter: ConditionFilter?) -> AsyncStream<String> {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(Self.linesMax))
        let id = state.withLock { state -> UInt64? in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.readers[state.next] = continuation
            return state.next
        }
        guard let id else {
            continuation.finish()
            return lines
        }
        continuation.onTermination = { [self] _ in
            state.withLock { _ = $0.readers.removeValue(forKey: id) }
            inbox.put(.unsubscribe(id: id))
        }
        if !inbox.put(.subscribe(id: id, kinds: kinds, filter: filter)) { continuation.finish() }
        return lines
    }

    func answer(_ report: PipelineReport?, id: UInt64) {
        state.withLock { $0.reports.removeValue(forKey: id) }?.resume(returning: report)
    }

    func line(_ text: String, reader id: UInt64) {
        guard let reader = state.withLock({ $0.readers[id] }) else { return }
        if case .dropped = reader.yield(text) { state.withLock { $0.dropped += 1 } }
    }

    /// The thread has ended: whoever still waits is told so.
    func close() {
        let (reports, readers) = state.withLock { state in
            state.isClosed = true
            defer {
                state.reports = [:]
                state.readers = [:]
            }
            return (state.reports.values, state.readers.values)
        }
        for continuation in reports { continuation.resume(returning: nil) }
        for reader in readers { reader.finish() }
    }

    var linesDropped: UInt64 { state.withLock { $0.dropped } }
}
