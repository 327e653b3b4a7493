import Contract
import Foundation
import Foundations
import Spool

// What the store did, call by call.
extension Auditor {
    mutating func stored(_ operations: [WatchedDisk.Operation], on node: Int, at world: WorldTime) {
        for operation in operations {
            switch operation.what {
            case .append(let drafts): appended(drafts, operation, node, world)
            case .acknowledge(let sequences, let stream): acknowledged(sequences, operation, Lane(node: node, stream: stream))
            case .evict(let sequences, let stream, let cause): evicted(sequences, cause, operation, Lane(node: node, stream: stream))
            case .expire(let stream, let cause, let front): expired(front, cause, operation, Lane(node: node, stream: stream), world)
            case .contact: standings[node, default: Standing()].storedContact = world
            }
            standings[node, default: Standing()].lastCommit = world
            for stream in UploadStream.allCases { settle(Lane(node: node, stream: stream), operation) }
            if operation.after.records > plan.spoolRecords { fail(.bounds, "node-\(node): \(operation.after.records) records in the spool, the limit is \(plan.spoolRecords)") }
            if operation.after.bytes > plan.spoolBytes { fail(.bounds, "node-\(node): \(operation.after.bytes) bytes in the spool, the limit is \(plan.spoolBytes)") }
        }
    }

    /// The ledger of one stream after a call.
    private mutating func settle(_ lane: Lane, _ operation: WatchedDisk.Operation) {
        let (before, after) = (operation.before[lane.stream], operation.after[lane.stream])
        let place = "node-\(lane.node) \(lane.stream.rawValue)"
        let evicted = after.evicted.values.reduce(0, +)
        if after.accepted != after.delivered + UInt64(after.records) + evicted {
            fail(.ledger, "\(place): accepted \(after.accepted), delivered \(after.delivered), pending \(after.records), evicted \(evicted)")
        }
        for (cause, count) in before.evicted where after.evicted[cause, default: 0] < count { fail(.ledger, "\(place): the count of \(cause) fell") }
        if after.delivered < before.delivered || after.accepted < before.accepted { fail(.ledger, "\(place): a count fell") }
        if before != books[lane, default: Books()].sums { fail(.ledger, "\(place): the spool changed between two calls") }
        books[lane, default: Books()].sums = after
    }

    private mutating func appended(_ drafts: [SpoolDraft], _ operation: WatchedDisk.Operation, _ node: Int, _ world: WorldTime) {
        for stream in UploadStream.allCases {
            let lane = Lane(node: node, stream: stream)
            let (before, after) = (operation.before[stream], operation.after[stream])
            let mine = drafts.filter { $0.stream == stream }
            let place = "node-\(node) \(stream.rawValue)"
            if after.accepted - before.accepted != UInt64(mine.count) { fail(.ledger, "\(place): \(mine.count) appended, \(after.accepted - before.accepted) accepted") }
            guard !mine.isEmpty else { continue }
            let first = after.lastSequence - UInt64(mine.count) + 1
            if before.accepted > 0, first != before.lastSequence + 1 { fail(.sequences, "\(place): sequence \(first) follows \(before.lastSequence)") }
            if books[lane, default: Books()].base == nil { books[lane, default: Books()].base = first }
            for (offset, draft) in mine.enumerated() {
                books[lane, default: Books()].known[first + UInt64(offset)] = Known(
                    id: draft.id, acceptedAt: world, isPoison: SimulatedPortal.isPoison(draft.payload.value), bytes: draft.payload.value.count)
            }
        }
        for draft in drafts where draft.payload.value.containsPlantedSecret { fail(.secrets, "node-\(node): \(draft.id) is stored with a secret") }
        checkEvictionOrder(operation, node, world)
    }

    /// What is given up for room, when something of less worth is still there that was there before.
    private mutating func checkEvictionOrder(_ operation: WatchedDisk.Operation, _ node: Int, _ world: WorldTime) {
        let byWorth: [UploadStream] = [.telemetry, .runtimeData, .detections]
        for (place, stream) in byWorth.enumerated() {
            let gone = operation.after[stream].evicted["spoolFull", default: 0] - operation.before[stream].evicted["spoolFull", default: 0]
            guard gone > 0 else { continue }
            for lesser in byWorth[..<place] {
                // a smaller record may have found room after a larger one went; it is as new as this call
                let isOlder = operation.after[lesser].oldest.map { oldest in operation.before[lesser].oldest.map { oldest <= $0 } ?? false } ?? false
                if isOlder { fail(.evictionOrder, "node-\(node): \(gone) of \(stream.rawValue) given up while \(operation.after[lesser].records) of \(lesser.rawValue) are kept") }
            }
        }
    }

    private mutating func acknowledged(_ sequences: [UInt64], _ operation: WatchedDisk.Operation, _ lane: Lane) {
        let arrived = books[lane, default: Books()].arrived
        for sequence in sequences where !arrived.contains(sequence) {
            fail(.delivered, "node-\(lane.node) \(lane.stream.rawValue) \(sequence) counts as delivered, the portal never saw it")
        }
        for sequence in sequences { books[lane]?.known[sequence] = nil }
    }

    private mutating func evicted(_ sequences: [UInt64], _ cause: LossCause, _ operation: WatchedDisk.Operation, _ lane: Lane) {
        for sequence in sequences {
            let known = books[lane]?.known[sequence]
            books[lane]?.known[sequence] = nil
            let place = "node-\(lane.node) \(lane.stream.rawValue) \(sequence)"
            switch cause.name {
            case "refusedByPortal": if known?.isPoison != true { fail(.ledger, "\(place) is set aside, but the portal would take it") }
            case "byteBudget": if lane.stream == .detections { fail(.ledger, "\(place): a detection is given up for the byte budget") }
            default: fail(.ledger, "\(place) is given up under the name '\(cause)'")
            }
        }
    }

    private mutating func expired(_ front: [SpooledRecord], _ cause: LossCause, _ operation: WatchedDisk.Operation, _ lane: Lane, _ world: WorldTime) {
        let expected = lane.stream == .runtimeData ? "expired" : "stale"
        let place = "node-\(lane.node) \(lane.stream.rawValue)"
        if cause.name != expected { fail(.expiry, "\(place) expires under the name '\(cause)'") }
        let gone = operation.before[lane.stream].records - operation.after[lane.stream].records
        let standing = standings[lane.node, default: Standing()]
        for (index, record) in front.enumerated() {
            guard let known = books[lane]?.known[record.sequence] else { continue }
            let isGone = index < gone
            if isGone { books[lane]?.known[record.sequence] = nil }
            if known.acceptedAt <= standing.agesUncertainBefore, standing.agesUncertainBefore > .zero { continue }
            let due = known.acceptedAt + Self.kept(lane.stream)
            if isGone, world < due { fail(.expiry, "\(place) \(record.sequence) is given up \(due - world) early") }
            if !isGone, world >= due { fail(.expiry, "\(place) \(record.sequence) is kept, \(world - due) after its time") }
            if isGone, world > due, isExact(lane, due) { fail(.expiry, "\(place) \(record.sequence) is given up \(world - due) late") }
        }
    }

    static func kept(_ stream: UploadStream) -> Duration {
        switch stream {
        case .detections: staleAfter
        case .runtimeData: runtimeDataKept
        case .telemetry: telemetryKept
        }
    }

    /// Whether what fell due at this instant had to go at this very instant: the process was awake, its disk well, and, for detections,
    /// the link had been down for so long that nothing can have been on its way.
    private func isExact(_ lane: Lane, _ due: WorldTime) -> Bool {
        let standing = standings[lane.node, default: Standing()]
        guard standing.isUp, standing.isDiskSound, due > standing.exactSince else { return false }
        guard lane.stream == .detections else { return true }
        guard let down = standing.downSince else { return false }
        return due > max(down, standing.attemptsSince) + Self.quickPhaseMax
    }

    /// Looks for what should have gone and did not.
    mutating func inspectSpool(of node: Int, _ store: WatchedDisk, at world: WorldTime) {
        let standing = standings[node, default: Standing()]
        for stream in UploadStream.allCases {
            let lane = Lane(node: node, stream: stream)
            guard let oldest = store.front(of: stream, 1).first, let known = books[lane]?.known[oldest.sequence] else { continue }
            guard known.acceptedAt > standing.agesUncertainBefore || standing.agesUncertainBefore == .zero else { continue }
            let due = known.acceptedAt + Self.kept(stream)
            if world > due, isExact(lane, due) { fail(.expiry, "node-\(node) \(stream.rawValue) \(oldest.sequence) is still there, \(world - due) after its time") }
        }
    }
}

extension Data {
    var containsPlantedSecret: Bool { contains(text: "Zq7PLANTED") }
}
