import BackendCore
import Contract
import Foundations
import Testing

@Suite("Portal fleet")
struct PortalFleetTests {
    private let now = PortalFixtures.wall
    private let fixtures = PortalFixtures.self

    private func open(_ store: PortalStore) async throws -> [String] {
        try await store.healthIssues(status: .open, sensor: nil, PageRequest(first: 500)).nodes.map(\.code).sorted()
    }

    @Test func aRestartedSensorKeepsItsId() async throws {
        let store = try fixtures.store()
        let first = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        let second = try await store.register(fixtures.registration(), newID: "id-2", at: now + .seconds(60))
        #expect(first == "id-1" && second == "id-1")
        #expect(try await store.sensors(PageRequest(), at: now).totalCount == 1)
        #expect(try await open(store).isEmpty)
    }

    @Test func twoMachinesWithOneIdAreNoticed() async throws {
        let store = try fixtures.store()
        _ = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        _ = try await store.register(fixtures.registration(machine: "m-2", host: "node-2"), newID: "id-2", at: now + .seconds(30))
        #expect(try await open(store) == ["portal.duplicateIdentity"])
    }

    /// The same machine image twice: the machine ids agree, the heartbeats do not.
    @Test func twoSensorsOfOneMachineIdAreNoticedByTheirHeartbeats() async throws {
        let store = try fixtures.store()
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        _ = try await store.heartbeat(fixtures.beat(sequence: 57), from: id, issues: [], at: now + .seconds(10))
        #expect(try await store.register(fixtures.registration(), newID: "id-2", at: now + .seconds(20)) == id)
        var at = now + .seconds(20)
        for (sequence, isNoticed) in [(1, false), (58, false), (2, false), (59, false), (3, true), (60, true)] as [(UInt64, Bool)] {
            at = at + .seconds(30)
            _ = try await store.heartbeat(fixtures.beat(sequence: sequence), from: id, issues: [], at: at)
            #expect(try await open(store) == (isNoticed ? ["portal.duplicateIdentity"] : []), "heartbeat \(sequence)")
        }
        // one of the two goes; what remains counts upwards, and the issue resolves after three periods
        for n in 1...7 {
            _ = try await store.heartbeat(fixtures.beat(sequence: 60 + UInt64(n)), from: id, issues: [], at: at + .seconds(30 * n))
            _ = try await store.noticeSilence(at: at + .seconds(30 * n))
        }
        #expect(try await open(store).isEmpty)
    }

    @Test func oneHeartbeatThatWasLateIsNoDuplicate() async throws {
        let store = try fixtures.store()
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        for sequence in [1, 3, 2, 4, 5] as [UInt64] {
            _ = try await store.heartbeat(fixtures.beat(sequence: sequence), from: id, issues: [], at: now + .seconds(Int64(sequence) * 20))
        }
        #expect(try await open(store).isEmpty)
    }

    @Test func aReinstalledNodeIsNoDuplicate() async throws {
        let store = try fixtures.store()
        _ = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        // The old machine has been silent for longer than three heartbeats.
        _ = try await store.register(fixtures.registration(machine: "m-2"), newID: "id-2", at: now + .seconds(200))
        #expect(try await open(store).isEmpty)
    }

    @Test func issuesOpenWithTheHeartbeatThatNamesThemAndResolveWithTheOneThatDoesNot() async throws {
        let store = try fixtures.store()
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        let issues = ["events.lost", "spool.full"].map { ReportedIssue(code: $0, severity: "MEDIUM", message: "said so", since: now) }
        #expect(try await store.heartbeat(fixtures.beat(), from: id, issues: issues, at: now))
        #expect(try await store.heartbeat(fixtures.beat(sequence: 2), from: id, issues: issues, at: now + .seconds(60)))
        #expect(try await open(store) == ["events.lost", "spool.full"])
        #expect(try await store.heartbeat(fixtures.beat(sequence: 3), from: id, issues: [issues[1]], at: now + .seconds(120)))
        #expect(try await open(store) == ["spool.full"])
        let resolved = try await store.healthIssues(status: .resolved, sensor: id, PageRequest()).nodes
        #expect(resolved.map(\.code) == ["events.lost"])
        #expect(resolved.first?.resolvedAt == (now + .seconds(120)).rfc3339)
    }

    @Test func threeMissedHeartbeatsMakeASensorSilentAndTheNextOneHeals() async throws {
        let store = try fixtures.store()
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        #expect(try await store.noticeSilence(at: now + .seconds(179)).isEmpty)
        #expect(try await store.noticeSilence(at: now + .seconds(180)) == [id])
        #expect(try await store.noticeSilence(at: now + .seconds(181)).isEmpty, "one issue, not one each second")
        #expect(try await store.sensors(PageRequest(), at: now + .seconds(181)).nodes.map(\.status) == ["DISCONNECTED"])
        #expect(try await store.heartbeat(fixtures.beat(), from: id, issues: [], at: now + .seconds(300)))
        #expect(try await open(store).isEmpty)
        #expect(try await store.sensors(PageRequest(), at: now + .seconds(301)).nodes.map(\.status) == ["ACTIVE"])
    }

    @Test func silenceFollowsTheHeartbeatPeriodOfTheSettings() async throws {
        let store = try fixtures.store()
        try await store.putSettings(SensorSettings(heartbeatSeconds: 5))
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        #expect(try await store.noticeSilence(at: now + .seconds(15)) == [id])
    }

    @Test func aDeregisteredSensorIsNeitherSilentNorHeard() async throws {
        let store = try fixtures.store()
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        #expect(try await store.deregister(id, at: now))
        #expect(try await store.deregister(id, at: now) == false)
        #expect(try await store.heartbeat(fixtures.beat(), from: id, issues: [], at: now) == false)
        #expect(try await store.noticeSilence(at: now + .hours(10)).isEmpty)
        #expect(try await store.sensors(PageRequest(), at: now).nodes.map(\.status) == ["DEREGISTERED"])
    }

    @Test func anUnknownSensorsHeartbeatIsRefused() async throws {
        #expect(try await fixtures.store().heartbeat(fixtures.beat(), from: "nobody", issues: [], at: now) == false)
    }

    @Test func theOldestHeartbeatGoesAtTheBound() async throws {
        var store = try fixtures.store()
        store.limits.heartbeatsPerSensor = 3
        let id = try await store.register(fixtures.registration(), newID: "id-1", at: now)
        for n in 1...5 { _ = try await store.heartbeat(fixtures.beat(sequence: UInt64(n)), from: id, issues: [], at: now + .seconds(n)) }
        #expect(try await store.heartbeats(of: id, PageRequest())?.nodes.map(\.sequence) == [5, 4, 3])
        #expect(try await store.heartbeats(of: "nobody", PageRequest()) == nil)
    }

    @Test func eachChangeOfSettingsHasTheNextRevision() async throws {
        let store = try fixtures.store()
        #expect(try await store.putSettings(SensorSettings(heartbeatSeconds: 5)).revision == 1)
        #expect(try await store.putSettings(SensorSettings(heartbeatSeconds: 6)).revision == 2)
        #expect(try await store.putSettings(SensorSettings(revision: 9)).revision == 9)
        #expect(try await store.settings() == SensorSettings(revision: 9))
    }
}
