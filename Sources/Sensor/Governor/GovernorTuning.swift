import Foundations

/// The marks and times of the ladder. Between the two marks of a resource nothing changes: that is the hysteresis.
package struct GovernorTuning: Sendable, Hashable {
    package struct Marks: Sendable, Hashable {
        /// From here on it is short.
        package var high: Double
        /// Below it there is enough again.
        package var low: Double
        /// So long must it be short before a step down, and before the next one.
        package var patience: Duration
    }

    // Fractions of the bound.
    package var memory = Marks(high: 0.85, low: 0.70, patience: .seconds(2))
    package var cpu = Marks(high: 0.80, low: 0.50, patience: .seconds(10))
    // Fractions of the room; a loss since the last readings counts as full.
    package var ring = Marks(high: 0.50, low: 0.25, patience: .seconds(5))
    package var queues = Marks(high: 0.75, low: 0.40, patience: .seconds(5))

    /// From this fraction of the memory bound on each reading is a step, and caches are dropped.
    package var memoryCritical = 0.95
    /// CPU is the mean over this span.
    package var cpuSpan: Duration = .seconds(10)
    /// How long nothing may be short before a step up. It doubles, up to `recoveryMax`, when the step before was taken back at once.
    package var recovery: Duration = .seconds(60)
    package var recoveryMax: Duration = .minutes(16)
    /// How long nothing may be lost before the loss's issue resolves.
    package var lossQuiet: Duration = .seconds(60)

    package init() {}

    /// Faster for scenarios. What is measured keeps its span: machines do not speed up.
    package func scaled(by factor: Double) -> GovernorTuning {
        guard factor > 1 else { return self }
        func scale(_ span: Duration, floor: Duration) -> Duration { max(min(span, floor), .nanoseconds(Int64(Double(span.nanoseconds) / factor))) }
        var out = self
        out.recovery = scale(recovery, floor: .seconds(2))
        out.recoveryMax = scale(recoveryMax, floor: .seconds(8))
        out.lossQuiet = scale(lossQuiet, floor: .seconds(2))
        return out
    }
}
