internal import Events
internal import Foundations

/// What one key of a threshold or a sequence has so far.
struct CorrelationState {
    var touched: BootInstant
    /// Of a threshold: when it matched, oldest first.
    private var instants: [BootInstant] = []
    /// Of a threshold with `distinct`: the values, each with its last time.
    private var values: [FieldValue: BootInstant] = [:]
    /// Of a sequence: when the chain began that has reached step n.
    private var chain: [BootInstant?] = []

    init(touched: BootInstant) { self.touched = touched }

    /// One more of a threshold's events, with the value that has to differ.
    /// - Returns: whether there are enough.
    mutating func count(_ value: FieldValue?, _ wanted: Int, _ now: BootInstant, _ horizon: BootInstant) -> Bool {
        guard let value else {
            instants.append(now)
            if let first = instants.first, first < horizon { instants.removeFirst(instants.firstIndex { $0 >= horizon } ?? 0) }
            return instants.count >= wanted
        }
        // a value that comes again is as new as its last time
        if let place = values.index(forKey: value), values.values[place] >= horizon {
            values.values[place] = now
            return false
        }
        if values.values.contains(where: { $0 < horizon }) { values = values.filter { $0.value >= horizon } }
        values[value.compact] = now
        return values.count >= wanted
    }

    /// A step of a sequence.
    /// - Returns: whether it was the last.
    mutating func advance(_ step: Int, of steps: Int, _ now: BootInstant, _ horizon: BootInstant) -> Bool {
        if chain.isEmpty { chain = [BootInstant?](repeating: nil, count: steps) }
        if step == 0 {
            chain[0] = now
            return false
        }
        guard let began = chain[step - 1], began >= horizon else { return false }
        if step == steps { return true }
        chain[step] = began
        return false
    }
}
