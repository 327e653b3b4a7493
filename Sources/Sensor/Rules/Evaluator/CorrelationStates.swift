internal import Events
internal import Foundations

/// What rules with a threshold or a sequence remember of earlier events.
///
/// Bounds: `keysMax` keys of a rule; beyond them the keys that were touched longest ago are forgotten (`correlationFull`, counted). Of
/// a key at most the threshold's count of instants or values is kept, of a sequence one instant per step. Time is that of the events.
struct CorrelationStates {
    static let keysMax = 1024

    private(set) var ledger = Ledger()
    private var states: [[CorrelationKey: CorrelationState]]

    init(ruleCount: Int) { states = [[CorrelationKey: CorrelationState]](repeating: [:], count: ruleCount) }

    /// What is remembered for rules of `old` that `new` has as they were; the rest is forgotten with them. Losses stay counted.
    func carried(from old: [CompiledRule], to new: [CompiledRule]) -> CorrelationStates {
        var out = CorrelationStates(ruleCount: new.count)
        out.ledger = ledger
        let places = Dictionary(old.indices.filter { old[$0].correlation != nil }.map { (old[$0].id, $0) }) { first, _ in first }
        for (index, rule) in new.enumerated() {
            guard let correlation = rule.correlation, let before = places[rule.id], old[before].correlation?.isSame(as: correlation) == true else { continue }
            out.states[index] = states[before]
        }
        return out
    }

    /// - Returns: whether the rule has everything that it waits for.
    mutating func handle(_ event: EnrichedEvent, _ correlation: Correlation, index: Int, step: Int) -> Bool {
        let now = event.event.time
        let horizon = BootInstant(nanoseconds: now.nanoseconds > correlation.span ? now.nanoseconds - correlation.span : 0)
        switch correlation.kind {
        case .threshold(let count, let distinct):
            var value: FieldValue?
            if let distinct {
                value = distinct.value(of: event)
                if value == nil { return false }
            }
            return state(of: correlation.key(of: event), index, now, horizon) { $0.count(value, count, now, horizon) }
        case .sequence(let steps):
            return state(of: correlation.key(of: event), index, now, horizon, isMade: step == 0) { $0.advance(step, of: steps, now, horizon) }
        }
    }

    /// Changes the state of a key where it lies, so that an event of a known key costs no allocation; one that says it is done is forgotten.
    private mutating func state(
        of key: CorrelationKey, _ index: Int, _ now: BootInstant, _ horizon: BootInstant, isMade: Bool = true, _ change: (inout CorrelationState) -> Bool
    ) -> Bool {
        if let place = states[index].index(forKey: key) {
            states[index].values[place].touched = now
            let isDone = change(&states[index].values[place])
            if isDone { states[index].remove(at: place) }
            return isDone
        }
        guard isMade else { return false }
        makeRoom(index, horizon)
        var state = CorrelationState(touched: now)
        // a threshold is at least 2, a sequence has a step before its last: nothing is done at once
        _ = change(&state)
        states[index][key.compact] = state
        return false
    }

    // several at once, so that a flood of new keys does not look for the oldest each time
    private mutating func makeRoom(_ index: Int, _ horizon: BootInstant) {
        guard states[index].count >= Self.keysMax else { return }
        // what is out of its time is no loss
        states[index] = states[index].filter { $0.value.touched >= horizon }
        guard states[index].count >= Self.keysMax else { return }
        let oldest = states[index].map { ($0.value.touched, $0.key.text, $0.key) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(Self.keysMax / 16)
        for (_, _, key) in oldest { states[index][key] = nil }
        ledger.count("correlationFull", at: "rules", by: UInt64(oldest.count))
    }
}
