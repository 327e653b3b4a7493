package import Contract
import Foundation
package import Foundations
import GRDB

/// Which cloud events are asked for; nil means any.
package struct CloudEventFilter: Sendable, Hashable {
    package var severities: Set<Severity> = []
    /// Id or name of a rule.
    package var rule: String?
    /// Only events whose first occurrence is at or after this instant.
    package var since: WallInstant?
    package var sensor: String?
    package init() {}
}

extension PortalStore {
    /// Cloud events, the latest occurrence first. Those past their lifetime are gone, deleted or not.
    package func cloudEvents(_ filter: CloudEventFilter, _ page: PageRequest, at now: WallInstant) async throws -> Page<CloudEvent> {
        let lifetime = limits.cloudEventLifetime
        return try await writer.read { db in
            var list = List(
                table: "cloud_events", columns: "body", key: "timestamp", conditions: ["received > ?"], arguments: [now.ago(lifetime)])
            if !filter.severities.isEmpty {
                let names = filter.severities.map(\.rawValue).sorted()
                list.conditions.append("severity IN (\(names.map { _ in "?" }.joined(separator: ", ")))")
                list.arguments += StatementArguments(names)
            }
            if let rule = filter.rule {
                list.conditions.append("EXISTS (SELECT 1 FROM cloud_event_rules WHERE event = cloud_events.row AND (rule_id = ? OR rule_name = ?))")
                list.arguments += [rule, rule]
            }
            if let since = filter.since {
                list.conditions.append("timestamp >= ?")
                list.arguments += [since.nanoseconds]
            }
            if let sensor = filter.sensor {
                list.conditions.append("sensor_id = ?")
                list.arguments += [sensor]
            }
            return try list.page(page, in: db) { try JSONDecoder().decode(CloudEvent.self, from: Data(($0["body"] as String).utf8)) }
        }
    }

    /// One cloud event; nil when there is none of that id or its time is over.
    package func cloudEvent(_ id: String, at now: WallInstant) async throws -> CloudEvent? {
        let lifetime = limits.cloudEventLifetime
        return try await writer.read { db in
            let body = try String.fetchOne(db, sql: "SELECT body FROM cloud_events WHERE id = ? AND received > ?", arguments: [id, now.ago(lifetime)])
            return try body.map { try JSONDecoder().decode(CloudEvent.self, from: Data($0.utf8)) }
        }
    }

    /// - Returns: whether the event is new, not a newer state of one that is known.
    static func store(_ event: CloudEvent, from sensor: String, at now: WallInstant, in db: Database) throws -> Bool {
        let isKnown = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM cloud_events WHERE id = ?)", arguments: [event.id]) ?? false
        let timestamp = WallInstant(rfc3339: event.timestamp)?.nanoseconds ?? now.nanoseconds
        try db.execute(
            sql: """
                INSERT INTO cloud_events (id, sensor_id, received, timestamp, severity, events_count, body) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, events_count = excluded.events_count, body = excluded.body
                WHERE excluded.events_count >= events_count AND sensor_id = excluded.sensor_id
                """,
            arguments: [
                event.id, sensor, now.nanoseconds, timestamp, event.severity.rawValue, event.aggregatedEventDetails.eventsCount,
                String(decoding: try JSONBody.encode(event), as: UTF8.self),
            ])
        guard db.changesCount == 1, let row = try Int64.fetchOne(db, sql: "SELECT row FROM cloud_events WHERE id = ?", arguments: [event.id]) else { return false }
        try db.execute(sql: "DELETE FROM cloud_event_rules WHERE event = ?", arguments: [row])
        for match in event.matchedRules {
            try db.execute(sql: "INSERT INTO cloud_event_rules VALUES (?, ?, ?)", arguments: [row, match.rule.id, match.rule.name])
        }
        return !isKnown
    }
}
