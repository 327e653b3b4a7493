package import Contract
import Foundation
package import Foundations
internal import GRDB
package import Redaction
internal import Synchronization

/// The runtime data of the last 48 hours in one SQLite file, written in place and readable by others meanwhile.
///
/// A file that is no database any more is set aside (`.corrupt-<n>`) and a new one begun; `wasSetAside` says so for the health issue.
package final class RuntimeDatabase: Sendable {
    package static let fileName = "runtime-data.sqlite"
    package static let fileRowsMax = 50_000
    package static let retention: Duration = .hours(48)

    package let wasSetAside: Bool
    private let pool: DatabasePool
    /// The clocks at the last call, to see a wall clock that was stepped since.
    private let seen = Mutex<Now?>(nil)
    /// Wall and monotonic clock may drift apart by this much between two calls before it counts as a step.
    package static let stepMin: Duration = .seconds(10)

    package init(directory: String) throws {
        let path = directory + "/" + Self.fileName
        do {
            pool = try Self.open(path)
            wasSetAside = false
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB {
            try Self.setAside(path)
            pool = try Self.open(path)
            wasSetAside = true
        }
    }

    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-512") }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.write { db in
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "quick_check") }
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS runtime_data(key TEXT PRIMARY KEY, record TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL);
                    CREATE INDEX IF NOT EXISTS runtime_data_age ON runtime_data(last_seen);
                    """)
        }
        return pool
    }

    private static func setAside(_ path: String) throws {
        let files = FileManager.default
        var n = 1
        while files.fileExists(atPath: "\(path).corrupt-\(n)") { n += 1 }
        for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: path + suffix) { try files.moveItem(atPath: path + suffix, toPath: "\(path).corrupt-\(n)\(suffix)") }
    }

    /// Adds the rows to what is there: counts grow, first and last widen.
    ///
    /// Of a row that is there already a field stays when the new row does not know it: a digest may have come after an earlier start.
    package func store(_ records: [Redacted<RuntimeRecord>], at now: Now) throws {
        try pool.write { db in
            try followSteps(db, now)
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO runtime_data(key, record, first_seen, last_seen, count) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT(key) DO UPDATE SET record = json_patch(record, excluded.record), first_seen = min(first_seen, excluded.first_seen),
                        last_seen = max(last_seen, excluded.last_seen), count = count + excluded.count
                    """)
            for record in records {
                let value = record.value
                let key = [value.kind, value.executable, value.parentExecutable ?? "", value.containerId ?? "", value.userId.map(String.init) ?? ""].joined(separator: "\u{1F}")
                let json = String(decoding: try record.encoded().value, as: UTF8.self)
                let (first, last) = (WallInstant(rfc3339: value.firstSeen) ?? now.wall, WallInstant(rfc3339: value.lastSeen) ?? now.wall)
                try statement.execute(arguments: [key, json, first.nanoseconds, last.nanoseconds, Int64(clamping: value.count)])
            }
        }
    }

    /// Forgets what is older than 48 hours, and the oldest beyond the bound.
    /// - Returns: how many rows went because of their age, and because of the bound.
    @discardableResult
    package func expire(at now: Now) throws -> (aged: Int, bounded: Int) {
        try pool.write { db in
            try followSteps(db, now)
            try db.execute(sql: "DELETE FROM runtime_data WHERE last_seen < ?", arguments: [(now.wall - Self.retention).nanoseconds])
            let aged = db.changesCount
            try db.execute(sql: "DELETE FROM runtime_data WHERE key IN (SELECT key FROM runtime_data ORDER BY last_seen DESC LIMIT -1 OFFSET ?)", arguments: [Self.fileRowsMax])
            return (aged, db.changesCount)
        }
    }

    // Rows carry wall time, because the scanner has no other clock. When the wall clock is stepped, their times are moved along: what
    // happened an hour ago is an hour old before and after, and neither an expiry nor the scanner takes it for something else.
    private func followSteps(_ db: Database, _ now: Now) throws {
        let step = seen.withLock { before -> Duration in
            defer { before = now }
            guard let before else { return .zero }
            return (now.wall - before.wall) - (now.monotonic - before.monotonic)
        }
        guard step > Self.stepMin || step < .zero - Self.stepMin else { return }
        try db.execute(sql: "UPDATE runtime_data SET first_seen = first_seen + ?1, last_seen = last_seen + ?1", arguments: [step.nanoseconds])
    }

    /// The rows of the last 48 hours, by key.
    package func recent(at now: Now) throws -> [RuntimeRecord] {
        try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT record, count, first_seen, last_seen FROM runtime_data WHERE last_seen >= ? ORDER BY key", arguments: [(now.wall - Self.retention).nanoseconds])
                .map { row in
                    let text: String = row["record"]
                    var record = try JSONDecoder().decode(RuntimeRecord.self, from: Data(text.utf8))
                    record.count = UInt64(clamping: row["count"] as Int64)
                    record.firstSeen = WallInstant(nanoseconds: row["first_seen"]).rfc3339
                    record.lastSeen = WallInstant(nanoseconds: row["last_seen"]).rfc3339
                    return record
                }
        }
    }
}
