package import Contract
import Crypto
package import Foundation
package import Foundations
import GRDB

/// What became of a batch: the answer, and what is new in the portal.
package struct IngestOutcome: Sendable {
    package var reply: UploadReply
    package var newRecords: Int
    /// Cloud events that the portal did not know before, in the order they came.
    package var newEvents: [CloudEvent] = []
}

extension PortalStore {
    /// Takes a batch of a stream, each record once: a record whose (sensor, stream, sequence) was taken before counts as a duplicate.
    ///
    /// A cloud event that comes under a new sequence number with an id that is known is a newer state of that event (its count rose);
    /// a lower count than the known one changes nothing.
    /// - Parameter body: the JSON of an `UploadBatch`.
    /// - Throws: `Diagnostic` naming the field when the body is malformed; nothing is taken then.
    package func ingest(_ stream: UploadStream, body: Data, at now: WallInstant) async throws -> IngestOutcome {
        switch stream {
        case .detections:
            var (outcome, new) = try await ingest(stream, body, as: CloudEvent.self, at: now, check: Self.check) { event, sensor, db in
                try Self.store(event, from: sensor, at: now, in: db)
            }
            outcome.newEvents = new
            return outcome
        case .runtimeData:
            return try await ingest(stream, body, as: RuntimeRecord.self, at: now, check: Self.check) { record, sensor, db in
                try Self.store(record, from: sensor, counting: .sinceLast, at: now, in: db)
            }.outcome
        case .telemetry:
            let limit = limits.telemetryPerSensor
            return try await ingest(stream, body, as: JSONText.self, at: now, check: { _, _ in }) { record, sensor, db in
                try db.execute(sql: "INSERT INTO telemetry (sensor_id, received, body) VALUES (?, ?, ?)", arguments: [sensor, now.nanoseconds, record.text])
                try db.execute(
                    sql: "DELETE FROM telemetry WHERE row IN (SELECT row FROM telemetry WHERE sensor_id = ? ORDER BY row DESC LIMIT -1 OFFSET ?)",
                    arguments: [sensor, limit])
                return true
            }.outcome
        }
    }

    /// Counts a request of a stream that was answered with an error.
    package func countRefused(_ stream: UploadStream, sensor: String) async throws {
        try await writer.write { db in
            var state = try StreamState(sensor, stream, in: db)
            state.counts.refused += 1
            try state.save(in: db)
        }
    }

    /// What every sensor sent so far, per stream.
    package func ledger() async throws -> [String: [String: LedgerReport.Stream]] {
        try await writer.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM streams").reduce(into: [:]) { out, row in
                out[row["sensor_id"], default: [:]][row["stream"]] = StreamState.counts(row)
            }
        }
    }

    private func ingest<Record: Codable & Sendable>(
        _ stream: UploadStream, _ body: Data, as type: Record.Type, at now: WallInstant, check: (Record, String) throws -> Void,
        store: @escaping @Sendable (Record, String, Database) throws -> Bool
    ) async throws -> (outcome: IngestOutcome, new: [Record]) {
        let batch = try JSONBody.decode(UploadBatch<Record>.self, from: body)
        guard !batch.sensorId.isEmpty, batch.sensorId.utf8.count <= 128 else { throw JSONBody.wrong("sensorId", "must be 1 to 128 bytes") }
        guard !batch.batchId.isEmpty, batch.batchId.utf8.count <= 128 else { throw JSONBody.wrong("batchId", "must be 1 to 128 bytes") }
        guard !batch.items.isEmpty, batch.items.count <= limits.itemsPerBatchMax else {
            throw JSONBody.wrong("items", "must hold 1 to \(limits.itemsPerBatchMax) records, holds \(batch.items.count)")
        }
        for (index, item) in batch.items.enumerated() {
            // SQLite's integers and the watermark need room above; no sensor gets there.
            guard item.sequence >= 1, item.sequence < 1 << 62 else { throw JSONBody.wrong("items[\(index)].sequence", "must be 1 to 2^62 - 1") }
            try check(item.record, "items[\(index)].record")
        }
        let digest = Data(SHA256.hash(data: body))
        return try await writer.write { db in
            var state = try StreamState(batch.sensorId, stream, in: db)
            let known = try Data.fetchOne(
                db, sql: "SELECT digest FROM batches WHERE batch_id = ? AND sensor_id = ? AND stream = ?",
                arguments: [batch.batchId, batch.sensorId, stream.rawValue])
            var (accepted, new) = (0, [Record]())
            // The same bytes under the same batch id: all of it was taken, no record needs a look.
            if known != digest {
                for item in batch.items {
                    let isLate = item.sequence < state.sequences.watermark
                    guard state.sequences.insert(item.sequence) else { continue }
                    if isLate { state.counts.outOfOrder += 1 }
                    if try store(item.record, batch.sensorId, db) { new.append(item.record) }
                    accepted += 1
                }
                try db.execute(
                    sql: "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?)",
                    arguments: [batch.batchId, batch.sensorId, stream.rawValue, digest, now.nanoseconds])
            }
            let duplicates = batch.items.count - accepted
            state.counts.received += UInt64(accepted)
            state.counts.duplicates += UInt64(duplicates)
            try state.save(in: db)
            let reply = UploadReply(accepted: accepted, duplicates: duplicates, watermark: state.sequences.watermark)
            return (IngestOutcome(reply: reply, newRecords: accepted), new)
        }
    }

    @Sendable private static func check(_ event: CloudEvent, at path: String) throws {
        guard !event.id.isEmpty, event.id.utf8.count <= 128 else { throw JSONBody.wrong("\(path).id", "must be 1 to 128 bytes") }
        guard WallInstant(rfc3339: event.timestamp) != nil else { throw JSONBody.wrong("\(path).timestamp", "is not an RFC 3339 time") }
        guard event.lastTimestamp.map({ WallInstant(rfc3339: $0) != nil }) ?? true else {
            throw JSONBody.wrong("\(path).lastTimestamp", "is not an RFC 3339 time")
        }
        guard event.aggregatedEventDetails.eventsCount >= 1 else { throw JSONBody.wrong("\(path).aggregatedEventDetails.eventsCount", "must be at least 1") }
    }

    @Sendable static func check(_ record: RuntimeRecord, at path: String) throws {
        guard WallInstant(rfc3339: record.firstSeen) != nil else { throw JSONBody.wrong("\(path).firstSeen", "is not an RFC 3339 time") }
        guard WallInstant(rfc3339: record.lastSeen) != nil else { throw JSONBody.wrong("\(path).lastSeen", "is not an RFC 3339 time") }
    }
}

/// Sequence numbers and counts of one stream of one sensor.
private struct StreamState {
    var sensor: String
    var stream: UploadStream
    var sequences = SequenceRanges()
    var counts = LedgerReport.Stream()

    init(_ sensor: String, _ stream: UploadStream, in db: Database) throws {
        self.sensor = sensor
        self.stream = stream
        let row = try Row.fetchOne(db, sql: "SELECT * FROM streams WHERE sensor_id = ? AND stream = ?", arguments: [sensor, stream.rawValue])
        guard let row else { return }
        sequences = try JSONDecoder().decode(SequenceRanges.self, from: Data((row["sequences"] as String).utf8))
        counts = Self.counts(row)
    }

    static func counts(_ row: Row) -> LedgerReport.Stream {
        var counts = LedgerReport.Stream()
        counts.received = UInt64(row["received"] as Int64)
        counts.duplicates = UInt64(row["duplicates"] as Int64)
        counts.refused = UInt64(row["refused"] as Int64)
        counts.outOfOrder = UInt64(row["out_of_order"] as Int64)
        return counts
    }

    func save(in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO streams VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                sensor, stream.rawValue, String(decoding: try JSONBody.encode(sequences), as: UTF8.self), Int64(clamping: counts.received),
                Int64(clamping: counts.duplicates), Int64(clamping: counts.refused), Int64(clamping: counts.outOfOrder),
            ])
    }
}
