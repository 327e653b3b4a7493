import Contract
import Foundation
import Foundations
import GRDB

// What the calls of the spool are made of; each runs inside the caller's transaction.
extension SQLiteSpool {
    func write(at now: Now, _ body: (Database, SpoolTime) throws -> Void) throws(SpoolError) {
        do {
            try database.write { db in
                try body(db, timeline.time(at: now.monotonic))
                try Self.save(timeline.checkpoint(at: now), in: db)
            }
        } catch { throw SpoolError(error) }
    }

    func read<T>(_ body: (Database) throws -> T) throws(SpoolError) -> T {
        do { return try database.read(body) } catch { throw SpoolError(error) }
    }

    static func save(_ checkpoint: SpoolTimeline.Checkpoint, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE timeline SET time = ?, wall = ?, boot_id = ?, offset = ?")
            .execute(arguments: [checkpoint.time.nanoseconds, checkpoint.wall.nanoseconds, checkpoint.bootID, checkpoint.offset])
    }

    func isFull(adding bytes: Int, in db: Database) throws -> Bool {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT SUM(records), SUM(bytes) FROM streams")) else { return false }
        return (row[0] as Int) >= limits.recordsMax || (row[1] as Int) + bytes > limits.bytesMax
    }

    func leastWorth(in db: Database) throws -> (stream: UploadStream, sequence: UInt64, worth: Int)? {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT stream, sequence, worth FROM records ORDER BY worth, sequence LIMIT 1")),
            let stream = UploadStream(rawValue: row[0])
        else { return nil }
        return (stream, UInt64(row[1] as Int64), row[2])
    }

    /// Removes records and keeps the stream's sums; returns how many were there.
    @discardableResult
    func remove(_ sequences: [UInt64], of stream: UploadStream, in db: Database) throws -> Int {
        let size = try db.cachedStatement(sql: "SELECT LENGTH(payload) FROM records WHERE stream = ? AND sequence = ?")
        let delete = try db.cachedStatement(sql: "DELETE FROM records WHERE stream = ? AND sequence = ?")
        var records = 0
        var bytes = 0
        for sequence in sequences {
            let key: StatementArguments = [stream.rawValue, Int64(clamping: sequence)]
            guard let length = try Int.fetchOne(size, arguments: key) else { continue }
            try delete.execute(arguments: key)
            records += 1
            bytes += length
        }
        try db.cachedStatement(sql: "UPDATE streams SET records = records - ?, bytes = bytes - ? WHERE name = ?")
            .execute(arguments: [records, bytes, stream.rawValue])
        return records
    }

    func count(_ cause: LossCause, of stream: UploadStream, by n: Int, in db: Database) throws {
        guard n > 0 else { return }
        try db.cachedStatement(
            sql: "INSERT INTO evictions(stream, cause, count) VALUES (?, ?, ?) ON CONFLICT(stream, cause) DO UPDATE SET count = count + excluded.count"
        ).execute(arguments: [stream.rawValue, cause.name, n])
    }
}

extension SpoolError {
    init(_ error: any Error) {
        if let already = error as? SpoolError {
            self = already
            return
        }
        guard let error = error as? DatabaseError else {
            self = .failed("\(error)")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(error.message ?? "\(error.resultCode)")
        default: self = .failed(error.message ?? "\(error.resultCode)")
        }
    }
}
