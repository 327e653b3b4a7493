internal import Events
internal import Foundations

/// What rules with a threshold or a sequence remember of earlier events.
///
/// Bounds: `keysMax` keys of a rule; beyond them the keys that were touched longest ago are forgotten (`correlationFull`, counted). Of
/// a key at most the threshold's count of instants or values is kept, of a sequence one instant per step. Time is that of the events.
struct CorrelationStates {
    static let keysMax = 1024

    private(set) var ledger = Ledger()
    private var states: [[String: State]]

    private struct State {
        var touched: BootInstant
        /// Of a threshold: when it matched, oldest first. Of a sequence: when the chain began that has reached step n.
        var instants: [BootInstant?] = []
        /// Of a threshold with `distinct`: the values, each with its instant at the same place in `instants`.
        var values: [String] = []
    }

    init(ruleCount: Int) { states = [[String: State]](repeating: [:], count: ruleCount) }

    /// - Returns: whether the rule has everything that it waits for.
    mutating func handle(_ event: EnrichedEvent, _ rule: CompiledRule, index: Int, step: Int) -> Bool {
        guard let correlation = rule.correlation else { return true }
        let now = event.event.time
        let key = correlation.by.map { $0.printed(event) ?? "" }.joined(separator: "\u{1F}")
        let span = UInt64(correlation.within.nanoseconds)
        let horizon = BootInstant(nanoseconds: now.nanoseconds > span ? now.nanoseconds - span : 0)
        var state = states[index].removeValue(forKey: key) ?? State(touched: now)
        state.touched = now
        let isDone: Bool
        switch correlation.kind {
        case .threshold(let count, let distinct): isDone = Self.count(event, &state, distinct, count, now, horizon)
        case .sequence(let steps): isDone = Self.advance(&state, step: step, of: steps, now, horizon)
        }
        if isDone || !state.instants.contains(where: { $0 != nil }) { return isDone }
        makeRoom(index, horizon)
        states[index][key] = state
        return false
    }

    private static func count(
        _ event: EnrichedEvent, _ state: inout State, _ distinct: ResolvedOperand?, _ count: Int, _ now: BootInstant, _ horizon: BootInstant
    ) -> Bool {
        // a value that comes again is as new as its last time
        if let distinct {
            guard let value = distinct.printed(event) else { return false }
            if let known = state.values.firstIndex(of: value) {
                state.values.remove(at: known)
                state.instants.remove(at: known)
            }
            state.values.append(value)
        }
        state.instants.append(now)
        let old = state.instants.firstIndex { ($0 ?? now) >= horizon } ?? 0
        state.instants.removeFirst(old)
        if distinct != nil { state.values.removeFirst(old) }
        return state.instants.count >= count
    }

    private static func advance(_ state: inout State, step: Int, of steps: Int, _ now: BootInstant, _ horizon: BootInstant) -> Bool {
        if state.instants.isEmpty { state.instants = [BootInstant?](repeating: nil, count: steps) }
        if step == 0 {
            state.instants[0] = now
            return false
        }
        guard let began = state.instants[step - 1], began >= horizon else { return false }
        if step == steps { return true }
        state.instants[step] = began
        return false
    }

    // several at once, so that a flood of new keys does not look for the oldest each time
    private mutating func makeRoom(_ index: Int, _ horizon: BootInstant) {
        guard states[index].count >= Self.keysMax else { return }
        // what is out of its time is no loss
        states[index] = states[index].filter { $0.value.touched >= horizon }
        guard states[index].count >= Self.keysMax else { return }
        let oldest = states[index].sorted { ($0.value.touched, $0.key) < ($1.value.touched, $1.key) }.prefix(Self.keysMax / 16)
        for (key, _) in oldest { states[index][key] = nil }
        ledger.count("correlationFull", at: "rules", by: UInt64(oldest.count))
    }
}
