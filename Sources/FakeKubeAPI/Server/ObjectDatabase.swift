package import Foundations
import Foundation
import GRDB
package import KubeCore

/// The store on disk: each object at its current version, and the version that the whole store has reached.
package struct ObjectDatabase: Sendable {
    private let queue: DatabaseQueue
    /// Versions skipped after a crash, so that none that a watcher may have seen is given out twice.
    static let skipAfterCrash: UInt64 = 10_000

    /// - Throws: a `Diagnostic` that names the file.
    package init(path: String) throws {
        do {
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL") }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS object (resource TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (resource, key)) WITHOUT ROWID;
                        CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                        """)
            }
        } catch {
            throw Diagnostic(file: path, message: "cannot be opened: \(error)")
        }
    }

    /// Fills an empty server with what was kept. Definitions come first, so that their resources are known.
    package func restore(_ api: inout KubeAPI, at now: Now) throws {
        let (rows, version, isClean) = try queue.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT resource, version, body FROM object ORDER BY resource = 'apiextensions.k8s.io/customresourcedefinitions' DESC, resource, key").map {
                (resource: $0["resource"] as String, version: UInt64(clamping: $0["version"] as Int64), body: [UInt8]($0["body"] as Data))
            }
            let version = try Int64.fetchOne(db, sql: "SELECT value FROM state WHERE name = 'version'") ?? 0
            let isClean = try Int64.fetchOne(db, sql: "SELECT value FROM state WHERE name = 'clean'") ?? 1
            return (rows, UInt64(clamping: version), isClean == 1)
        }
        for row in rows { try api.restore(resource: row.resource, body: row.body, version: row.version) }
        if version > 0 { api.store.advance(to: isClean ? version : version + Self.skipAfterCrash) }
        try queue.write { try $0.execute(sql: "INSERT INTO state VALUES ('clean', 0) ON CONFLICT (name) DO UPDATE SET value = 0") }
    }

    /// Writes changes in one transaction.
    func save(_ changes: [String: [String: StoredObject?]], version: UInt64) throws {
        try queue.write { db in
            let put = try db.cachedStatement(sql: "INSERT INTO object VALUES (?, ?, ?, ?) ON CONFLICT (resource, key) DO UPDATE SET version = excluded.version, body = excluded.body")
            let remove = try db.cachedStatement(sql: "DELETE FROM object WHERE resource = ? AND key = ?")
            for (resource, objects) in changes {
                for (key, object) in objects {
                    if let object {
                        try put.execute(arguments: [resource, key, Int64(clamping: object.version), Data(object.body)])
                    } else {
                        try remove.execute(arguments: [resource, key])
                    }
                }
            }
            try db.execute(sql: "INSERT INTO state VALUES ('version', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", arguments: [Int64(clamping: version)])
        }
    }

    /// Notes that nothing is missing: the last act of a server that stops in order.
    func close() throws {
        try queue.write { try $0.execute(sql: "UPDATE state SET value = 1 WHERE name = 'clean'") }
        try queue.close()
    }
}
