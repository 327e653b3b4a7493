import Contract
import Foundations
import GRDB

/// The tables of the spool's file. A new layout gets a new version; a file of another version is set aside, never guessed at.
enum SpoolSchema {
    static let version = 1

    static func create(in db: Database, checkpoint: SpoolTimeline.Checkpoint, sequenceFloor: Int64) throws {
        try db.inTransaction {
            try db.execute(
                sql: """
                    CREATE TABLE streams(name TEXT PRIMARY KEY, next_sequence INTEGER NOT NULL, accepted INTEGER NOT NULL DEFAULT 0,
                        delivered INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
                    CREATE TABLE records(stream TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, severity TEXT NOT NULL,
                        worth INTEGER NOT NULL, accepted_at INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE(stream, sequence));
                    CREATE INDEX records_by_worth ON records(worth, sequence);
                    CREATE INDEX records_by_age ON records(stream, accepted_at);
                    CREATE TABLE evictions(stream TEXT NOT NULL, cause TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(stream, cause));
                    CREATE TABLE timeline(only INTEGER PRIMARY KEY CHECK (only = 1), time INTEGER NOT NULL, wall INTEGER NOT NULL,
                        boot_id TEXT NOT NULL, offset INTEGER NOT NULL, last_contact INTEGER);
                    """)
            for stream in UploadStream.allCases {
                try db.execute(sql: "INSERT INTO streams(name, next_sequence) VALUES (?, ?)", arguments: [stream.rawValue, sequenceFloor])
            }
            try db.execute(
                sql: "INSERT INTO timeline(only, time, wall, boot_id, offset) VALUES (1, ?, ?, ?, ?)",
                arguments: [checkpoint.time.nanoseconds, checkpoint.wall.nanoseconds, checkpoint.bootID, checkpoint.offset])
            try db.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// The sums of each stream against its records, and its ledger against itself.
    static func checkSums(in db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT name, records, bytes, accepted, delivered,
                (SELECT COUNT(*) FROM records WHERE stream = name), (SELECT COALESCE(SUM(LENGTH(payload)), 0) FROM records WHERE stream = name),
                (SELECT COALESCE(SUM(count), 0) FROM evictions WHERE stream = name),
                (SELECT COALESCE(MAX(sequence), 0) FROM records WHERE stream = name), next_sequence FROM streams
                """)
        guard Set(rows.map { $0[0] as String }) == Set(UploadStream.allCases.map(\.rawValue)) else { throw SpoolError.corrupt("streams are missing") }
        for row in rows {
            let (name, records, bytes, accepted, delivered) = (row[0] as String, row[1] as Int64, row[2] as Int64, row[3] as Int64, row[4] as Int64)
            guard records == row[5], bytes == row[6] else { throw SpoolError.corrupt("sums of stream \(name) do not agree with its records") }
            guard accepted == delivered + records + (row[7] as Int64) else { throw SpoolError.corrupt("the ledger of stream \(name) does not balance") }
            guard (row[8] as Int64) < (row[9] as Int64) else { throw SpoolError.corrupt("stream \(name) has a record beyond its last sequence number") }
        }
    }
}
