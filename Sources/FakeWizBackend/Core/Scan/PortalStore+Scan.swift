package import Contract
import Foundation
package import Foundations
import GRDB

extension PortalStore {
    /// Takes what the scanner read from a node's disk. Taking the same scan again changes nothing.
    /// - Throws: `Diagnostic` naming the field that is wrong; nothing is taken then.
    package func takeScan(_ scan: RuntimeScan, at now: WallInstant) async throws -> RuntimeScanReply {
        guard (1...256).contains(scan.persistentId.utf8.count) else { throw JSONBody.wrong("persistentId", "must be 1 to 256 bytes") }
        guard WallInstant(rfc3339: scan.scannedAt) != nil else { throw JSONBody.wrong("scannedAt", "is not an RFC 3339 time") }
        guard scan.records.count <= limits.itemsPerBatchMax else {
            throw JSONBody.wrong("records", "must hold at most \(limits.itemsPerBatchMax), holds \(scan.records.count)")
        }
        for (index, record) in scan.records.enumerated() { try Self.check(record, at: "records[\(index)]") }
        return try await writer.write { db in
            let registered = try String.fetchOne(db, sql: "SELECT id FROM sensors WHERE persistent_id = ?", arguments: [scan.persistentId])
            let sensor = registered ?? scan.persistentId
            let new = try scan.records.count { try Self.store($0, from: sensor, counting: .whole, at: now, in: db) }
            return RuntimeScanReply(sensorId: sensor, rows: scan.records.count, new: new)
        }
    }
}
