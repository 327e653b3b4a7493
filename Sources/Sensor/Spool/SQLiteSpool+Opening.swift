import Foundation
package import Foundations
import Contract
import GRDB

extension SQLiteSpool {
    /// Opens the spool, or makes it. A file that fails SQLite's integrity check, is no database, has another layout or whose sums
    /// do not agree with its records is set aside under a new name and replaced by an empty one, whose sequence numbers begin above
    /// those of the old file, so that the portal takes none of them for a record it has.
    ///
    /// - Parameters:
    ///   - path: of the database file; its directory must exist.
    ///   - bootID: see `SpoolTimeline`.
    package static func open(path: String, limits: SpoolLimits = SpoolLimits(), bootID: String, at now: Now) throws(SpoolError) -> SQLiteSpool {
        do {
            return try attempt(path: path, limits: limits, bootID: bootID, at: now, setAside: nil, sequenceFloor: sequenceFloor(at: now))
        } catch .corrupt(let reason) {
            let floor = max(sequenceFloor(at: now), salvagedSequence(path: path) + 1)
            let aside = SetAside(path: try moveAway(path: path, at: now), reason: reason)
            return try attempt(path: path, limits: limits, bootID: bootID, at: now, setAside: aside, sequenceFloor: floor)
        }
    }

    /// Where the sequence numbers of a new file begin: above everything that an earlier file of this node can have given, as long
    /// as it gave fewer than a thousand a millisecond and the wall clock has not gone back. Stays below 2^53, so that any JSON
    /// reader keeps it exactly.
    static func sequenceFloor(at now: Now) -> Int64 { max(1, now.wall.nanoseconds / 1_000_000 * 1000) }

    private static func attempt(
        path: String, limits: SpoolLimits, bootID: String, at now: Now, setAside: SetAside?, sequenceFloor: Int64
    ) throws(SpoolError) -> SQLiteSpool {
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration(limits))
            let timeline = try database.writeWithoutTransaction { db in
                try prepare(db, limits: limits, bootID: bootID, at: now, sequenceFloor: sequenceFloor)
            }
            return SQLiteSpool(database: database, timeline: timeline, limits: limits, setAside: setAside)
        } catch { throw SpoolError(error) }
    }

    private static func configuration(_ limits: SpoolLimits) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "spool"
        configuration.prepareDatabase { db in
            // Room goes back to the disk in small steps; only settable before the first table.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048")
            let pageBytes = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
            try db.execute(sql: "PRAGMA max_page_count = \(max(16, limits.fileBytesMax / pageBytes))")
        }
        return configuration
    }

    private static func prepare(_ db: Database, limits: SpoolLimits, bootID: String, at now: Now, sequenceFloor: Int64) throws -> SpoolTimeline {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if version == 0, try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_schema") == 0 {
            let timeline = SpoolTimeline(resuming: nil, bootID: bootID, at: now)
            try SpoolSchema.create(in: db, checkpoint: timeline.checkpoint(at: now), sequenceFloor: sequenceFloor)
            return timeline
        }
        guard version == SpoolSchema.version else { throw SpoolError.corrupt("layout \(version), this build reads \(SpoolSchema.version)") }
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard verdict == "ok" else { throw SpoolError.corrupt(verdict) }
        try SpoolSchema.checkSums(in: db)
        guard let row = try Row.fetchOne(db, sql: "SELECT time, wall, boot_id, offset FROM timeline") else { throw SpoolError.corrupt("no time line") }
        let checkpoint = SpoolTimeline.Checkpoint(
            time: SpoolTime(nanoseconds: row[0]), wall: WallInstant(nanoseconds: row[1]), bootID: row[2], offset: row[3])
        return SpoolTimeline(resuming: checkpoint, bootID: bootID, at: now)
    }

    /// The highest sequence number that can still be read from a damaged file; 0 when nothing can.
    private static func salvagedSequence(path: String) -> Int64 {
        var configuration = Configuration()
        configuration.readonly = true
        let highest = try? DatabaseQueue(path: path, configuration: configuration).read { db in
            try Int64.fetchOne(db, sql: "SELECT MAX(next_sequence) FROM streams")
        }
        return (highest ?? nil) ?? 0
    }

    private static func moveAway(path: String, at now: Now) throws(SpoolError) -> String {
        let target = "\(path).corrupt-\(now.wall.nanoseconds / 1_000_000_000)"
        let files = FileManager.default
        do {
            // The newest damaged file is kept for whoever looks into it; older ones would fill the disk.
            let folder = (path as NSString).deletingLastPathComponent
            let name = (path as NSString).lastPathComponent
            for file in try files.contentsOfDirectory(atPath: folder) where file.hasPrefix("\(name).corrupt-") {
                try files.removeItem(atPath: "\(folder)/\(file)")
            }
            try files.moveItem(atPath: path, toPath: target)
            for suffix in ["-wal", "-shm"] where files.fileExists(atPath: path + suffix) { try files.removeItem(atPath: path + suffix) }
            return target
        } catch { throw SpoolError.failed("\(path) cannot be set aside: \(error.localizedDescription)") }
    }
}
