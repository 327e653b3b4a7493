package import Foundations
package import Portal

/// What came of one run.
package struct SimulationReport: Sendable {
    /// What must hold after every step, by the name that a failure prints.
    package enum Invariant: String, CaseIterable, Sendable {
        /// accepted = delivered + pending + evicted by name, and nothing submitted is unaccounted for.
        case ledger
        /// Spool, queues and requests stay within their limits.
        case bounds
        /// Sequence numbers have no gap but counted evictions, and are never reused.
        case sequences
        /// The portal has nothing twice.
        case onlyOnce = "only-once"
        /// What the portal confirmed is not sent again by the same process.
        case confirmed
        /// Nothing counts as delivered that the portal does not have.
        case delivered
        /// Attempts stay within the timetable.
        case attempts
        /// Runtime data and telemetry are given up before detections.
        case evictionOrder = "eviction-order"
        /// What is too old goes at the exact instant, and not before.
        case expiry
        /// Indicators are dropped when the portal was away for their time, and only then.
        case indicators
        /// No planted secret in any frame or file.
        case secrets
        /// Only sound definitions are used.
        case definitions
        /// Every attack that the kernel's ring handed over is one detection; what the ring lost is counted.
        case kernel
        /// Time goes on: no sensor wakes for ever at one instant.
        case progress
        /// When the portal is back, the detections that waited are delivered within a minute.
        case catchUp = "catch-up"
        /// With faults off everything arrives in time.
        case drain
    }

    package struct Failure: Sendable, CustomStringConvertible {
        package var invariant: Invariant
        package var detail: String
        package var step: Int
        /// In the run's own time, e.g. `27h03m12.250s`.
        package var time: String

        package var description: String { "invariant '\(invariant.rawValue)' broken at step \(step), \(time): \(detail)" }
    }

    package struct Totals: Hashable, Sendable {
        package var submitted: UInt64 = 0
        package var delivered: UInt64 = 0
        /// By cause, over all streams and nodes.
        package var evicted: [LossCause: UInt64] = [:]
        package var lostInCrashes: UInt64 = 0
        package var duplicates: UInt64 = 0
        package var requests: UInt64 = 0
        package var restarts: UInt64 = 0
        package var indicatorDrops: UInt64 = 0
        /// Attacks that a watching kernel saw, that reached the pipeline, and that were lost before it.
        package var attacks: UInt64 = 0
        package var attacksSeen: UInt64 = 0
        package var attacksLost: UInt64 = 0
        /// Found, but the process died before it could submit them.
        package var attacksUnsubmitted: UInt64 = 0
        /// Messages of any kind that the rings lost.
        package var kernelLosses: UInt64 = 0

        package init() {}
    }

    /// An upload that reached the simulated portal, and what that made of it.
    package struct Delivery: Sendable {
        /// Since the beginning of the run.
        package var at: Duration
        package var node: Int
        package var upload: UploadRequest
        package var fresh: Int
        package var duplicates: Int
    }

    package var seed: UInt64
    package var hours: Int
    package var plan: SimulationPlan
    package var steps: Int
    package var traceDigest: String
    package var totals: Totals
    /// Virtual time from the end of the faults until nothing was left.
    package var drain: Duration?
    package var failure: Failure?
    /// The last things that happened; only kept when the run was asked to.
    package var trace: [String]
    /// Every upload that was taken, in order; only kept when the run was asked to.
    package var deliveries: [Delivery]

    package var succeeded: Bool { failure == nil }

    /// The command that repeats this run.
    /// - Parameter planFile: the file that the plan was read from; nil when it was drawn from the seed.
    package func command(planFile: String? = nil) -> String {
        "scenarios simulate --seed \(seed) --hours \(hours)" + (planFile.map { " --plan \($0)" } ?? "")
    }
}
