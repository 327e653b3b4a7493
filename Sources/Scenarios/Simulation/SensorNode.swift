import Contract
import Foundation
import Foundations
import Pipeline
import Portal
import Spool

/// One machine with a sensor on it: its clocks, its disk, and the process while there is one.
struct SensorNode {
    let index: Int
    var clock: NodeClock
    let disk: NodeDisk
    var workload: Workload
    let seed: UInt64
    /// Hands a spool answer back before the next effect is performed, or after all of them: shells may do either.
    let answersAtOnce: Bool
    var kernel: SimulatedKernel

    /// Raised at each start, so that what was meant for a dead process is not handed to its successor.
    var life: UInt64 = 0
    var process: Process?
    var isSuspended = false
    /// Number of the pending wake; older ones are ignored.
    var wakeTicket: UInt64 = 0
    var wakeAt: WorldTime?
    /// What was due while the machine slept.
    var deferred: [SimulationRun.Item] = []
    /// The process dies at this call of the spool.
    var callsUntilCrash: Int?
    var downFor: Duration = .zero
    var diskFaults: [Int: WatchedDisk.Condition] = [:]

    // kept on the node's disk
    var definitionsInUse: DefinitionsPolicy.InUse?
    var trust = DefinitionsTrust()

    struct Process {
        var conversation: Conversation
        var store: WatchedDisk
        let pipeline: Pipeline
        /// What the shell holds.
        var token: SimulatedPortal.Token?
        var isStopping = false
    }

    /// The worst of the standing disk faults.
    var diskCondition: WatchedDisk.Condition {
        let standing = Set(diskFaults.values)
        for condition in [WatchedDisk.Condition.full, .shortWrites, .unreadable] where standing.contains(condition) { return condition }
        return .sound
    }
}
