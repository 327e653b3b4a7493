/// A first-in, first-out queue with a bound. At the bound the newest element is refused and counted, so that what is already
/// waiting keeps its order and the producer never waits.
package struct BoundedQueue<Element> {
    /// May be narrowed and widened while it is used; what waits beyond a narrower bound keeps its place.
    package var capacity: Int { didSet { precondition(capacity > 0, "a queue without room") } }
    /// Elements refused since the queue was made.
    package private(set) var refused: UInt64 = 0
    private var storage: [Element?]
    private var head = 0
    package private(set) var count = 0

    /// - Parameter capacity: the most elements that wait at once; at least 1.
    package init(capacity: Int) {
        precondition(capacity > 0, "a queue without room")
        self.capacity = capacity
        storage = []
    }

    package var isEmpty: Bool { count == 0 }

    /// Appends, or refuses and counts when the queue is full.
    @discardableResult
    package mutating func push(_ element: Element) -> Bool {
        guard count < capacity else {
            refused += 1
            return false
        }
        if count == storage.count { grow() }
        storage[(head + count) % storage.count] = element
        count += 1
        return true
    }

    package mutating func pop() -> Element? {
        guard count > 0 else { return nil }
        let element = storage[head]
        storage[head] = nil
        head = (head + 1) % storage.count
        count -= 1
        return element
    }

    /// Takes up to `limit` elements in order.
    package mutating func drain(limit: Int = .max) -> [Element] {
        var out: [Element] = []
        out.reserveCapacity(min(limit, count))
        while out.count < limit, let element = pop() { out.append(element) }
        // what was room under a wider bound is given back
        if isEmpty, storage.count > capacity { (storage, head) = ([], 0) }
        return out
    }

    // Room grows with use, so that a queue with a generous bound costs nothing while it is empty.
    private mutating func grow() {
        var larger = [Element?](repeating: nil, count: min(capacity, max(16, storage.count * 2)))
        for i in 0..<count { larger[i] = storage[(head + i) % storage.count] }
        storage = larger
        head = 0
    }
}

extension BoundedQueue: Sendable where Element: Sendable {}
