import Foundations

// What the kernel said, and what became of it.
extension Auditor {
    /// One message went through the pipeline: an attack is one detection, whatever came before it, after it, or not at all.
    mutating func judged(_ message: SimulatedKernel.Message, detections: Int, on node: Int) {
        let wanted = message.isAttack ? 1 : 0
        if message.isAttack { totals.attacksSeen += 1 }
        if detections != wanted { fail(.kernel, "node-\(node): \(message.event.kind) of pid \(message.event.process.pid) led to \(detections) detections instead of \(wanted)") }
    }

    /// The process died with attacks in its ring.
    mutating func diedUnseen(_ attacks: UInt64) { totals.attacksLost += attacks }

    /// The process died while it handed over what it had found.
    mutating func diedUnsubmitted(_ detections: UInt64) { totals.attacksUnsubmitted += detections }

    mutating func finishKernel(_ nodes: [SensorNode]) {
        let happened = nodes.reduce(0) { $0 + $1.kernel.attacks }
        let lost = nodes.reduce(0) { $0 + $1.kernel.attacksLost } + totals.attacksLost
        totals.attacks = happened
        totals.kernelLosses = nodes.reduce(0) { $0 + $1.kernel.messagesLost }
        totals.attacksLost = lost
        let waiting = nodes.reduce(0) { $0 + $1.kernel.ring.count }
        if waiting > 0 { fail(.kernel, "\(waiting) messages are left in the rings") }
        if happened != totals.attacksSeen + lost { fail(.kernel, "\(happened) attacks happened, \(totals.attacksSeen) were seen, \(lost) lost by count") }
    }
}
