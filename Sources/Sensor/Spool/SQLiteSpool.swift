package import Contract
import Foundation
package import Foundations
import GRDB

/// The spool on disk: SQLite with a write-ahead log, one transaction a call.
///
/// A killed process loses nothing that a call returned for. A power cut may lose the last commits, never the file's integrity
/// (`synchronous = NORMAL`; https://www.sqlite.org/wal.html, "Performance Considerations").
package final class SQLiteSpool: SpoolStore, Sendable {
    package let timeline: SpoolTimeline
    package let limits: SpoolLimits
    /// The file that had to be set aside when this spool was opened; nil when none had to.
    package let setAside: SetAside?
    let database: DatabaseQueue

    /// A damaged file, moved out of the way.
    package struct SetAside: Hashable, Sendable {
        package var path: String
        package var reason: String
    }

    init(database: DatabaseQueue, timeline: SpoolTimeline, limits: SpoolLimits, setAside: SetAside?) {
        self.database = database
        self.timeline = timeline
        self.limits = limits
        self.setAside = setAside
    }

    package func append(_ drafts: [SpoolDraft], at now: Now) throws(SpoolError) {
        guard !drafts.isEmpty else { return }
        try write(at: now) { db, time in
            for draft in drafts { try self.append(draft, at: time, in: db) }
        }
    }

    private func append(_ draft: SpoolDraft, at time: SpoolTime, in db: Database) throws {
        let payload = draft.payload.value
        let sequence: Int64 = try Int64.fetchOne(
            db.cachedStatement(sql: "UPDATE streams SET next_sequence = next_sequence + 1, accepted = accepted + 1 WHERE name = ? RETURNING next_sequence - 1"),
            arguments: [draft.stream.rawValue]) ?? 0
        guard payload.count <= limits.recordBytesMax else { return try count(.oversized, of: draft.stream, by: 1, in: db) }
        while try isFull(adding: payload.count, in: db) {
            guard let victim = try leastWorth(in: db), victim.worth <= draft.worth.rank else {
                return try count(.spoolFull, of: draft.stream, by: 1, in: db)
            }
            try remove([victim.sequence], of: victim.stream, in: db)
            try count(.spoolFull, of: victim.stream, by: 1, in: db)
        }
        try db.cachedStatement(sql: "INSERT INTO records(stream, sequence, id, severity, worth, accepted_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [draft.stream.rawValue, sequence, draft.id, draft.severity.rawValue, draft.worth.rank, time.nanoseconds, payload])
        try db.cachedStatement(sql: "UPDATE streams SET records = records + 1, bytes = bytes + ? WHERE name = ?")
            .execute(arguments: [payload.count, draft.stream.rawValue])
    }

    package func oldest(of stream: UploadStream, records: Int, bytes: Int) throws(SpoolError) -> [SpooledRecord] {
        try read { db in
            var out: [SpooledRecord] = []
            var room = bytes
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT sequence, id, severity, accepted_at, payload FROM records WHERE stream = ? ORDER BY sequence LIMIT ?"),
                arguments: [stream.rawValue, max(1, records)])
            while let row = try rows.next() {
                let payload: Data = row[4]
                guard out.isEmpty || payload.count <= room else { break }
                room -= payload.count
                out.append(
                    SpooledRecord(
                        sequence: UInt64(row[0] as Int64), id: row[1], severity: Severity(rawValue: row[2]) ?? .informational,
                        acceptedAt: SpoolTime(nanoseconds: row[3]), payload: payload))
            }
            return out
        }
    }

    package func acknowledge(_ sequences: [UInt64], of stream: UploadStream, at now: Now) throws(SpoolError) {
        try write(at: now) { db, _ in
            let removed = try self.remove(sequences, of: stream, in: db)
            try db.cachedStatement(sql: "UPDATE streams SET delivered = delivered + ? WHERE name = ?").execute(arguments: [removed, stream.rawValue])
        }
    }

    package func evict(_ sequences: [UInt64], of stream: UploadStream, cause: LossCause, at now: Now) throws(SpoolError) {
        try write(at: now) { db, _ in
            try self.count(cause, of: stream, by: try self.remove(sequences, of: stream, in: db), in: db)
        }
    }

    package func expire(_ stream: UploadStream, acceptedUpTo cutoff: SpoolTime, cause: LossCause, at now: Now) throws(SpoolError) {
        try write(at: now) { db, _ in
            let gone = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT COUNT(*), COALESCE(SUM(LENGTH(payload)), 0) FROM records WHERE stream = ? AND accepted_at <= ?"),
                arguments: [stream.rawValue, cutoff.nanoseconds])
            guard let gone, (gone[0] as Int) > 0 else { return }
            try db.cachedStatement(sql: "DELETE FROM records WHERE stream = ? AND accepted_at <= ?").execute(arguments: [stream.rawValue, cutoff.nanoseconds])
            try db.cachedStatement(sql: "UPDATE streams SET records = records - ?, bytes = bytes - ? WHERE name = ?")
                .execute(arguments: [gone[0] as Int, gone[1] as Int, stream.rawValue])
            try self.count(cause, of: stream, by: gone[0], in: db)
        }
    }

    package func noteContact(at now: Now) throws(SpoolError) {
        try write(at: now) { db, time in
            try db.cachedStatement(sql: "UPDATE timeline SET last_contact = ?").execute(arguments: [time.nanoseconds])
        }
    }

    package func digest() throws(SpoolError) -> SpoolDigest {
        try read { db in
            var digest = SpoolDigest()
            for row in try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT name, accepted, delivered, records, bytes, next_sequence,
                        (SELECT accepted_at FROM records WHERE stream = name ORDER BY accepted_at LIMIT 1) FROM streams
                        """))
            {
                guard let name = UploadStream(rawValue: row[0]) else { continue }
                var stream = SpoolDigest.Stream()
                stream.accepted = UInt64(row[1] as Int64)
                stream.delivered = UInt64(row[2] as Int64)
                stream.records = row[3]
                stream.bytes = row[4]
                stream.lastSequence = stream.accepted == 0 ? 0 : UInt64((row[5] as Int64) - 1)
                stream.oldest = (row[6] as Int64?).map(SpoolTime.init(nanoseconds:))
                digest.streams[name] = stream
            }
            for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT stream, cause, count FROM evictions")) {
                guard let name = UploadStream(rawValue: row[0]) else { continue }
                digest.streams[name]?.evicted[LossCause(row[1])] = UInt64(row[2] as Int64)
            }
            digest.lastContact = try Int64.fetchOne(db.cachedStatement(sql: "SELECT last_contact FROM timeline")).map(SpoolTime.init(nanoseconds:))
            return digest
        }
    }

    /// The most pages given back by one `compact`, 32 MiB: it must not hold up the thread for long.
    package static let compactPagesMax = 8192

    /// Gives free pages back to the disk and folds the write-ahead log into the file.
    package func compact() throws(SpoolError) {
        do {
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.compactPagesMax))")
                _ = try db.checkpoint(.truncate)
            }
        } catch { throw SpoolError(error) }
    }

    package func close() throws(SpoolError) {
        do { try database.close() } catch { throw SpoolError(error) }
    }
}
