package import Foundations

/// When to try again: quickly for the first minute of an outage, then once an hour, never at the same moment as the rest of the fleet.
package struct Backoff: Hashable, Sendable {
    private let timetable: Timetable
    /// When the outage began; nil while all is well.
    package private(set) var since: MonotonicInstant?
    /// Failures in a row.
    package private(set) var failures: UInt64 = 0
    private var slowWaits = 0

    package init(_ timetable: Timetable) { self.timetable = timetable }

    package var isFailing: Bool { since != nil }

    package mutating func succeeded() {
        since = nil
        failures = 0
        slowWaits = 0
    }

    /// The other side was seen elsewhere: a failure from here on begins a new minute of quick retries.
    package mutating func restart(at now: MonotonicInstant) {
        guard isFailing else { return }
        since = now
        failures = 0
        slowWaits = 0
    }

    /// Counts a failure; returns when to try again.
    ///
    /// - Parameters:
    ///   - earlier: when the outage began, if somebody else noticed it first.
    ///   - slowly: leave out the quick retries: the cause is one that waiting does not mend.
    ///   - retryAfter: the other side's wish; honoured up to one retry interval, spread at random so that those who were told the
    ///     same do not come back together.
    package mutating func failed(
        at now: MonotonicInstant, since earlier: MonotonicInstant? = nil, slowly: Bool, retryAfter: Duration?, using random: inout some RandomNumberGenerator
    ) -> MonotonicInstant {
        let start = min(since ?? now, earlier ?? now)
        since = start
        failures += 1
        var wait: Duration
        if !slowly, slowWaits == 0, now - start < timetable.retryPhase {
            var step = timetable.retryInitial.inSeconds
            for _ in 1..<min(failures, 32) { step *= timetable.retryMultiplier }
            wait = .seconds(min(step, timetable.retryStepMax.inSeconds) * Double.random(in: 0.5...1, using: &random))
        } else {
            let stretch = slowWaits == 0 ? Double.random(in: 0...1, using: &random) : 1 + timetable.retryIntervalJitter * Double.random(in: 0...1, using: &random)
            wait = .seconds(timetable.retryInterval.inSeconds * stretch)
            slowWaits += 1
        }
        if let retryAfter {
            let wished = min(retryAfter, timetable.retryInterval).inSeconds
            wait = max(wait, .seconds(wished * (1 + timetable.retryIntervalJitter * Double.random(in: 0...1, using: &random))))
        }
        return now + wait
    }
}
