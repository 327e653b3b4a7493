package import Foundations

/// How many bytes may leave within any hour, for what is not a detection. Spent in sixtieths of the window, so that the sum over
/// any whole window stays within the limit. Forgotten at a restart.
package struct ByteBudget: Hashable, Sendable {
    package var limit: Int
    private let slice: Int64
    private let slices: Int64 = 60
    /// Bytes by slice number, oldest first; at most `slices + 1` of them.
    private var spent: [(slice: Int64, bytes: Int)] = []

    package init(limit: Int, window: Duration) {
        self.limit = limit
        slice = max(1, window.nanoseconds / slices)
    }

    package func used(at now: MonotonicInstant) -> Int {
        let current = now.nanoseconds / slice
        return spent.reduce(0) { $0 + (current - $1.slice <= slices ? $1.bytes : 0) }
    }

    /// Spends the bytes, or says when to ask again; nil when they were spent. More than the whole limit never fits: `.never`.
    package mutating func take(_ bytes: Int, at now: MonotonicInstant) -> Refusal? {
        guard bytes <= limit else { return .never }
        let current = now.nanoseconds / slice
        spent.removeAll { current - $0.slice > slices }
        var excess = used(at: now) + bytes - limit
        guard excess > 0 else {
            if spent.last?.slice == current { spent[spent.count - 1].bytes += bytes } else { spent.append((current, bytes)) }
            return nil
        }
        for entry in spent {
            excess -= entry.bytes
            if excess <= 0 { return .until(MonotonicInstant(nanoseconds: (entry.slice + slices + 1) * slice)) }
        }
        return .never
    }

    package enum Refusal: Hashable, Sendable {
        case until(MonotonicInstant)
        case never
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.limit == b.limit && a.slice == b.slice && a.spent.elementsEqual(b.spent) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(limit)
        for entry in spent { hasher.combine(entry.slice) }
    }
}
