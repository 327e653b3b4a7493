import Foundations

/// The simulated world's own time: nanoseconds since the run began. No sensor can read it; each has clocks that lie in their own way.
struct WorldTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    var nanoseconds: Int64

    static let zero = WorldTime(nanoseconds: 0)
    static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    static func + (a: Self, b: Duration) -> Self { .init(nanoseconds: a.nanoseconds &+ b.nanoseconds) }
    static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }

    /// `27h03m12.250s`.
    var description: String {
        let milliseconds = nanoseconds / 1_000_000
        func padded(_ n: Int64, _ width: Int) -> String { String(repeating: "0", count: max(0, width - "\(n)".count)) + "\(n)" }
        let (hours, minutes, seconds) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60)
        return "\(hours)h\(padded(minutes, 2))m\(padded(seconds, 2)).\(padded(milliseconds % 1000, 3))s"
    }
}

/// Items by due time; of equal times the one that was put first comes first, so that a run repeats.
struct EventQueue<Item> {
    private struct Entry {
        var due: WorldTime
        var order: UInt64
        var item: Item

        func precedes(_ other: Entry) -> Bool { due == other.due ? order < other.order : due < other.due }
    }

    private var heap: [Entry] = []
    private var nextOrder: UInt64 = 0

    var nextDue: WorldTime? { heap.first?.due }
    var count: Int { heap.count }

    mutating func push(_ item: Item, at due: WorldTime) {
        heap.append(Entry(due: due, order: nextOrder, item: item))
        nextOrder += 1
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (due: WorldTime, item: Item)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) { least = child }
                if least == parent { break }
                heap.swapAt(parent, least)
                parent = least
            }
        }
        return (first.due, first.item)
    }
}
