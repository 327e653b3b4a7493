package import Foundations

/// Things that wait, for a bounded time, until the context of their container is known.
///
/// An item leaves when its container's context comes (`arrived`), when its time is up (`expired`), or at once when the room is
/// full (`full`); in the last two cases it goes on marked incomplete, never silently bare.
package struct ContextWait<Item> {
    package let capacity: Int
    package let timeout: Duration
    package private(set) var ledger = Ledger()
    private var waiting: [(container: String, deadline: MonotonicInstant, item: Item)] = []

    package init(capacity: Int, timeout: Duration) {
        self.capacity = capacity
        self.timeout = timeout
    }

    package var count: Int { waiting.count }

    /// - Returns: false when there is no room: the caller goes on without the context.
    package mutating func hold(_ item: Item, for container: String, at now: MonotonicInstant) -> Bool {
        guard waiting.count < capacity else {
            ledger.count("contextWaitFull", at: "context")
            return false
        }
        waiting.append((container, now + timeout, item))
        return true
    }

    /// What waited for this container, in the order in which it came.
    package mutating func arrived(_ container: String) -> [Item] {
        guard waiting.contains(where: { $0.container == container }) else { return [] }
        let out = waiting.filter { $0.container == container }.map(\.item)
        waiting.removeAll { $0.container == container }
        return out
    }

    /// Everything that still waits: the end has come.
    package mutating func drain() -> [Item] {
        defer { waiting.removeAll() }
        return waiting.map(\.item)
    }

    /// What has waited long enough. Deadlines rise with the order of arrival.
    package mutating func expired(at now: MonotonicInstant) -> [Item] {
        let end = waiting.firstIndex { $0.deadline > now } ?? waiting.count
        guard end > 0 else { return [] }
        let out = waiting[..<end].map(\.item)
        waiting.removeFirst(end)
        ledger.count("contextNeverCame", at: "context", by: UInt64(out.count))
        return out
    }
}

extension ContextWait: Sendable where Item: Sendable {}
