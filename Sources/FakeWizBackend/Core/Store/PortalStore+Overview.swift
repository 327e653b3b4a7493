import Contract
import Foundation
package import Foundations
import GRDB

/// `GET /api/v1/overview`: the portal in one look, counted in one reading transaction so that the figures agree.
package struct PortalOverview: Codable, Sendable, Hashable {
    package struct Timeline: Codable, Sendable, Hashable {
        /// Begin of the first bucket.
        package var from: String
        package var bucketSeconds: Double
        /// Cloud events by severity, oldest bucket first; the last ends now.
        package var buckets: [[String: Int]]
    }
    package struct RuleCount: Codable, Sendable, Hashable {
        package var name: String
        /// The highest severity of its events.
        package var severity: String
        package var events: Int
    }
    /// Sensors by status.
    package var sensors: [String: Int]
    /// Cloud events kept, by severity.
    package var cloudEvents: [String: Int]
    package var cloudEventsTotal: Int
    package var timeline: Timeline
    /// The rules with the most cloud events, at most six.
    package var topRules: [RuleCount]
    package var openHealthIssues: Int
    package var vulnerabilities: Int
    package var vulnerabilitiesValidated: Int
    /// The newest published; empty when there is none.
    package var definitionsVersion: String
}

extension PortalStore {
    static let overviewBuckets = 60
    static let overviewRules = 6

    /// - Parameter span: how far back the timeline goes, in 60 buckets of equal width.
    package func overview(over span: Duration, at now: WallInstant) async throws -> PortalOverview {
        let (limits, width) = (limits, max(1, span.nanoseconds / Int64(Self.overviewBuckets)))
        let from = now.nanoseconds - width * Int64(Self.overviewBuckets)
        let alive = now.ago(limits.cloudEventLifetime)
        return try await writer.read { db in
            func counts(_ sql: String, _ arguments: StatementArguments) throws -> [String: Int] {
                try Row.fetchAll(db, sql: sql, arguments: arguments).reduce(into: [:]) { $0[$1["what"], default: 0] += $1["n"] }
            }
            let events = try counts("SELECT severity AS what, COUNT(*) AS n FROM cloud_events WHERE received > ? GROUP BY severity", [alive])
            var buckets = [[String: Int]](repeating: [:], count: Self.overviewBuckets)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT (timestamp - ?) / ? AS bucket, severity, COUNT(*) AS n FROM cloud_events WHERE timestamp >= ? AND timestamp <= ? AND received > ?
                    GROUP BY bucket, severity
                    """, arguments: [from, width, from, now.nanoseconds, alive])
            for row in rows {
                // What happened in this very nanosecond belongs to the last bucket.
                let bucket = min(row["bucket"] as Int, Self.overviewBuckets - 1)
                buckets[bucket][row["severity"] as String, default: 0] += row["n"] as Int
            }
            let rules = try Row.fetchAll(
                db,
                sql: """
                    SELECT rule_name, COUNT(DISTINCT event) AS n, GROUP_CONCAT(DISTINCT severity) AS severities FROM cloud_event_rules
                    JOIN cloud_events ON cloud_events.row = event WHERE received > ? GROUP BY rule_name ORDER BY n DESC, rule_name LIMIT ?
                    """, arguments: [alive, Self.overviewRules])
            return PortalOverview(
                sensors: try counts(
                    """
                    SELECT CASE WHEN deregistered IS NOT NULL THEN 'DEREGISTERED' WHEN last_seen <= ? THEN 'DISCONNECTED' ELSE 'ACTIVE' END AS what, COUNT(*) AS n
                    FROM sensors GROUP BY what
                    """, [now.ago(try Self.silence(db, limits))]),
                cloudEvents: events, cloudEventsTotal: events.values.reduce(0, +),
                timeline: .init(from: WallInstant(nanoseconds: from).rfc3339, bucketSeconds: Double(width) / 1e9, buckets: buckets),
                topRules: rules.map { row in
                    let severities = (row["severities"] as String).split(separator: ",").compactMap { Severity(rawValue: String($0)) }
                    return .init(name: row["rule_name"], severity: (severities.max() ?? .informational).rawValue, events: row["n"])
                },
                openHealthIssues: try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM health_issues WHERE resolved IS NULL") ?? 0,
                vulnerabilities: try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM findings") ?? 0,
                vulnerabilitiesValidated: try Int.fetchOne(
                    db, sql: "SELECT COUNT(*) FROM findings WHERE EXISTS (SELECT 1 FROM runtime_data WHERE \(Self.isUseOfFinding))") ?? 0,
                definitionsVersion: try String.fetchOne(db, sql: "SELECT version FROM definitions ORDER BY rank DESC LIMIT 1") ?? "")
        }
    }
}
