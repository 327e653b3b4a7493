package import Contract
import Foundation
package import Foundations
package import Spool

/// A spool in memory that keeps the promise of `SpoolStore` and shares no line with the one on disk: the simulator's usual disk, and
/// the second opinion that the SQLite spool is held against. What it holds survives a simulated crash, as a committed file would.
package final class MemorySpool: SpoolStore {
    package private(set) var timeline: SpoolTimeline
    package let limits: SpoolLimits
    private var checkpoint: SpoolTimeline.Checkpoint
    private var lanes: [UploadStream: Lane] = [:]
    private var lastContact: SpoolTime?
    private let mistake: Mistake?

    private struct Kept {
        var record: SpooledRecord
        var worth: SpoolWorth
    }

    private struct Lane {
        var nextSequence: UInt64 = 1
        var accepted: UInt64 = 0
        var delivered: UInt64 = 0
        var evicted: [LossCause: UInt64] = [:]
        var bytes = 0
        /// In order of their sequence numbers.
        var kept: [Kept] = []

        func place(of sequence: UInt64) -> Int? {
            var (low, high) = (0, kept.count)
            while low < high {
                let middle = (low + high) / 2
                if kept[middle].record.sequence < sequence { low = middle + 1 } else { high = middle }
            }
            return low < kept.count && kept[low].record.sequence == sequence ? low : nil
        }

        mutating func remove(at place: Int) { bytes -= kept.remove(at: place).record.payload.count }
        mutating func count(_ cause: LossCause, by n: Int = 1) { if n > 0 { evicted[cause, default: 0] += UInt64(n) } }
    }

    /// What a store can get wrong; for showing that the auditor notices.
    enum Mistake {
        /// What is full gives up detections first.
        case detectionsFirst
        /// What went for want of room is not counted.
        case countsNoEvictions
        /// A file that is opened again is begun anew.
        case forgetsOnReopen
        /// Ages are told by the wall clock.
        case agesByWallClock
    }

    package convenience init(limits: SpoolLimits = SpoolLimits(), bootID: String, at now: Now) { self.init(limits: limits, bootID: bootID, at: now, mistake: nil) }

    init(limits: SpoolLimits, bootID: String, at now: Now, mistake: Mistake?) {
        self.limits = limits
        self.mistake = mistake
        timeline = SpoolTimeline(resuming: nil, bootID: bootID, at: now)
        checkpoint = timeline.checkpoint(at: now)
        for stream in UploadStream.allCases { lanes[stream] = Lane() }
    }

    /// What opening the file again does.
    package func reopen(bootID: String, at now: Now) {
        timeline = SpoolTimeline(resuming: checkpoint, bootID: bootID, at: now)
        if mistake == .forgetsOnReopen { for stream in UploadStream.allCases { lanes[stream] = Lane() } }
    }

    package func append(_ drafts: [SpoolDraft], at now: Now) throws(SpoolError) {
        guard !drafts.isEmpty else { return }
        for draft in drafts {
            let payload = draft.payload.value
            let sequence = change(draft.stream) { lane in
                lane.accepted += 1
                lane.nextSequence += 1
                return lane.nextSequence - 1
            }
            if payload.count > limits.recordBytesMax {
                change(draft.stream) { $0.count(.oversized) }
                continue
            }
            var isKept = true
            while isFull(adding: payload.count) {
                guard let victim = leastWorth(), victim.worth <= draft.worth || mistake == .detectionsFirst else {
                    change(draft.stream) { $0.count(.spoolFull) }
                    isKept = false
                    break
                }
                change(victim.stream) { lane in
                    lane.remove(at: victim.place)
                    if mistake != .countsNoEvictions { lane.count(.spoolFull) }
                }
            }
            guard isKept else { continue }
            let record = SpooledRecord(
                sequence: sequence, id: draft.id, severity: draft.severity, acceptedAt: acceptedAt(now), payload: payload)
            change(draft.stream) { lane in
                lane.kept.append(Kept(record: record, worth: draft.worth))
                lane.bytes += payload.count
            }
        }
        checkpoint = timeline.checkpoint(at: now)
    }

    package func oldest(of stream: UploadStream, records: Int, bytes: Int) throws(SpoolError) -> [SpooledRecord] {
        var out: [SpooledRecord] = []
        var room = bytes
        for kept in lanes[stream, default: Lane()].kept.prefix(max(1, records)) {
            guard out.isEmpty || kept.record.payload.count <= room else { break }
            room -= kept.record.payload.count
            out.append(kept.record)
        }
        return out
    }

    package func acknowledge(_ sequences: [UInt64], of stream: UploadStream, at now: Now) throws(SpoolError) {
        change(stream) { lane in
            for sequence in sequences {
                guard let place = lane.place(of: sequence) else { continue }
                lane.remove(at: place)
                lane.delivered += 1
            }
        }
        checkpoint = timeline.checkpoint(at: now)
    }

    package func evict(_ sequences: [UInt64], of stream: UploadStream, cause: LossCause, at now: Now) throws(SpoolError) {
        change(stream) { lane in
            for sequence in sequences {
                guard let place = lane.place(of: sequence) else { continue }
                lane.remove(at: place)
                lane.count(cause)
            }
        }
        checkpoint = timeline.checkpoint(at: now)
    }

    package func expire(_ stream: UploadStream, acceptedUpTo cutoff: SpoolTime, cause: LossCause, at now: Now) throws(SpoolError) {
        change(stream) { lane in
            let before = lane.kept.count
            lane.kept.removeAll { $0.record.acceptedAt <= cutoff }
            lane.bytes = lane.kept.reduce(0) { $0 + $1.record.payload.count }
            lane.count(cause, by: before - lane.kept.count)
        }
        checkpoint = timeline.checkpoint(at: now)
    }

    package func noteContact(at now: Now) throws(SpoolError) {
        lastContact = timeline.time(at: now.monotonic)
        checkpoint = timeline.checkpoint(at: now)
    }

    package func digest() throws(SpoolError) -> SpoolDigest {
        var digest = SpoolDigest(lastContact: lastContact)
        for (name, lane) in lanes {
            var stream = SpoolDigest.Stream()
            stream.accepted = lane.accepted
            stream.delivered = lane.delivered
            stream.evicted = lane.evicted
            stream.records = lane.kept.count
            stream.bytes = lane.bytes
            // the time line never goes back, so the first accepted is the oldest
            stream.oldest = lane.kept.first?.record.acceptedAt
            stream.lastSequence = lane.accepted == 0 ? 0 : lane.nextSequence - 1
            digest.streams[name] = stream
        }
        return digest
    }

    private func acceptedAt(_ now: Now) -> SpoolTime {
        let age = mistake == .agesByWallClock ? now.wall - checkpoint.wall - (timeline.time(at: now.monotonic) - checkpoint.time) : .zero
        return timeline.time(at: now.monotonic) + age
    }

    private func change<T>(_ stream: UploadStream, _ body: (inout Lane) -> T) -> T { body(&lanes[stream, default: Lane()]) }

    private func isFull(adding bytes: Int) -> Bool {
        let (records, held) = lanes.values.reduce((0, 0)) { ($0.0 + $1.kept.count, $0.1 + $1.bytes) }
        return records >= limits.recordsMax || held + bytes > limits.bytesMax
    }

    private func leastWorth() -> (stream: UploadStream, place: Int, worth: SpoolWorth)? {
        let byWorth: [UploadStream] = mistake == .detectionsFirst ? [.detections, .runtimeData, .telemetry] : [.telemetry, .runtimeData, .detections]
        for stream in byWorth {
            guard let kept = lanes[stream]?.kept, !kept.isEmpty else { continue }
            // of equals the oldest
            guard let place = kept.indices.min(by: { kept[$0].worth == kept[$1].worth ? $0 < $1 : kept[$0].worth < kept[$1].worth }) else { continue }
            return (stream, place, kept[place].worth)
        }
        return nil
    }
}
