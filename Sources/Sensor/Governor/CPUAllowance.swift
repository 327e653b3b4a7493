package import Foundations

/// The brake of last resort: how long the sensor thread rests so that the process stays within its CPU bound whatever the kernel sends.
/// What it does not read meanwhile waits in the ring buffer, or is lost there and counted.
///
/// A bucket of CPU time that fills at `share` of the bound's rate and holds `burst`, so that over any ten seconds the bound itself holds.
/// The debt is bounded too: work of other threads (compiling rules at the start) must not slow the sensor for long afterwards.
package struct CPUAllowance: Sendable {
    /// Never rests longer at once: questions and shutdown wait for it.
    package static let restMax: Duration = .milliseconds(200)
    /// What is kept of the bound for the threads that do not rest.
    package static let share = 0.85
    /// CPU time that may be used at once after a quiet time, as time at the rate.
    package static let burst: Duration = .milliseconds(500)
    /// The longest that a debt is paid off.
    package static let debtMax: Duration = .seconds(10)

    private let rate: Double
    private let creditMax: Double
    private var credit: Double
    private var last: (cpu: UInt64, at: MonotonicInstant)?

    package init(millicores: Int) {
        rate = Double(millicores) / 1000 * Self.share
        creditMax = Self.burst.inSeconds * rate
        credit = creditMax
    }

    /// - Parameter used: CPU time of the process since its start.
    /// - Returns: how long to rest now.
    package mutating func rest(used cpu: UInt64, at now: MonotonicInstant) -> Duration {
        defer { last = (cpu, now) }
        guard let last else { return .zero }
        let elapsed = max(0, (now - last.at).inSeconds)
        credit = min(creditMax, max(-Self.debtMax.inSeconds * rate, credit + elapsed * rate - Double(cpu &- last.cpu) / 1e9))
        guard credit < 0 else { return .zero }
        return min(Self.restMax, .nanoseconds(Int64(-credit / rate * 1e9)))
    }
}
