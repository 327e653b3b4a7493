package import Foundations
package import KubeCore
import Synchronization

/// Holds the server's one value and everybody who waits for it to change. Requests go through it one at a time; a watcher reads the shared history
/// at its own pace and is woken when its resource has changed or its time has come.
package final class APIHub: Sendable {
    private struct Waiter {
        var resource: String
        var node: String?
        var wakeUp: MonotonicInstant
        var signal: AsyncStream<Void>.Continuation
    }

    private struct State {
        var api: KubeAPI
        var waiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0
        var isClosing = false
    }

    private let state: Mutex<State>
    let clock: @Sendable () -> Now

    package init(_ api: consuming KubeAPI, clock: @escaping @Sendable () -> Now) {
        state = Mutex(State(api: api))
        self.clock = clock
    }

    /// Answers a request. The version is the store's behind it: what must be on disk before the answer goes out.
    /// - Parameter node: whose kubelet is asked; nil for the API itself.
    /// - Parameter resuming: of a request that waited for webhooks.
    func handle(_ request: APIRequest, from credentials: KubeAPI.Credentials, kubeletOf node: String? = nil, resuming: PendingRequest? = nil) -> (APIResponse, version: UInt64) {
        let now = clock()
        return state.withLock { state in
            let response = if let node { state.api.handleKubelet(of: node, request, from: credentials, at: now) } else { state.api.handle(request, from: credentials, at: now, resuming: resuming) }
            Self.wake(&state)
            return (response, state.api.store.version)
        }
    }

    /// Reads or changes the server's value outside of a request.
    package func with<Result>(_ body: (inout KubeAPI, Now) throws -> sending Result) rethrows -> sending Result {
        let now = clock()
        return try state.withLock { state in
            defer { Self.wake(&state) }
            return try body(&state.api, now)
        }
    }

    private static func wake(_ state: inout State) {
        let stirred = state.api.store.takeStirred()
        guard !stirred.isEmpty else { return }
        for waiter in state.waiters.values {
            guard let nodes = stirred[waiter.resource], waiter.node.map(nodes.contains) ?? true else { continue }
            waiter.signal.yield()
        }
    }

    // MARK: Watchers

    /// A stream that says something each time there may be more for a session.
    func subscribe(_ session: WatchSession) -> (UInt64, AsyncStream<Void>) { subscribe(session.resource.storageKey, node: session.node, wakeUp: session.wakeUp) }

    /// A stream that says something each time a log may have more lines, or its container may have ended.
    func subscribeToLogs() -> (UInt64, AsyncStream<Void>) { subscribe("/pods", node: nil, wakeUp: clock().monotonic + .hours(24 * 365)) }

    private func subscribe(_ resource: String, node: String?, wakeUp: MonotonicInstant) -> (UInt64, AsyncStream<Void>) {
        let (stream, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = Waiter(resource: resource, node: node, wakeUp: wakeUp, signal: signal)
            if state.isClosing { signal.finish() }
            return state.lastWaiter
        }
        return (id, stream)
    }

    func unsubscribe(_ id: UInt64) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.signal.finish()
    }

    /// Lets a session write what is due. Returns whether more is waiting already.
    func advance(_ session: inout WatchSession, _ id: UInt64, into out: inout [UInt8]) -> Bool {
        let now = clock()
        return state.withLock { state in
            let more = state.api.advance(&session, at: now, into: &out)
            state.waiters[id]?.wakeUp = session.wakeUp
            return more
        }
    }

    /// Lets a reader of a log have what is there.
    func advance(_ session: inout LogSession, into out: inout [UInt8]) { _ = state.withLock { $0.api.advance(&session, into: &out) } }

    /// Wakes the watchers whose bookmark or end is due; all of them when `everybody`, so that those who are rarely meant keep up with the history.
    func wakeDue(everybody: Bool) {
        let now = clock().monotonic
        state.withLock { state in
            for waiter in state.waiters.values where everybody || waiter.wakeUp <= now { waiter.signal.yield() }
        }
    }

    /// Ends all watches, as a server does that is told to stop.
    func close() {
        state.withLock { state in
            state.isClosing = true
            for waiter in state.waiters.values { waiter.signal.finish() }
        }
    }

    package var watchers: Int { state.withLock { $0.waiters.count } }
}
