import Foundation
import Foundations
import Synchronization

/// A thread of its own for work that blocks on the disk, in order, behind a bounded queue. Jobs beyond the bound are refused and counted.
final class Worker: Sendable {
    typealias Job = @Sendable () -> Void

    let name: String
    private struct State {
        var queue: BoundedQueue<Job>
        var isStopping = false
    }
    private let state: Mutex<State>
    private let room: Int
    private let pending = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(name: String, capacity: Int) {
        self.name = name
        room = capacity
        state = Mutex(State(queue: BoundedQueue(capacity: capacity)))
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.start()
    }

    /// - Returns: false when the queue is full or the worker was stopped.
    @discardableResult
    func submit(_ job: @escaping Job) -> Bool {
        let isTaken = state.withLock { $0.isStopping ? false : $0.queue.push(job) }
        if isTaken { pending.signal() }
        return isTaken
    }

    /// Narrows the bound to a share of what it was made with.
    func keep(share: Double) { state.withLock { $0.queue.capacity = max(1, Int(Double(room) * share)) } }

    var depth: (depth: Int, capacity: Int, refused: UInt64) { state.withLock { ($0.queue.count, $0.queue.capacity, $0.queue.refused) } }

    /// Finishes what waits, at most for `limit`.
    func stop(within limit: Duration) {
        state.withLock { $0.isStopping = true }
        pending.signal()
        _ = ended.wait(timeout: .now() + limit.inSeconds)
    }

    private func run() {
        while true {
            pending.wait()
            let (job, isOver) = state.withLock { state in
                let job = state.queue.pop()
                return (job, job == nil && state.isStopping)
            }
            if isOver { break }
            job?()
        }
        ended.signal()
    }
}
