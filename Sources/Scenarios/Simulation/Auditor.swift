import Contract
import Foundation
import Foundations
import Portal
import Spool

/// Knows what right answers look like. It watches what goes in, what the store really did, what really went over the link and what the
/// portal really has, keeps books of its own, and shares no rule with the sensor: the numbers of the timetable are written down here
/// a second time.
///
/// The first thing that is wrong is kept in `failure`; the run ends there.
struct Auditor {
    // The outage timetable as people read it.
    static let staleAfter: Duration = .hours(24)
    static let runtimeDataKept: Duration = .hours(48)
    static let telemetryKept: Duration = .hours(24)
    static let indicatorsDroppedAfter: Duration = .hours(24)
    /// One attempt each hour.
    static let attemptInterval: Duration = .hours(1)
    /// A minute of quick retries, the last wait of it and a request that hangs.
    static let quickPhaseMax: Duration = .seconds(60 + 15 + 2 * 30 + 15)
    /// How long a disk that failed is left alone, and a bit.
    static let diskRest: Duration = .seconds(10)
    /// When the portal is back, everything kept is delivered within a minute, and what the line needs for the number of records.
    static let catchUpMax: Duration = .minutes(1)
    static let roundTripMax: Duration = .milliseconds(100)

    struct Lane: Hashable {
        var node: Int
        var stream: UploadStream
    }

    /// What is known of one record by its sequence number.
    struct Known {
        var id: String
        var acceptedAt: WorldTime
        var isPoison: Bool
        var bytes: Int
    }

    /// The books of one stream of one node.
    struct Books {
        var submitted: UInt64 = 0
        /// The first sequence number that was given.
        var base: UInt64?
        /// Records in the spool, and those that left it not long ago.
        var known: [UInt64: Known] = [:]
        /// Sequence numbers that the portal has.
        var arrived: Set<UInt64> = []
        var highest: UInt64 = 0
        /// The running process was told that the portal has everything up to it.
        var confirmed: UInt64 = 0
        /// Some request came after the sensor gave it up: order says nothing any more.
        var hadLateFlight = false
        /// The store's last sums.
        var sums = SpoolDigest.Stream()
    }

    /// Attempts of the session, or of uploads, while the link is down for everything.
    struct Attempts {
        var first: WorldTime
        var last: WorldTime
        /// Gaps below the interval after the quick phase; the first slow wait is a random part of one, so that a fleet spreads.
        var shortGaps = 0
    }

    /// After the portal came back: everything up to a sequence number has to be there by then.
    struct CatchUp {
        var deadline: WorldTime
        var detectionsUpTo: UInt64
    }

    /// What is known of one node.
    struct Standing {
        var catchUp: CatchUp?
        /// Ages are exact for what falls due after it.
        var exactSince = WorldTime.zero
        var isDiskSound = true
        /// Records accepted before it have an age that depends on a wall clock that lied.
        var agesUncertainBefore = WorldTime.zero
        var lastStep = WorldTime.zero
        var lastCommit = WorldTime.zero
        /// When the link went down for everything; nil while it is up.
        var downSince: WorldTime?
        /// Since when attempts follow the slow timetable: later of outage, start and resume.
        var attemptsSince = WorldTime.zero
        var attempts: [PlannedFault.Surface: Attempts] = [:]
        /// Requests of this process that wait for an answer.
        var asked: [UInt64: PortalRequest] = [:]
        /// The last answer to a registration or heartbeat, or the start without one.
        var lastContact = WorldTime.zero
        var isContactUncertain = false
        /// As the store has it.
        var storedContact: WorldTime?
        var indicatorsDropped = false
        var isUp = false
        var lostBefore: UInt64 = 0
        var lossesBefore: UInt64 = 0
    }

    let plan: SimulationPlan
    private(set) var failure: (SimulationReport.Invariant, String)?
    var totals = SimulationReport.Totals()
    var books: [Lane: Books] = [:]
    var standings: [Int: Standing] = [:]
    /// Where each event arrived.
    var arrivals: [String: UInt64] = [:]

    init(plan: SimulationPlan) { self.plan = plan }

    mutating func fail(_ invariant: SimulationReport.Invariant, _ detail: String) {
        if failure == nil { failure = (invariant, detail) }
    }

    // MARK: What goes in

    mutating func submitted(_ draft: SpoolDraft, on node: Int) {
        totals.submitted += 1
        books[Lane(node: node, stream: draft.stream), default: Books()].submitted += 1
    }

    // MARK: The process

    mutating func started(_ node: Int, _ digest: SpoolDigest, isFirst: Bool, at world: WorldTime) {
        if !isFirst { totals.restarts += 1 }
        var standing = standings[node, default: Standing()]
        standing.isUp = true
        standing.exactSince = max(standing.exactSince, world)
        standing.attemptsSince = world
        standing.attempts = [:]
        standing.asked = [:]
        standing.indicatorsDropped = false
        standing.lastContact = standing.storedContact ?? world
        if (digest.lastContact == nil) != (standing.storedContact == nil) { fail(.indicators, "node-\(node) forgot when the portal last answered") }
        standings[node] = standing
        for stream in UploadStream.allCases { books[Lane(node: node, stream: stream)]?.confirmed = 0 }
        for stream in UploadStream.allCases where digest[stream] != books[Lane(node: node, stream: stream), default: Books()].sums {
            fail(.ledger, "node-\(node) \(stream.rawValue): the spool holds something else after the start than before")
        }
    }

    /// - Parameter wasTold: it ended by itself, after everything was said.
    mutating func died(_ node: Int, _ process: SensorNode.Process, wasTold: Bool) {
        let lost = unaccounted(process, on: node)
        let losses = process.conversation.losses.total
        var standing = standings[node, default: Standing()]
        standing.isUp = false
        standing.catchUp = nil
        // records on their way to a disk that does not take them die with the process; a sound disk has them already
        if wasTold, lost > 0, standing.isDiskSound, process.conversation.intakeDepth == 0 { fail(.ledger, "node-\(node) said goodbye and lost \(lost) records") }
        standing.lostBefore += lost
        standing.lossesBefore += losses
        standings[node] = standing
        totals.lostInCrashes += lost
    }

    /// The sensor says that the portal answers again.
    mutating func portalBack(on node: Int, at world: WorldTime) {
        let sums = books[Lane(node: node, stream: .detections), default: Books()].sums
        // a record that the portal refuses holds its stream up for a while, as it should
        guard sums.records > 0, standings[node]?.isDiskSound == true, !plan.faults.contains(where: { $0.kind == .poison }) else { return }
        let deadline = world + Self.catchUpMax + .nanoseconds(Self.roundTripMax.nanoseconds * Int64(sums.records + 1))
        standings[node]?.catchUp = CatchUp(deadline: deadline, detectionsUpTo: sums.lastSequence)
    }

    /// A new fault: what was promised for a portal that is back and stays does not hold.
    mutating func faultChanged() { for node in standings.keys { standings[node]?.catchUp = nil } }

    mutating func disturbed(_ node: Int, at world: WorldTime) {
        standings[node, default: Standing()].exactSince = world
        standings[node, default: Standing()].attemptsSince = world
        standings[node, default: Standing()].attempts = [:]
    }

    mutating func rebooted(_ node: Int, hasTrueClock: Bool, at world: WorldTime) {
        let standing = standings[node, default: Standing()]
        // how long the machine was off is read from the wall clock, against the last commit
        guard !hasTrueClock || standing.lastStep > standing.lastCommit else { return }
        standings[node]?.agesUncertainBefore = world
        standings[node]?.isContactUncertain = true
    }

    mutating func steppedWall(_ node: Int, at world: WorldTime) { standings[node, default: Standing()].lastStep = world }

    mutating func disk(of node: Int, isSound: Bool, at world: WorldTime) {
        standings[node, default: Standing()].isDiskSound = isSound
        standings[node, default: Standing()].exactSince = max(standings[node, default: Standing()].exactSince, world + Self.diskRest)
    }

    mutating func link(of node: Int, isDown: Bool, at world: WorldTime) {
        var standing = standings[node, default: Standing()]
        if isDown, standing.downSince == nil {
            standing.downSince = world
            standing.attemptsSince = world
            standing.attempts = [:]
        } else if !isDown { standing.downSince = nil }
        standings[node] = standing
    }

    // MARK: After each input

    mutating func check(_ process: SensorNode.Process, on node: Int, at world: WorldTime) {
        let conversation = process.conversation
        if let catchUp = standings[node]?.catchUp, world > catchUp.deadline {
            standings[node]?.catchUp = nil
            if let oldest = process.store.front(of: .detections, 1).first, oldest.sequence <= catchUp.detectionsUpTo {
                fail(.catchUp, "node-\(node): the portal was back in time for detection \(oldest.sequence), which is not there at \(catchUp.deadline)")
            }
        }
        if conversation.intakeDepth > plan.intake { fail(.bounds, "node-\(node): \(conversation.intakeDepth) records wait, the limit is \(plan.intake)") }
        if conversation.requestsOut > 1 + UploadStream.allCases.count { fail(.bounds, "node-\(node): \(conversation.requestsOut) requests are out") }
        let waiting = UInt64(conversation.intakeDepth)
        let missing = unaccounted(process, on: node)
        if missing != waiting { fail(.ledger, "node-\(node): \(waiting) records wait for the disk, by the books it should be \(Int64(bitPattern: missing))") }
    }

    /// Submitted, but neither taken by the spool nor counted as lost: what should be waiting.
    private func unaccounted(_ process: SensorNode.Process, on node: Int) -> UInt64 {
        let standing = standings[node, default: Standing()]
        var missing: UInt64 = 0
        for stream in UploadStream.allCases {
            let books = books[Lane(node: node, stream: stream), default: Books()]
            missing = missing &+ books.submitted &- books.sums.accepted
        }
        return missing &- process.conversation.losses.total &- standing.lossesBefore &- standing.lostBefore
    }

    // MARK: At the end

    /// Everything has drained.
    mutating func finish(nodes: [SensorNode], at world: WorldTime) {
        finishKernel(nodes)
        var losses: UInt64 = 0
        for node in nodes {
            losses += standings[node.index, default: Standing()].lossesBefore + (node.process?.conversation.losses.total ?? 0)
            for stream in UploadStream.allCases {
                let books = books[Lane(node: node.index, stream: stream), default: Books()]
                let evicted = books.sums.evicted.values.reduce(0, +)
                totals.delivered += books.sums.delivered
                totals.evicted.merge(books.sums.evicted, uniquingKeysWith: +)
                let place = "node-\(node.index) \(stream.rawValue)"
                if books.sums.records != 0 { fail(.drain, "\(place): \(books.sums.records) records are left") }
                if UInt64(books.arrived.count) < books.sums.delivered {
                    fail(.delivered, "\(place): \(books.sums.delivered) count as delivered, the portal has \(books.arrived.count)")
                }
                if UInt64(books.arrived.count) + evicted < books.sums.accepted {
                    fail(.sequences, "\(place): \(books.sums.accepted) accepted, the portal has \(books.arrived.count), \(evicted) given up by name")
                }
            }
        }
        let accounted = UInt64(arrivals.count) + totals.evicted.values.reduce(0, +) + losses + totals.lostInCrashes
        if accounted < totals.submitted { fail(.ledger, "\(totals.submitted) events happened, \(accounted) are accounted for") }
        if losses > 0 { totals.evicted["diskFull", default: 0] += losses }
    }
}

extension Ledger {
    var total: UInt64 { counts.keys.reduce(0) { $0 + lost(at: $1) } }
}
