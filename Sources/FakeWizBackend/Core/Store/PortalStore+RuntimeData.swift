package import Contract
import Foundation
import Foundations
import GRDB

extension PortalStore {
    /// Runtime data, the latest use first.
    package func runtimeData(sensor: String?, image: String?, _ page: PageRequest) async throws -> Page<RuntimeDataView> {
        try await writer.read { db in
            var list = List(table: "runtime_data", columns: "*", key: "last_seen")
            if let sensor {
                list.conditions.append("sensor_id = ?")
                list.arguments += [sensor]
            }
            if let image {
                list.conditions.append("image = ?")
                list.arguments += [image]
            }
            return try list.page(page, in: db) { row in
                RuntimeDataView(sensorId: row["sensor_id"], receivedAt: Self.time(row["received"]), record: try Self.record(row))
            }
        }
    }

    /// Takes findings of a vulnerability scanner; one whose id is known replaces it.
    package func importFindings(_ findings: [VulnerabilityFinding]) async throws {
        for (index, finding) in findings.enumerated() {
            guard !finding.id.isEmpty else { throw JSONBody.wrong("findings[\(index)].id", "is empty") }
            guard !finding.package.isEmpty else { throw JSONBody.wrong("findings[\(index)].package", "is empty") }
        }
        try await writer.write { db in
            for finding in findings {
                try db.execute(
                    sql: """
                        INSERT INTO findings (id, package, image, host, body) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (id) DO UPDATE SET package = excluded.package, image = excluded.image, host = excluded.host, body = excluded.body
                        """,
                    arguments: [
                        finding.id, finding.package, finding.image, finding.host, String(decoding: try JSONBody.encode(finding), as: UTF8.self),
                    ])
            }
        }
    }

    /// Findings joined with runtime data: validated when a sensor saw an executable or library of the package in use, in the image the finding
    /// names, or on the host it names.
    package func vulnerabilities(validated: Bool?, _ page: PageRequest) async throws -> Page<VulnerabilityView> {
        try await writer.read { db in
            var list = List(table: "findings", columns: "*", key: "row")
            if let validated { list.conditions.append((validated ? "" : "NOT ") + "EXISTS (SELECT 1 FROM runtime_data WHERE \(Self.isUseOfFinding))") }
            return try list.page(page, in: db) { row in
                let finding = try JSONDecoder().decode(VulnerabilityFinding.self, from: Data((row["body"] as String).utf8))
                let uses = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT runtime_data.* FROM runtime_data, findings WHERE findings.id = ? AND \(Self.isUseOfFinding)
                        ORDER BY runtime_data.last_seen DESC, runtime_data.row DESC LIMIT 10
                        """, arguments: [finding.id])
                let evidence = try uses.map { use in
                    let record = try Self.record(use)
                    return VulnerabilityView.Evidence(
                        sensorId: use["sensor_id"], executable: record.executable, containerId: record.containerId, podName: record.podName,
                        buildId: record.buildId, lastSeen: record.lastSeen)
                }
                return VulnerabilityView(finding: finding, validatedInRuntime: !evidence.isEmpty, evidence: evidence)
            }
        }
    }

    static let isUseOfFinding = """
        runtime_data.package = findings.package
            AND CASE WHEN findings.image IS NOT NULL THEN runtime_data.image = findings.image
                ELSE runtime_data.image = '' AND (findings.host IS NULL
                    OR EXISTS (SELECT 1 FROM sensors WHERE sensors.id = runtime_data.sensor_id AND sensors.hostname = findings.host)) END
        """

    /// How a record's count relates to what the portal has of the same row.
    enum Counting: Sendable {
        /// Of the time since the record before: what sensors upload.
        case sinceLast
        /// Of the whole row as the node keeps it: what the scanner reads.
        case whole
    }

    /// Merges a record into the row it belongs to: what started what, where, as whom. The sensor's own table has the same key.
    /// - Returns: whether there was no such row before.
    @discardableResult
    static func store(_ record: RuntimeRecord, from sensor: String, counting: Counting, at now: WallInstant, in db: Database) throws -> Bool {
        let identity = [record.kind, record.executable, record.parentExecutable ?? "", record.containerId ?? "", record.userId.map(String.init) ?? ""].joined(separator: "\u{1f}")
        let known = try Row.fetchOne(db, sql: "SELECT * FROM runtime_data WHERE sensor_id = ? AND identity = ?", arguments: [sensor, identity])
        let merged = try known.map { merge(try Self.record($0), record, counting) } ?? record
        let lastSeen = WallInstant(rfc3339: merged.lastSeen)?.nanoseconds ?? now.nanoseconds
        try db.execute(
            sql: """
                INSERT INTO runtime_data (sensor_id, identity, image, package, received, last_seen, body) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (sensor_id, identity) DO UPDATE SET image = excluded.image, package = excluded.package, received = excluded.received,
                    last_seen = excluded.last_seen, body = excluded.body
                """,
            arguments: [
                sensor, identity, merged.image ?? "", PackageName.of(merged.package ?? ""), now.nanoseconds, lastSeen,
                String(decoding: try JSONBody.encode(merged), as: UTF8.self),
            ])
        return known == nil
    }

    /// Times widen, counts grow; of what is known about the program the later record knows better, unless it knows nothing.
    private static func merge(_ old: RuntimeRecord, _ new: RuntimeRecord, _ counting: Counting) -> RuntimeRecord {
        func instant(_ text: String) -> WallInstant { WallInstant(rfc3339: text) ?? WallInstant(nanoseconds: 0) }
        let (later, earlier) = instant(new.lastSeen) >= instant(old.lastSeen) ? (new, old) : (old, new)
        var merged = later
        merged.sha256 = later.sha256 ?? earlier.sha256
        merged.image = later.image ?? earlier.image
        merged.podName = later.podName ?? earlier.podName
        merged.namespace = later.namespace ?? earlier.namespace
        merged.package = later.package ?? earlier.package
        merged.buildId = later.buildId ?? earlier.buildId
        merged.firstSeen = min(instant(old.firstSeen), instant(new.firstSeen)).rfc3339
        switch counting {
        case .sinceLast:
            let (sum, overflow) = old.count.addingReportingOverflow(new.count)
            merged.count = overflow ? .max : sum
        case .whole: merged.count = max(old.count, new.count)
        }
        return merged
    }

    private static func record(_ row: Row) throws -> RuntimeRecord {
        try JSONDecoder().decode(RuntimeRecord.self, from: Data((row["body"] as String).utf8))
    }
}
