import BackendCore
import Contract
import Foundation
import Foundations

/// Values that the tests of the portal's core share, all from fixed instants.
enum PortalFixtures {
    /// 2026-03-01T10:00:00Z.
    static let wall = WallInstant(nanoseconds: 1_772_359_200_000_000_000)
    static let now = Now(monotonic: .init(nanoseconds: 5_000_000_000), wall: wall)

    static func store() throws -> PortalStore { try PortalStore(path: nil) }

    static func event(
        id: String, count: Int = 1, severity: Severity = .high, rule: String = "reverse_shell", at: WallInstant = wall, name: String = "Reverse shell opened"
    ) -> CloudEvent {
        CloudEvent(
            id: id, name: name, timestamp: at.rfc3339, severity: severity, matchedRules: [MatchedRule(id: rule, name: name)],
            aggregatedEventDetails: .init(eventsCount: count),
            runtimeDetails: RuntimeDetails(
                sensor: .init(id: "s-1", name: "node-1", sensorVersion: "0.1.0", definitionsVersion: "1.0.0"),
                processTree: [ProcessNode(id: "7:1", pid: 7, name: "bash", command: "bash -i", path: "/usr/bin/bash"), ProcessNode(id: "1:0", pid: 1, name: "init")],
                host: .init(hostname: "node-1", kernelVersion: "6.1.0"), context: EventContext(type: "ProcessStartContext", commandLine: "bash -i")),
            mitreTactics: ["TA0002"], mitreTechniques: ["T1059.004"])
    }

    static func use(of package: String, executable: String, image: String? = nil, lastSeen: WallInstant = wall) -> RuntimeRecord {
        RuntimeRecord(
            kind: "process", executable: executable, containerId: image.map { _ in "c-1" }, image: image, package: package, count: 3, firstSeen: wall.rfc3339,
            lastSeen: lastSeen.rfc3339)
    }

    static func batch<Record: Codable & Sendable>(_ records: [(Int, Record)], id: String, sensor: String = "s-1") throws -> Data {
        try JSONBody.encode(UploadBatch(sensorId: sensor, batchId: id, items: records.map { .init(sequence: UInt64($0.0), record: $0.1) }))
    }

    static func beat(sequence: UInt64 = 1, at: WallInstant = wall) -> HeartbeatView {
        HeartbeatView(
            receivedAt: at.rfc3339, sentAt: at.rfc3339, sequence: sequence, sensorVersion: "0.1.0", definitionsVersion: "1.0.0", hookSet: "tracepoint",
            visibilityLevel: "full", uptimeSeconds: 60, residentBytes: 40 << 20, cpuMillicores: 5, settingsRevision: 0)
    }

    static func registration(_ persistentID: String = "p-1", machine: String = "m-1", host: String = "node-1") -> SensorRegistration {
        SensorRegistration(persistentID: persistentID, name: host, hostname: host, kernelVersion: "6.1.0", machineID: machine, sensorVersion: "0.1.0")
    }
}

/// What a throwing call complained about; nil when it did not throw a diagnostic.
func complaint(_ work: () async throws -> Void) async -> Diagnostic? {
    do {
        try await work()
        return nil
    } catch {
        return error as? Diagnostic
    }
}
