import Contract
import Foundation
package import Foundations
package import GRDB

/// Everything the portal remembers. Each operation takes the instant at which it happens and is one transaction.
///
/// Safe to use from any task; writes are serialised by SQLite, also against the publishing commands of other processes.
package struct PortalStore: Sendable {
    package let writer: any DatabaseWriter
    package var limits = Limits()

    package struct Limits: Sendable, Hashable {
        /// Cloud events older than this are deleted.
        package var cloudEventLifetime: Duration = .hours(30 * 24)
        package var heartbeatsPerSensor = 2_880
        package var telemetryPerSensor = 1_000
        /// Runtime data not seen for this long is deleted.
        package var runtimeDataLifetime: Duration = .hours(30 * 24)
        /// Batch ids are remembered this long; sequence numbers are never forgotten.
        package var batchMemory: Duration = .hours(72)
        /// A sensor that misses this many heartbeats is disconnected.
        package var heartbeatsMissedMax = 3
        package var heartbeatDefault: Duration = .seconds(60)
        /// Records a batch may hold.
        package var itemsPerBatchMax = 5_000
        package init() {}
    }

    /// - Parameter path: the database file; nil keeps everything in memory.
    package init(path: String?) throws { writer = try PortalDatabase.open(path: path) }

    /// Forgets sensors, events, runtime data, findings, indicators, settings and counts. Keeps accounts and, unless told otherwise, definitions.
    package func reset(alsoDefinitions: Bool = false) async throws {
        try await writer.write { db in
            for table in [
                "sensors", "heartbeats", "health_issues", "cloud_events", "cloud_event_rules", "runtime_data", "telemetry", "streams", "batches", "findings",
                "indicators", "meta",
            ] + (alsoDefinitions ? ["definitions"] : []) {
                try db.execute(sql: "DELETE FROM \(table)")
            }
        }
    }

    /// Deletes what has outlived its time.
    /// - Returns: the number of cloud events deleted.
    @discardableResult
    package func expire(at now: WallInstant) async throws -> Int {
        let limits = limits
        return try await writer.write { db in
            try db.execute(sql: "DELETE FROM cloud_events WHERE received <= ?", arguments: [now.ago(limits.cloudEventLifetime)])
            let expired = db.changesCount
            try db.execute(sql: "DELETE FROM runtime_data WHERE last_seen <= ?", arguments: [now.ago(limits.runtimeDataLifetime)])
            try db.execute(sql: "DELETE FROM batches WHERE received <= ?", arguments: [now.ago(limits.batchMemory)])
            try db.execute(
                sql: "INSERT INTO meta VALUES ('expired', ?) ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + excluded.value", arguments: [expired])
            return expired
        }
    }

    /// One of the portal's own notes by name, nil when there is none.
    func meta(_ name: String) async throws -> String? {
        try await writer.read { db in try String.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name]) }
    }

    func putMeta(_ name: String, _ value: String) async throws {
        try await writer.write { db in try db.execute(sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)", arguments: [name, value]) }
    }

    /// One page of a list ordered by an integer column, newest first.
    struct List {
        var table: String
        var columns: String
        var key: String
        var conditions: [String] = []
        var arguments: StatementArguments = []

        func page<Node: Codable & Sendable>(_ request: PageRequest, in db: Database, node: (Row) throws -> Node) throws -> Page<Node> {
            let whole = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            let total = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table) \(whole)", arguments: arguments) ?? 0
            var narrowed = conditions
            var bound = arguments
            if let after = request.after {
                narrowed.append("(\(key), row) < (?, ?)")
                bound += [after.key, after.row]
            }
            let part = narrowed.isEmpty ? "" : "WHERE " + narrowed.joined(separator: " AND ")
            let rows = try Row.fetchAll(
                db, sql: "SELECT \(columns), \(key) AS page_key, row AS page_row FROM \(table) \(part) ORDER BY \(key) DESC, row DESC LIMIT ?",
                arguments: bound + [request.first + 1])
            let shown = rows.prefix(request.first)
            let end = shown.last.map { PageCursor(key: $0["page_key"], row: $0["page_row"]).text }
            return Page(nodes: try shown.map(node), pageInfo: .init(hasNextPage: rows.count > request.first, endCursor: end), totalCount: total)
        }
    }
}

extension WallInstant {
    /// Nanoseconds since 1970 of the instant `span` earlier.
    func ago(_ span: Duration) -> Int64 { (self + .nanoseconds(-span.nanoseconds)).nanoseconds }
}
