import Clocks
import Contract
import Foundation
import Foundations
import Portal
import PortalClient
import Redaction
import Spool
import Synchronization
import Testing

/// The whole conversation: shell, spool on disk, sockets, reference portal.
@Suite(.timeLimit(.minutes(2))) struct PortalClientServiceTests {
    private struct Note: Codable, Redactable {
        var note: String
        func redacted(by redactor: Redactor) -> Note { self }
    }

    /// What the daemon was told, in order, with a way to wait for it.
    private final class Told: Sendable {
        let lines: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation
        private let all = Mutex<[String]>([])

        init() { (lines, continuation) = AsyncStream.makeStream() }

        var list: [String] { all.withLock { $0 } }

        func say(_ line: String) {
            all.withLock { $0.append(line) }
            continuation.yield(line)
        }

        func wait(times: Int = 1, for wanted: @Sendable (String) -> Bool) async throws {
            if list.count(where: wanted) >= times { return }
            for await _ in lines where list.count(where: wanted) >= times { return }
            throw TestProblem("ended without it: \(list)")
        }
    }

    private struct Parts: Sendable {
        var service: PortalService
        var told: Told
    }

    private func draft(_ n: Int) throws -> SpoolDraft {
        SpoolDraft(stream: .telemetry, id: "note-\(n)", payload: try Redactor().redact(Note(note: "number \(n)")).encoded())
    }

    private func with<Result: Sendable>(
        _ configuration: PortalClientConfiguration, spool path: String, timetable change: (inout Timetable) -> Void = { _ in }, rejects: Bool = false,
        _ body: @escaping @Sendable (Parts) async throws -> Result
    ) async throws -> Result {
        let now = SystemClock.now()
        let spool = try SQLiteSpool.open(path: path, bootID: "boot", at: now)
        var timetable = Timetable()
        timetable.telemetryLinger = .milliseconds(50)
        timetable.heartbeatInterval = .milliseconds(300)
        timetable.retryInitial = .milliseconds(30)
        timetable.retryStepMax = .milliseconds(100)
        timetable.requestTimeout = .seconds(5)
        timetable.shutdownMax = .seconds(10)
        change(&timetable)
        let conversation = Conversation(
            persistentID: "persistent-1", tuning: PortalTuning(timetable: timetable), definitions: DefinitionsPolicy(), timeline: spool.timeline, seed: 7, at: now)
        let told = Told()
        let client = PortalClient(configuration: configuration, facts: SensorFacts(name: "node-1", sensorVersion: "1.2.3"), wall: { SystemClock.wall() }, health: { SensorHealth() })
        let service = PortalService(
            client: client, conversation: conversation, spool: spool,
            handlers: .init(
                useDefinitions: { definitions in
                    told.say("definitions \(definitions.version)")
                    return rejects ? "no rule in it works" : nil
                },
                settings: { told.say("settings \($0.revision)") }, portalLost: { told.say("lost \($0.rawValue)") }, portalBack: { told.say("back") },
                dropIndicators: { told.say("drop") }, report: { told.say("\($0)") }), clock: SystemClock.now)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            let result: Result
            do { result = try await body(Parts(service: service, told: told)) } catch {
                group.cancelAll()
                throw error
            }
            service.shutDown()
            try await group.waitForAll()
            try spool.close()
            return result
        }
    }

    @Test func whatIsSubmittedArrivesOnceAndTheEndIsOrderly() async throws {
        try await PortalClientBackend.with { backend in
            try await backend.publish("2.0.1")
            let id = try await with(backend.configuration, spool: "\(backend.folder.path)/spool.db") { parts in
                for n in 1...300 { parts.service.submit(try draft(n)) }
                try await parts.told.wait { $0 == "definitions 2.0.1" }
                try await parts.told.wait { $0.hasPrefix("outbox.uploaded stream=telemetry") }
                let status = await parts.service.status()
                #expect(status.state == .connected)
                #expect(status.definitionsVersion == "2.0.1")
                return try #require(status.sensorID)
            }
            let ledger = try await backend.ledger()
            let stream = try #require(ledger.sensors[id]?["telemetry"])
            #expect(stream.received == 300)
            #expect(stream.duplicates == 0)
            #expect(stream.outOfOrder == 0)
            let last = try await backend.requests().last
            #expect(last?.method.hasSuffix("Deregister") == true)
        }
    }

    @Test func throughLostAnswersAndRefusalsNothingIsLostOrDoubled() async throws {
        try await PortalClientBackend.with { backend in
            let id = try await with(backend.configuration, spool: "\(backend.folder.path)/spool.db") { parts in
                try await parts.told.wait { $0 == "back" }
                try await backend.put([
                    .init(match: .init(surface: .rest, count: 2), fault: .init(dropReply: true)), .init(match: .init(surface: .rest, count: 2), fault: .init(httpStatus: 503)),
                    .init(match: .init(surface: .rest, count: 1), fault: .init(refuse: true)),
                ])
                for n in 1...50 { parts.service.submit(try draft(n)) }
                try await parts.told.wait { $0.hasPrefix("outbox.uploaded") }
                return try #require(await parts.service.status().sensorID)
            }
            let stream = try #require(try await backend.ledger().sensors[id]?["telemetry"])
            #expect(stream.received == 50)
            #expect(stream.outOfOrder == 0)
        }
    }

    @Test func anOutageIsToldOnceAndSoIsTheReturn() async throws {
        try await PortalClientBackend.with { backend in
            try await with(backend.configuration, spool: "\(backend.folder.path)/spool.db") { parts in
                try await parts.told.wait { $0 == "back" }
                try await backend.put([.init(match: .init(surface: .grpc), fault: .init(refuse: true))])
                try await parts.told.wait { $0 == "lost unreachable" }
                let refused = await #expect(throws: PortalFailure.self) { _ = try await parts.service.lookUp([ReputationQuery(.ip, "192.0.2.1")]) }
                #expect(refused?.kind == .state(.unreachable))
                try await backend.put([])
                try await parts.told.wait(times: 2) { $0 == "back" }
                let answers = try await parts.service.lookUp((1...1200).map { ReputationQuery(.ip, "192.0.2.\($0 % 250)") })
                #expect(answers.count == 1200)
                #expect(parts.told.list.count { $0 == "lost unreachable" } == 1)
            }
        }
    }

    @Test func definitionsThatTheDaemonCannotUseAreAnIssueInThePortal() async throws {
        try await PortalClientBackend.with { backend in
            try await backend.publish("3.0.0")
            try await with(backend.configuration, spool: "\(backend.folder.path)/spool.db", rejects: true) { parts in
                try await parts.told.wait { $0.hasPrefix("health.opened code=definitions.unusable") }
                let status = await parts.service.status()
                #expect(status.definitionsVersion == "")
                #expect(status.issues.map(\.code) == ["definitions.unusable"])
            }
        }
    }

    @Test func theEndIsBoundedEvenWhenThePortalHangs() async throws {
        try await PortalClientBackend.with { backend in
            let clock = ContinuousClock()
            let start = try await with(backend.configuration, spool: "\(backend.folder.path)/spool.db", timetable: { $0.shutdownMax = .seconds(2) }) { parts in
                try await parts.told.wait { $0 == "back" }
                try await backend.put([.init(match: .init(surface: .rest), fault: .init(hang: true)), .init(match: .init(surface: .grpc), fault: .init(hang: true))])
                for n in 1...5 { parts.service.submit(try draft(n)) }
                return clock.now
            }
            #expect(clock.now - start < .seconds(8))
        }
    }

    @Test func aBadSecretIsOneStateAndNoStorm() async throws {
        try await PortalClientBackend.with { backend in
            let folder = try TestFolder()
            defer { folder.remove() }
            _ = try folder.write("somebody", to: "clientId")
            _ = try folder.write("wrong", to: "clientToken")
            var configuration = backend.configuration
            configuration.credentialsDirectory = folder.path
            try await with(configuration, spool: "\(backend.folder.path)/spool.db") { parts in
                parts.service.submit(try draft(1))
                try await parts.told.wait { $0.hasPrefix("portal.state state=bad-credentials") }
                let status = await parts.service.status()
                #expect(status.state == .badCredentials)
                #expect(status.spool.records == 1)
            }
            let requests = try await backend.requests()
            #expect(requests.count == 1)
            #expect(!requests.contains { $0.method.contains("wrong") })
        }
    }

    @Test func whatWasNotSentSurvivesTheEndAndGoesOutAtTheNextStart() async throws {
        try await PortalClientBackend.with { backend in
            let path = "\(backend.folder.path)/spool.db"
            var nowhere = backend.configuration
            nowhere.grpc.port = 1
            nowhere.http.port = 1
            try await with(nowhere, spool: path) { parts in
                for n in 1...5 { parts.service.submit(try draft(n)) }
                try await parts.told.wait { $0.hasPrefix("portal.state state=unreachable") }
            }
            let id = try await with(backend.configuration, spool: path) { parts in
                try await parts.told.wait { $0.hasPrefix("outbox.uploaded") }
                return try #require(await parts.service.status().sensorID)
            }
            let stream = try #require(try await backend.ledger().sensors[id]?["telemetry"])
            #expect(stream.received == 5)
        }
    }
}
