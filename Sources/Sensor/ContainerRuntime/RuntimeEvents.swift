internal import Foundations

/// How a runtime's stream of events is doing: believed once it has lived for a while, given up when it fails time after time or there is none.
struct RuntimeEvents: Sendable {
    private enum Phase: Sendable {
        case none
        case open(since: MonotonicInstant)
        /// This runtime has no such stream. Becomes `open` with the next connection.
        case given
    }

    private let tuning: RuntimeTuning
    private var phase = Phase.none
    private var failures = 0
    private(set) var isProven = false

    init(tuning: RuntimeTuning) { self.tuning = tuning }

    /// When a stream that goes on living is believed; nil when nothing is awaited of it.
    var provenAt: MonotonicInstant? { if !isProven, case .open(let since) = phase { since + tuning.eventsProven } else { nil } }

    mutating func connected(at now: MonotonicInstant) { (phase, failures, isProven) = (.open(since: now), 0, false) }

    mutating func disconnected() { (phase, isProven) = (.none, false) }

    /// - Returns: whether it was not believed before.
    mutating func prove() -> Bool {
        failures = 0
        defer { isProven = true }
        return !isProven
    }

    /// - Returns: whether it is worth opening again.
    mutating func ended(_ failure: RuntimeFailure?, at now: MonotonicInstant) -> Bool {
        failures += 1
        isProven = false
        guard failure?.state != .unsupported, failures < tuning.eventFailuresMax else {
            phase = .given
            return false
        }
        phase = .open(since: now)
        return true
    }
}
