import Contract
import Foundation
import Foundations
import Redaction
import Spool

/// A payload of a wished size that went through redaction.
struct Body: Redactable, Encodable {
    var text: String
    func redacted(by redactor: Redactor) -> Body { Body(text: redactor.redact(text)) }
}

func draft(_ stream: UploadStream = .detections, _ id: String = "d", severity: Severity = .medium, bytes: Int = 40) throws -> SpoolDraft {
    let overhead = #"{"text":""}"#.utf8.count
    return SpoolDraft(stream: stream, id: id, severity: severity, payload: try Redactor().redact(Body(text: String(repeating: "x", count: max(0, bytes - overhead)))).encoded())
}

/// 2026-01-01T00:00:00Z on the wall, an hour after boot.
let start = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000))

/// A folder of its own, gone when the test is over.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/spool-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var file: String { path + "/spool.db" }
    func open(_ limits: SpoolLimits = SpoolLimits(), bootID: String = "boot-1", at now: Now = start) throws -> SQLiteSpool {
        try SQLiteSpool.open(path: file, limits: limits, bootID: bootID, at: now)
    }
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

extension SpoolStore {
    func sequences(_ stream: UploadStream) throws -> [UInt64] { try oldest(of: stream, records: .max, bytes: .max).map(\.sequence) }
    func ids(_ stream: UploadStream) throws -> [String] { try oldest(of: stream, records: .max, bytes: .max).map(\.id) }
}

/// accepted = delivered + pending + evicted, added up here and not by the spool.
func balances(_ digest: SpoolDigest) -> Bool {
    UploadStream.allCases.allSatisfy { name in
        let stream = digest[name]
        return stream.accepted == stream.delivered + UInt64(stream.records) + stream.evicted.values.reduce(0, +)
    }
}
