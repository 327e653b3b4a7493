import Clocks
import Foundations
import Host
import Synchronization

/// CPU of this process as a rate, over the span between two looks that are at least `spanMin` apart.
final class UsageSampler: Sendable {
    private static let spanMin: Duration = .seconds(5)
    private struct State {
        var at: MonotonicInstant
        var cpu: UInt64
        var millicores = 0
    }
    private let state: Mutex<State>

    init() { state = Mutex(State(at: SystemClock.monotonic(), cpu: OwnUsage.cpuNanoseconds())) }

    /// Thousandths of one core.
    func millicores() -> Int {
        let (now, cpu) = (SystemClock.monotonic(), OwnUsage.cpuNanoseconds())
        return state.withLock { state in
            let span = now - state.at
            guard span >= Self.spanMin || state.millicores == 0 && span > .seconds(1) else { return state.millicores }
            state.millicores = Int(Double(cpu - state.cpu) / Double(span.nanoseconds) * 1000)
            (state.at, state.cpu) = (now, cpu)
            return state.millicores
        }
    }
}
