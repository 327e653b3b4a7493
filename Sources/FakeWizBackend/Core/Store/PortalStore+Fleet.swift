package import Contract
import Foundation
package import Foundations
import GRDB

/// What a sensor says about itself when it registers.
package struct SensorRegistration: Sendable, Hashable {
    package var persistentID: String
    package var name: String
    package var cluster: String
    package var hostname: String
    package var kernelVersion: String
    package var machineID: String
    package var bootID: String
    package var externalID: String
    package var sensorVersion: String
    package var definitionsVersion: String

    package init(
        persistentID: String, name: String, cluster: String = "", hostname: String = "", kernelVersion: String = "", machineID: String = "", bootID: String = "",
        externalID: String = "", sensorVersion: String = "", definitionsVersion: String = ""
    ) {
        self.persistentID = persistentID
        self.name = name
        self.cluster = cluster
        self.hostname = hostname
        self.kernelVersion = kernelVersion
        self.machineID = machineID
        self.bootID = bootID
        self.externalID = externalID
        self.sensorVersion = sensorVersion
        self.definitionsVersion = definitionsVersion
    }
}

/// A health issue as a heartbeat reports it.
package struct ReportedIssue: Sendable, Hashable {
    package var code: String
    package var severity: String
    package var message: String
    package var since: WallInstant
    package init(code: String, severity: String, message: String, since: WallInstant) {
        self.code = code
        self.severity = severity
        self.message = message
        self.since = since
    }
}

extension PortalStore {
    static let silentCode = "portal.sensorSilent"
    static let duplicateCode = "portal.duplicateIdentity"

    /// Registers a sensor, or finds the one that this persistent id already is.
    ///
    /// Two machines that use one persistent id within a few heartbeats of each other open the issue `portal.duplicateIdentity`.
    /// - Parameter newID: the id to give when the persistent id is new.
    /// - Returns: the sensor's id.
    package func register(_ sensor: SensorRegistration, newID: String, at now: WallInstant) async throws -> String {
        let limits = limits
        return try await writer.write { db in
            let before = try Row.fetchOne(db, sql: "SELECT * FROM sensors WHERE persistent_id = ?", arguments: [sensor.persistentID])
            guard let before else {
                try db.execute(
                    sql: """
                        INSERT INTO sensors (id, persistent_id, name, cluster, hostname, kernel_version, machine_id, boot_id, external_id, sensor_version,
                            definitions_version, hook_set, visibility_level, first_seen, last_seen, sequence, deregistered)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?, 0, NULL)
                        """,
                    arguments: [
                        newID, sensor.persistentID, sensor.name, sensor.cluster, sensor.hostname, sensor.kernelVersion, sensor.machineID, sensor.bootID,
                        sensor.externalID, sensor.sensorVersion, sensor.definitionsVersion, now.nanoseconds, now.nanoseconds,
                    ])
                return newID
            }
            let id: String = before["id"]
            let machineBefore: String = before["machine_id"]
            let isOtherMachine = !machineBefore.isEmpty && !sensor.machineID.isEmpty && machineBefore != sensor.machineID
            let stillActive = try (before["deregistered"] as Int64?) == nil && (before["last_seen"] as Int64) > now.ago(Self.silence(db, limits))
            if isOtherMachine && stillActive {
                let message = "machine \(sensor.hostname) registered with the persistent id that machine \(before["hostname"] as String) uses"
                try Self.openIssue(id, Self.duplicateCode, severity: "HIGH", message: message, since: now, in: db)
                try db.execute(sql: "UPDATE sensors SET identity_doubted = ? WHERE id = ?", arguments: [now.nanoseconds, id])
            }
            try db.execute(
                sql: """
                    UPDATE sensors SET name = ?, cluster = ?, hostname = ?, kernel_version = ?, machine_id = ?, boot_id = ?, external_id = ?, sensor_version = ?,
                        definitions_version = ?, last_seen = ?, sequence = 0, deregistered = NULL WHERE id = ?
                    """,
                arguments: [
                    sensor.name, sensor.cluster, sensor.hostname, sensor.kernelVersion, sensor.machineID, sensor.bootID, sensor.externalID, sensor.sensorVersion,
                    sensor.definitionsVersion, now.nanoseconds, id,
                ])
            try Self.resolveIssue(id, Self.silentCode, at: now, in: db)
            return id
        }
    }

    /// Keeps a heartbeat; opens the health issues it names and resolves those it no longer names.
    ///
    /// A sensor's sequence grows from each registration on. One that goes back comes from a second sensor with the same id; one that does so
    /// twice within a few heartbeats was not merely late on its way, and opens `portal.duplicateIdentity`.
    /// - Returns: false when no such sensor is registered: it must register again.
    package func heartbeat(_ beat: HeartbeatView, from sensorID: String, issues: [ReportedIssue], at now: WallInstant) async throws -> Bool {
        let limits = limits
        return try await writer.write { db in
            try Self.doubtIdentity(sensorID, beat.sequence, limits, at: now, in: db)
            try db.execute(
                sql: """
                    UPDATE sensors SET last_seen = ?, sequence = ?, sensor_version = ?, definitions_version = ?, hook_set = ?, visibility_level = ?
                    WHERE id = ? AND deregistered IS NULL
                    """,
                arguments: [
                    now.nanoseconds, Int64(clamping: beat.sequence), beat.sensorVersion, beat.definitionsVersion, beat.hookSet, beat.visibilityLevel, sensorID,
                ])
            guard db.changesCount == 1 else { return false }
            try db.execute(
                sql: "INSERT INTO heartbeats (sensor_id, received, body) VALUES (?, ?, ?)",
                arguments: [sensorID, now.nanoseconds, String(decoding: try JSONBody.encode(beat), as: UTF8.self)])
            try db.execute(
                sql: "DELETE FROM heartbeats WHERE row IN (SELECT row FROM heartbeats WHERE sensor_id = ? ORDER BY row DESC LIMIT -1 OFFSET ?)",
                arguments: [sensorID, limits.heartbeatsPerSensor])
            try Self.resolveIssue(sensorID, Self.silentCode, at: now, in: db)
            let open = try String.fetchAll(
                db, sql: "SELECT code FROM health_issues WHERE sensor_id = ? AND resolved IS NULL AND code NOT LIKE 'portal.%'", arguments: [sensorID])
            let named = Set(issues.map(\.code))
            for code in open where !named.contains(code) { try Self.resolveIssue(sensorID, code, at: now, in: db) }
            for issue in issues {
                try Self.openIssue(sensorID, issue.code, severity: issue.severity, message: issue.message, since: issue.since, in: db)
            }
            return true
        }
    }

    private static func doubtIdentity(_ sensorID: String, _ sequence: UInt64, _ limits: Limits, at now: WallInstant, in db: Database) throws {
        let row = try Row.fetchOne(db, sql: "SELECT sequence, identity_doubted FROM sensors WHERE id = ? AND deregistered IS NULL", arguments: [sensorID])
        guard let row, Int64(clamping: sequence) <= row["sequence"] as Int64 else { return }
        if let before = row["identity_doubted"] as Int64?, before > now.ago(try silence(db, limits)) {
            let message = "two sensors use this persistent id: their heartbeats alternate (sequence \(sequence) after \(row["sequence"] as Int64))"
            try openIssue(sensorID, duplicateCode, severity: "HIGH", message: message, since: now, in: db)
        }
        try db.execute(sql: "UPDATE sensors SET identity_doubted = ? WHERE id = ?", arguments: [now.nanoseconds, sensorID])
    }

    /// - Returns: false when no such sensor is registered.
    package func deregister(_ sensorID: String, at now: WallInstant) async throws -> Bool {
        try await writer.write { db in
            try db.execute(sql: "UPDATE sensors SET deregistered = ? WHERE id = ? AND deregistered IS NULL", arguments: [now.nanoseconds, sensorID])
            guard db.changesCount == 1 else { return false }
            let codes = try String.fetchAll(db, sql: "SELECT code FROM health_issues WHERE sensor_id = ? AND resolved IS NULL", arguments: [sensorID])
            for code in codes { try Self.resolveIssue(sensorID, code, at: now, in: db) }
            return true
        }
    }

    /// Opens `portal.sensorSilent` for every sensor whose heartbeats stay away; resolves `portal.duplicateIdentity` where nothing has spoken
    /// for it any more for as long.
    /// - Returns: ids of the sensors that fell silent since the last look.
    package func noticeSilence(at now: WallInstant) async throws -> [String] {
        let limits = limits
        return try await writer.write { db in
            let silence = try Self.silence(db, limits)
            let silent = try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM sensors WHERE deregistered IS NULL AND last_seen <= ? AND NOT EXISTS
                        (SELECT 1 FROM health_issues WHERE sensor_id = sensors.id AND code = ? AND resolved IS NULL) ORDER BY id
                    """, arguments: [now.ago(silence), Self.silentCode])
            for id in silent {
                try Self.openIssue(
                    id, Self.silentCode, severity: "HIGH", message: "no heartbeat for \(limits.heartbeatsMissedMax) periods (\(Int(silence.inSeconds)) s)", since: now, in: db)
            }
            let settled = try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM sensors WHERE identity_doubted <= ? AND EXISTS
                        (SELECT 1 FROM health_issues WHERE sensor_id = sensors.id AND code = ? AND resolved IS NULL)
                    """, arguments: [now.ago(silence), Self.duplicateCode])
            for id in settled { try Self.resolveIssue(id, Self.duplicateCode, at: now, in: db) }
            return silent
        }
    }

    /// Id and node name of a sensor, by its id or persistent id: what a fault plan may call it.
    package func names(of sensor: String) async throws -> [String] {
        try await writer.read { db in
            let row = try Row.fetchOne(db, sql: "SELECT id, name, persistent_id FROM sensors WHERE id = ?1 OR persistent_id = ?1", arguments: [sensor])
            guard let row else { return [sensor] }
            return [row["id"], row["name"], row["persistent_id"]]
        }
    }

    static func silence(_ db: Database, _ limits: Limits) throws -> Duration {
        let period = try settings(in: db).heartbeatSeconds.flatMap { $0 == 0 ? nil : Duration.seconds(Int64($0)) } ?? limits.heartbeatDefault
        return period * limits.heartbeatsMissedMax
    }

    static func openIssue(_ sensorID: String, _ code: String, severity: String, message: String, since: WallInstant, in db: Database) throws {
        try db.execute(
            sql: "UPDATE health_issues SET severity = ?, message = ? WHERE sensor_id = ? AND code = ? AND resolved IS NULL",
            arguments: [severity, message, sensorID, code])
        guard db.changesCount == 0 else { return }
        try db.execute(
            sql: "INSERT INTO health_issues (sensor_id, code, severity, message, opened) VALUES (?, ?, ?, ?, ?)",
            arguments: [sensorID, code, severity, message, since.nanoseconds])
    }

    static func resolveIssue(_ sensorID: String, _ code: String, at now: WallInstant, in db: Database) throws {
        try db.execute(
            sql: "UPDATE health_issues SET resolved = ? WHERE sensor_id = ? AND code = ? AND resolved IS NULL", arguments: [now.nanoseconds, sensorID, code])
    }
}
