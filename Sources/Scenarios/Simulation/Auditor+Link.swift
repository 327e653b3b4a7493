import Contract
import Foundation
import Foundations
import Portal
import Spool

// What goes over the link, and what the portal has of it.
extension Auditor {
    mutating func sent(_ id: UInt64, _ request: PortalRequest, from node: Int, at world: WorldTime) {
        totals.requests += 1
        if case .upload(let upload) = request {
            if upload.records.count > plan.batchRecords { fail(.bounds, "node-\(node): a batch of \(upload.records.count) records, the limit is \(plan.batchRecords)") }
            if upload.records.count > 1, upload.payloadBytes > plan.batchBytes { fail(.bounds, "node-\(node): a batch of \(upload.payloadBytes) bytes, the limit is \(plan.batchBytes)") }
            let confirmed = books[Lane(node: node, stream: upload.stream), default: Books()].confirmed
            if let again = upload.records.first(where: { $0.sequence <= confirmed }) {
                fail(.confirmed, "node-\(node): \(upload.stream.rawValue) \(again.sequence) is sent again, the portal has confirmed up to \(confirmed)")
            }
            if upload.records.contains(where: { $0.payload.containsPlantedSecret }) { fail(.secrets, "node-\(node): \(upload.batchID) holds a secret") }
        }
        var standing = standings[node, default: Standing()]
        standing.asked[id] = request
        // uploads have a timetable of their own, everything else is the session's
        let surface: PlannedFault.Surface = FaultyLink.surface(of: request) == .rest ? .rest : .grpc
        if let down = standing.downSince { note(attempt: request, surface, down, node, world, &standing) }
        standings[node] = standing
    }

    private mutating func note(
        attempt request: PortalRequest, _ surface: PlannedFault.Surface, _ down: WorldTime, _ node: Int, _ world: WorldTime, _ standing: inout Standing
    ) {
        guard var attempts = standing.attempts[surface] else {
            standing.attempts[surface] = Attempts(first: world, last: world)
            return
        }
        // uploads know from the session that the portal is away
        let since = min(attempts.first, standing.attempts[.grpc]?.first ?? world)
        let gap = world - attempts.last
        if attempts.last > since + Self.quickPhaseMax, gap < Self.attemptInterval {
            attempts.shortGaps += 1
            // three streams may be under way when the first of them finds out
            if attempts.shortGaps > (surface == .rest ? UploadStream.allCases.count : 1) { fail(.attempts, "node-\(node): \(TraceLog.text(of: request)) \(gap) after the attempt before, during an outage since \(down)") }
        }
        attempts.last = world
        standing.attempts[surface] = attempts
    }

    mutating func portalAnswered(_ flight: SimulationRun.Flight, _ answer: SimulatedPortal.Answer, at world: WorldTime) {
        guard case .upload(let upload) = flight.request, case .uploaded = answer.reply else { return }
        let lane = Lane(node: flight.node, stream: upload.stream)
        let place = "node-\(flight.node) \(upload.stream.rawValue)"
        totals.duplicates += UInt64(answer.duplicates)
        var books = books[lane, default: Books()]
        if flight.isLate { books.hadLateFlight = true }
        for (older, younger) in zip(upload.records, upload.records.dropFirst()) where older.sequence >= younger.sequence {
            fail(.sequences, "\(place): \(younger.sequence) follows \(older.sequence) in one batch")
        }
        for record in answer.fresh {
            if !books.arrived.insert(record.sequence).inserted { fail(.onlyOnce, "\(place) \(record.sequence) is new to the portal for the second time") }
            if let other = arrivals.updateValue(record.sequence, forKey: record.id) {
                fail(.onlyOnce, "\(record.id) is in the portal as \(place) \(record.sequence) and as \(other)")
            }
            if record.sequence < books.highest, !books.hadLateFlight { fail(.sequences, "\(place): \(record.sequence) arrives after \(books.highest)") }
            books.highest = max(books.highest, record.sequence)
        }
        if let base = books.base, books.highest >= base {
            let missing = books.highest - base + 1 - UInt64(books.arrived.count)
            let evicted = books.sums.evicted.values.reduce(0, +)
            if missing > evicted, !books.hadLateFlight { fail(.sequences, "\(place): \(missing) numbers up to \(books.highest) are missing, \(evicted) were given up by name") }
        }
        self.books[lane] = books
    }

    /// An input as the conversation gets it.
    mutating func handed(_ input: Conversation.Input, to node: Int, at world: WorldTime) {
        guard case .reply(let id, let reply) = input, let request = standings[node]?.asked.removeValue(forKey: id) else { return }
        switch (request, reply) {
        case (.register, .registered), (.heartbeat, .heartbeat):
            standings[node]?.lastContact = world
            standings[node]?.isContactUncertain = false
            standings[node]?.indicatorsDropped = false
        case (.upload(let upload), .uploaded):
            let lane = Lane(node: node, stream: upload.stream)
            books[lane, default: Books()].confirmed = max(books[lane, default: Books()].confirmed, upload.records.last?.sequence ?? 0)
        default: break
        }
    }

    // MARK: Indicators and definitions

    mutating func droppedIndicators(on node: Int, at world: WorldTime) {
        totals.indicatorDrops += 1
        guard let standing = standings[node] else { return }
        if standing.indicatorsDropped { fail(.indicators, "node-\(node) drops its indicators twice in one outage") }
        standings[node]?.indicatorsDropped = true
        guard !standing.isContactUncertain else { return }
        let due = standing.lastContact + Self.indicatorsDroppedAfter
        if world < due { fail(.indicators, "node-\(node) drops its indicators \(due - world) early") }
        if world > due, due > standing.exactSince { fail(.indicators, "node-\(node) drops its indicators \(world - due) late") }
    }

    mutating func uses(_ version: String, on node: Int, sound: Set<String>) {
        if !sound.contains(version) { fail(.definitions, "node-\(node) uses definitions \(version), which are spoiled") }
    }

    /// Looks for what should have happened and did not.
    mutating func inspect(_ nodes: [SensorNode], at world: WorldTime) {
        for node in nodes where !node.isSuspended {
            guard let process = node.process, let standing = standings[node.index], standing.isUp else { continue }
            inspectSpool(of: node.index, process.store, at: world)
            let due = standing.lastContact + Self.indicatorsDroppedAfter
            if !standing.isContactUncertain, !standing.indicatorsDropped, world > due, world > standing.exactSince {
                fail(.indicators, "node-\(node.index) keeps its indicators, \(world - due) after their time")
            }
            if standing.downSince != nil, !process.isStopping {
                let last = standing.attempts[.grpc]?.last ?? standing.attemptsSince
                // the interval, its jitter, and a request that hangs
                if world - last > .minutes(67) { fail(.attempts, "node-\(node.index) has not tried for \(world - last)") }
            }
        }
    }
}
