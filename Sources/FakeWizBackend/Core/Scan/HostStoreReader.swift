package import Contract
package import Foundation
package import Foundations
import GRDB

/// Reads the runtime data of a node from its disk, as the agentless scanner finds it: mounted read-only, beside a sensor that writes, or after one that died.
///
/// Nothing on that disk is opened for writing, locked or made. The database and its write-ahead log are copied, and the copy is opened: SQLite recovers a log that
/// a killed sensor left there, in the copy. A copy during which the sensor wrote is thrown away and made again.
package struct HostStoreReader: Sendable {
    package static let fileName = "runtime-data.sqlite"
    package static let identityName = "persistent-id"
    package static let retention: Duration = .hours(48)
    /// The sensor's table has at most 50,000 rows; a file that claims far more is not the sensor's.
    package static let rowsMax = 100_000
    package static let fileBytesMax = 1 << 30
    package static let copiesMax = 20

    package struct Content: Sendable {
        package var persistentID: String
        /// The rows of the last 48 hours, the latest use first.
        package var records: [RuntimeRecord]
        /// Rows that could not be understood, each named; the others are not harmed.
        package var diagnostics: [Diagnostic]
    }

    private let folder: URL
    private let copy: URL

    /// - Parameters:
    ///   - folder: the sensor's host store.
    ///   - scratch: where the copy is made; a folder of the caller's that nobody else uses and that the caller removes.
    package init(folder: String, scratch: URL) {
        self.folder = URL(filePath: folder, directoryHint: .isDirectory)
        copy = scratch
    }

    /// - Parameter pause: called before a copy is made again, with how often it was made.
    /// - Throws: `Diagnostic` naming the file that is missing, unreadable or damaged.
    package func read(at now: WallInstant, pause: (Int) async throws -> Void) async throws -> Content {
        let identity = folder.appending(path: Self.identityName)
        guard let text = try? String(contentsOf: identity, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines), (1...256).contains(text.utf8.count) else {
            throw Diagnostic(file: identity.path, message: "cannot be read: is this a sensor's host store?")
        }
        try await copyDatabase(pause: pause)
        let database = folder.appending(path: Self.fileName).path
        do {
            let queue = try DatabaseQueue(path: copy.appending(path: Self.fileName).path)
            return try await queue.read { db in
                guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else { throw Diagnostic(file: database, message: "is damaged") }
                return try Self.content(of: db, persistentID: text, file: database, since: now + .nanoseconds(-Self.retention.nanoseconds))
            }
        } catch let error as DatabaseError {
            throw Diagnostic(file: database, message: "is no runtime-data database: \(error.message ?? error.resultCode.description)")
        }
    }

    private static func content(of db: Database, persistentID: String, file: String, since: WallInstant) throws -> Content {
        var out = Content(persistentID: persistentID, records: [], diagnostics: [])
        let rows = try Row.fetchCursor(
            db, sql: "SELECT record, count, first_seen, last_seen FROM runtime_data WHERE last_seen >= ? ORDER BY last_seen DESC, key LIMIT ?",
            arguments: [since.nanoseconds, rowsMax])
        var number = 0
        while let row = try rows.next() {
            number += 1
            // A file of others: a column may hold anything.
            guard let count = Int64.fromDatabaseValue(row["count"]), let first = Int64.fromDatabaseValue(row["first_seen"]), let last = Int64.fromDatabaseValue(row["last_seen"]),
                count >= 0, let text = String.fromDatabaseValue(row["record"])
            else {
                out.diagnostics.append(Diagnostic(file: file, subject: "row \(number)", message: "row \(number) has a column of the wrong type"))
                continue
            }
            do {
                var record = try JSONBody.decode(RuntimeRecord.self, from: Data(text.utf8))
                (record.count, record.firstSeen, record.lastSeen) = (UInt64(count), WallInstant(nanoseconds: first).rfc3339, WallInstant(nanoseconds: last).rfc3339)
                out.records.append(record)
            } catch let diagnostic as Diagnostic {
                out.diagnostics.append(Diagnostic(file: file, subject: "row \(number)", message: "row \(number): \(diagnostic.message)"))
            }
        }
        return out
    }

    private func copyDatabase(pause: (Int) async throws -> Void) async throws {
        let names = [Self.fileName, Self.fileName + "-wal"]
        for attempt in 1...Self.copiesMax {
            let before = names.map(state)
            guard let size = before[0]?.size else { throw Diagnostic(file: folder.appending(path: Self.fileName).path, message: "is not there or cannot be read") }
            guard size <= Self.fileBytesMax else { throw Diagnostic(file: folder.appending(path: Self.fileName).path, message: "has \(size) bytes, at most \(Self.fileBytesMax) are read") }
            for (name, state) in zip(names, before) {
                let target = copy.appending(path: name)
                try? FileManager.default.removeItem(at: target)
                guard state != nil else { continue }
                do {
                    try FileManager.default.copyItem(at: folder.appending(path: name), to: target)
                } catch where name != Self.fileName && self.state(name) == nil {
                    // The sensor folded its log into the database meanwhile: seen below as a change.
                } catch {
                    throw Diagnostic(file: folder.appending(path: name).path, message: "cannot be read: \(error.localizedDescription)")
                }
            }
            if names.map(state) == before { return }
            try await pause(attempt)
        }
        throw Diagnostic(file: folder.appending(path: Self.fileName).path, message: "changes faster than it can be copied")
    }

    private struct FileState: Equatable {
        var inode: UInt64
        var size: Int
        var modified: Int64
    }

    /// Nil when there is no such file.
    private func state(_ name: String) -> FileState? {
        var status = stat()
        guard stat(folder.appending(path: name).path, &status) == 0 else { return nil }
        return FileState(
            inode: UInt64(status.st_ino), size: Int(status.st_size), modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }
}
