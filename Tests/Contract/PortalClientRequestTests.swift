import Clocks
import Contract
import Foundation
import Foundations
import Portal
import PortalClient
import Spool
import Testing

/// Each request of the conversation against the reference portal over TLS.
@Suite(.timeLimit(.minutes(2))) struct PortalClientRequestTests {
    private func records(_ sequences: ClosedRange<UInt64>) -> [SpooledRecord] {
        sequences.map { SpooledRecord(sequence: $0, id: "r\($0)", severity: .informational, acceptedAt: .zero, payload: Data(#"{"note":"\#($0)","more":"\#(String(repeating: "x", count: 200))"}"#.utf8)) }
    }

    @Test func tokenRegistrationHeartbeatAndGoodbye() async throws {
        try await PortalClientBackend.with { backend in
            try await backend.put(SensorSettings(revision: 7, heartbeatSeconds: 42))
            var health = SensorHealth()
            health.hookSet = "tracepoint"
            health.seen = ["exec": 12]
            health.losses.count("ringBuffer", at: "exec", by: 3)
            try await RunningClient.with(backend.configuration, health: health) { client in
                guard case .token(let life) = await client.answer(.token) else { throw TestProblem("no token") }
                #expect(life == .hours(1))
                var context = PortalClient.Context(persistentID: "persistent-1")
                guard case .registered(let id, let settings) = await client.answer(.register, context) else { throw TestProblem("not registered") }
                #expect(settings.heartbeatSeconds == 42)
                context.sensorID = id
                context.issues = [PortalHealthIssue(code: "spool.disk-full", severity: .high, message: "full", since: WallInstant(nanoseconds: 1))]
                guard case .heartbeat("", let again) = await client.answer(.heartbeat(sequence: 1), context) else { throw TestProblem("no heartbeat") }
                #expect(again.revision == settings.revision)
                guard case .definitions(nil) = await client.answer(.currentDefinitions, context) else { throw TestProblem("definitions out of nowhere") }
                guard case .deregistered = await client.answer(.deregister, context) else { throw TestProblem("no goodbye") }
            }
            let methods = try await backend.requests().map { $0.method.split(separator: "/").last.map(String.init) ?? "" }
            #expect(methods == ["token", "Register", "Heartbeat", "Current", "Deregister"])
        }
    }

    @Test func definitionsAreOfferedAndComeWhole() async throws {
        try await PortalClientBackend.with { backend in
            // several chunks of 256 KiB
            try await backend.publish("1.2.3", rules: "# \(String(repeating: "0123456789", count: 150_000))\n- list: none\n  items: []\n")
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                guard case .heartbeat("1.2.3", _) = await client.answer(.heartbeat(sequence: 1), context) else { throw TestProblem("no version") }
                guard case .definitions(let offer?) = await client.answer(.currentDefinitions, context) else { throw TestProblem("no offer") }
                guard case .downloaded(let bytes) = await client.answer(.download(offer), context) else { throw TestProblem("no bytes") }
                let verified = try DefinitionsPolicy().verify(bytes, against: offer, at: SystemClock.wall())
                #expect(verified.version.description == "1.2.3")
                #expect(bytes.count > 1_500_000)
                var missing = offer
                missing.version = "9.9.9"
                let reply = await client.answer(.download(missing), context)
                #expect(reply.failure?.kind == .notFound)
            }
        }
    }

    @Test func anUploadThatComesTwiceCountsOnce() async throws {
        try await PortalClientBackend.with { backend in
            let records = records(5...24)
            let id = try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                let upload = UploadRequest(stream: .telemetry, sensorID: context.sensorID, records: records)
                guard case .uploaded(let first) = await client.answer(.upload(upload), context) else { throw TestProblem("not taken") }
                #expect((first.accepted, first.duplicates, first.watermark) == (20, 0, 24))
                guard case .uploaded(let second) = await client.answer(.upload(upload), context) else { throw TestProblem("not taken twice") }
                #expect((second.accepted, second.duplicates) == (0, 20))
                return context.sensorID
            }
            let stream = try await backend.ledger().sensors[id]?["telemetry"]
            #expect(stream?.received == 20)
            #expect(stream?.duplicates == 20)
            #expect(stream?.outOfOrder == 0)
        }
    }

    @Test func aBatchThatIsWrongIsRefusedByItself() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                // telemetry takes any document, runtime data does not take this one
                let upload = UploadRequest(stream: .runtimeData, sensorID: context.sensorID, records: records(1...1))
                let reply = await client.answer(.upload(upload), context)
                #expect(reply.failure?.kind == .requestRefused)
            }
        }
    }

    @Test func reputationAnswersWhatWasAsked() async throws {
        try await PortalClientBackend.with { backend in
            try await backend.add([.init(kind: "ip", value: "203.0.113.0/24", family: "Botnet", source: "test"), .init(kind: "domain", value: "evil.example")])
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                let queries = [ReputationQuery(.ip, "203.0.113.9"), ReputationQuery(.domain, "a.evil.example"), ReputationQuery(.sha256, String(repeating: "0", count: 64))]
                let answers = try await client.lookUp(queries, sensorID: context.sensorID)
                #expect(answers.map(\.query) == queries)
                #expect(answers.map(\.disposition) == [.malicious, .malicious, .unknown])
                #expect(answers.first?.matched == "203.0.113.0/24")
                #expect(answers.first?.family == "Botnet")
            }
        }
    }

    @Test func oneConnectionServesManyCallsAtOnce() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                let answered = await withTaskGroup(of: Bool.self) { group in
                    for n in 1...40 {
                        group.addTask { if case .heartbeat = await client.answer(.heartbeat(sequence: UInt64(n)), context) { true } else { false } }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(answered == 40)
            }
        }
    }
}
