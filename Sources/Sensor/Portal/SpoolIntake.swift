package import Foundations
import Spool

/// Records on their way to the disk: they wait here while it takes nothing, and are lost, counted, beyond the bound.
struct SpoolIntake: Sendable {
    /// What never reached the spool, by stream and cause.
    private(set) var losses = Ledger()
    /// When the disk is tried again after it took nothing; nil when it may be tried at any time.
    private(set) var retryAt: MonotonicInstant?
    private var queue: BoundedQueue<SpoolDraft>

    init(capacity: Int) { queue = BoundedQueue(capacity: capacity) }

    var count: Int { queue.count }
    var isEmpty: Bool { queue.isEmpty }

    /// At the bound the newest is lost.
    mutating func submit(_ draft: SpoolDraft) {
        if !queue.push(draft) { losses.count(.diskFull, at: draft.stream.rawValue) }
    }

    /// All that waits, when the disk may be tried.
    mutating func take(at now: MonotonicInstant) -> [SpoolDraft]? {
        guard !queue.isEmpty, retryAt.map({ now >= $0 }) ?? true else { return nil }
        retryAt = nil
        return queue.drain()
    }

    /// The disk did not take them: back to the front of the line, in order; what came meanwhile goes behind.
    mutating func putBack(_ drafts: [SpoolDraft], retryAt: MonotonicInstant) {
        for draft in drafts + queue.drain() { submit(draft) }
        self.retryAt = retryAt
    }
}

extension LossCause {
    /// The disk took nothing and the memory for waiting records was full too.
    package static let diskFull: LossCause = "diskFull"
}
