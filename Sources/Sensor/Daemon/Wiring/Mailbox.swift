import Foundations
import Synchronization

/// What waits on one side of the sensor thread for the other. A bounded queue behind a lock; at the bound the newest is refused and
/// counted. Nobody is woken: the reader looks in between two polls of the ring buffer.
final class Mailbox<Element: Sendable>: Sendable {
    struct Depth: Sendable {
        var depth: Int
        var capacity: Int
        var refused: UInt64
    }

    private let queue: Mutex<BoundedQueue<Element>>

    private let room: Int

    init(capacity: Int) {
        room = capacity
        queue = Mutex(BoundedQueue(capacity: capacity))
    }

    /// - Returns: false when there was no room.
    @discardableResult
    func put(_ element: Element) -> Bool { queue.withLock { $0.push(element) } }

    /// Narrows the bound to a share of what it was made with.
    func keep(share: Double) { queue.withLock { $0.capacity = max(1, Int(Double(room) * share)) } }

    /// Everything that waits, in order.
    func take() -> [Element] { queue.withLock { $0.isEmpty ? [] : $0.drain() } }

    var depth: Depth { queue.withLock { Depth(depth: $0.count, capacity: $0.capacity, refused: $0.refused) } }
}
