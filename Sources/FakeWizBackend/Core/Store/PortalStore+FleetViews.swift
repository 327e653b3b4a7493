package import Contract
import Foundation
package import Foundations
import GRDB

extension PortalStore {
    /// Registered sensors, the one registered last first.
    package func sensors(_ page: PageRequest, at now: WallInstant) async throws -> Page<SensorView> {
        let limits = limits
        return try await writer.read { db in
            let silentBefore = now.ago(try Self.silence(db, limits))
            let columns = "*, (SELECT COUNT(*) FROM health_issues WHERE sensor_id = sensors.id AND resolved IS NULL) AS issues"
            // Ordered by registration: an order that moved with every heartbeat would break cursors.
            return try List(table: "sensors", columns: columns, key: "first_seen").page(page, in: db) { row in
                let isGone = (row["deregistered"] as Int64?) != nil
                return SensorView(
                    id: row["id"], name: row["name"], status: isGone ? "DEREGISTERED" : (row["last_seen"] as Int64) <= silentBefore ? "DISCONNECTED" : "ACTIVE",
                    sensorVersion: row["sensor_version"], definitionsVersion: row["definitions_version"], hookSet: row["hook_set"],
                    visibilityLevel: row["visibility_level"], firstSeenAt: Self.time(row["first_seen"]), lastSeenAt: Self.time(row["last_seen"]),
                    hostname: row["hostname"], kernelVersion: row["kernel_version"], healthIssues: row["issues"])
            }
        }
    }

    /// Heartbeats of one sensor, newest first; nil when there is no such sensor.
    package func heartbeats(of sensorID: String, _ page: PageRequest) async throws -> Page<HeartbeatView>? {
        try await writer.read { db in
            guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM sensors WHERE id = ?)", arguments: [sensorID]) == true else { return nil }
            return try List(table: "heartbeats", columns: "body", key: "received", conditions: ["sensor_id = ?"], arguments: [sensorID]).page(page, in: db) {
                try JSONDecoder().decode(HeartbeatView.self, from: Data(($0["body"] as String).utf8))
            }
        }
    }

    /// Health issues, the one opened last first.
    package func healthIssues(status: HealthIssueView.Status?, sensor: String?, _ page: PageRequest) async throws -> Page<HealthIssueView> {
        try await writer.read { db in
            var list = List(table: "health_issues", columns: "*, (SELECT name FROM sensors WHERE id = sensor_id) AS sensor_name", key: "opened")
            if let status { list.conditions.append(status == .open ? "resolved IS NULL" : "resolved IS NOT NULL") }
            if let sensor {
                list.conditions.append("sensor_id = ?")
                list.arguments += [sensor]
            }
            return try list.page(page, in: db) { row in
                let resolved: Int64? = row["resolved"]
                return HealthIssueView(
                    id: row["row"], sensorId: row["sensor_id"], sensorName: row["sensor_name"] ?? "", code: row["code"], severity: row["severity"],
                    message: row["message"], status: resolved == nil ? .open : .resolved, openedAt: Self.time(row["opened"]), resolvedAt: resolved.map(Self.time))
            }
        }
    }

    /// What heartbeats hand out now.
    package func settings() async throws -> SensorSettings { try await writer.read { db in try Self.settings(in: db) } }

    /// Puts settings; each change gets the next revision unless it names one.
    @discardableResult
    package func putSettings(_ settings: SensorSettings) async throws -> SensorSettings {
        try await writer.write { db in
            var stored = settings
            stored.revision = try settings.revision ?? (Self.settings(in: db).revision ?? 0) + 1
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta VALUES ('settings', ?)", arguments: [String(decoding: try JSONBody.encode(stored), as: UTF8.self)])
            return stored
        }
    }

    static func settings(in db: Database) throws -> SensorSettings {
        guard let text = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'settings'") else { return SensorSettings() }
        return try JSONDecoder().decode(SensorSettings.self, from: Data(text.utf8))
    }

    static func time(_ nanoseconds: Int64) -> String { WallInstant(nanoseconds: nanoseconds).rfc3339 }
}
