import Contract
import Foundation
import Foundations
import Redaction
import Simulation
import Spool
import Testing

/// The spool on disk and the one in memory were written apart; whatever is asked of both, they have to say the same.
@Suite struct SecondOpinionTests {
    private struct Body: Redactable, Encodable {
        var text: String
        func redacted(by redactor: Redactor) -> Body { self }
    }

    @Test(arguments: UInt64(1)...12) func diskAndMemoryAgreeAfterEveryCall(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = FileManager.default.temporaryDirectory.path + "/second-opinion-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var now = Now(monotonic: MonotonicInstant(nanoseconds: 5_000_000_000), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000))
        var boot = 1
        let limits = SpoolLimits(recordsMax: [5, 30, 1000].randomElement(using: &random) ?? 30, bytesMax: [1024, 6000].randomElement(using: &random) ?? 1024, recordBytesMax: 700)
        var disk = try SQLiteSpool.open(path: folder + "/spool.db", limits: limits, bootID: "boot-1", at: now)
        let memory = MemorySpool(limits: limits, bootID: "boot-1", at: now)
        // the file's numbers begin elsewhere
        var offset: [UploadStream: UInt64] = [:]
        for step in 0..<150 {
            now = now.advanced(by: .milliseconds(Int64.random(in: 0...60_000, using: &random)))
            let stream = UploadStream.allCases.randomElement(using: &random) ?? .detections
            let held = try memory.oldest(of: stream, records: 10, bytes: .max).map(\.sequence)
            let shift = offset[stream] ?? 0
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let drafts = try (0..<Int.random(in: 0...6, using: &random)).map { n in
                    let text = String(repeating: "x", count: Int.random(in: 0...400, using: &random) + (Int.random(in: 0..<20, using: &random) == 0 ? 500 : 0))
                    return SpoolDraft(
                        stream: UploadStream.allCases.randomElement(using: &random) ?? .detections, id: "\(step)-\(n)",
                        severity: Severity.allCases.randomElement(using: &random) ?? .low, payload: try Redactor().redact(Body(text: text)).encoded())
                }
                try disk.append(drafts, at: now)
                try memory.append(drafts, at: now)
            case 5:
                let some = held.filter { _ in Bool.random(using: &random) }
                try disk.acknowledge(some.map { $0 + shift }, of: stream, at: now)
                try memory.acknowledge(some, of: stream, at: now)
            case 6:
                try disk.evict(held.suffix(1).map { $0 + shift }, of: stream, cause: "refusedByPortal", at: now)
                try memory.evict(Array(held.suffix(1)), of: stream, cause: "refusedByPortal", at: now)
            case 7:
                let cutoff = SpoolTime(nanoseconds: disk.timeline.time(at: now.monotonic).nanoseconds - Int64.random(in: 0...600_000_000_000, using: &random))
                try disk.expire(stream, acceptedUpTo: cutoff, cause: .stale, at: now)
                try memory.expire(stream, acceptedUpTo: cutoff, cause: .stale, at: now)
            case 8:
                try disk.noteContact(at: now)
                try memory.noteContact(at: now)
            default:
                try disk.close()
                now.wall = now.wall + .seconds(Int64.random(in: -5000...5000, using: &random))
                if Bool.random(using: &random) {
                    boot += 1
                    now.monotonic = MonotonicInstant(nanoseconds: 4_000_000_000)
                }
                disk = try SQLiteSpool.open(path: folder + "/spool.db", limits: limits, bootID: "boot-\(boot)", at: now)
                memory.reopen(bootID: "boot-\(boot)", at: now)
                #expect(disk.setAside == nil)
            }
            let (a, b) = (try disk.digest(), try memory.digest())
            for name in UploadStream.allCases {
                let (x, y) = (a[name], b[name])
                if y.lastSequence > 0, offset[name] == nil { offset[name] = x.lastSequence - y.lastSequence }
                #expect(x.accepted == y.accepted && x.delivered == y.delivered && x.evicted == y.evicted && x.records == y.records && x.bytes == y.bytes && x.oldest == y.oldest,
                    "seed \(seed) step \(step) \(name): \(x) \(y)")
                #expect(x.lastSequence == y.lastSequence + (offset[name] ?? 0) || y.lastSequence == 0)
                let bytes = Int.random(in: 1...3000, using: &random)
                let records = Int.random(in: 1...20, using: &random)
                let (p, q) = (try disk.oldest(of: name, records: records, bytes: bytes), try memory.oldest(of: name, records: records, bytes: bytes))
                #expect(p.map(\.id) == q.map(\.id) && p.map(\.acceptedAt) == q.map(\.acceptedAt) && p.map(\.payload) == q.map(\.payload) && p.map(\.severity) == q.map(\.severity))
            }
            #expect(a.lastContact == b.lastContact)
        }
    }
}
