import Contract
import Crypto
import Foundation
import Foundations
import Portal
import Testing

/// What a conversation makes of good and bad releases: the old ones stay in use, the issue opens under its name, and resolves.
@Suite struct DefinitionsConversationTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func bench(_ version: String? = "1.0.0", expires: WallInstant? = nil) throws -> Bench {
        let trust = try DefinitionsPolicy().take(authority.release("0.0.1")).trust
        let inUse = version.flatMap { DefinitionsVersion($0) }.map { DefinitionsPolicy.InUse(version: $0, expires: expires) }
        return try Bench(definitions: DefinitionsPolicy(trust: trust, inUse: inUse))
    }

    /// Answers as a portal that offers the release; the heartbeats name `announced`.
    private func serve(_ bench: Bench, _ release: TestAuthority.Release?, bytes: Data? = nil, for span: Duration = .seconds(90)) {
        let end = bench.now.monotonic + span
        while bench.now.monotonic < end {
            while let (id, request) = bench.takeRequests().first {
                switch request {
                case .heartbeat: bench.hand(.reply(id: id, .heartbeat(definitionsVersion: release?.offer.version ?? "1.0.0", PortalSettingsUpdate())))
                case .currentDefinitions: bench.hand(.reply(id: id, .definitions(release?.offer)))
                case .download: bench.hand(.reply(id: id, .downloaded(bytes ?? release?.bytes ?? Data())))
                default: bench.hand(.reply(id: id, Bench.answer(request)))
                }
            }
            bench.pass(.seconds(5))
        }
    }

    private func used(_ bench: Bench) -> [String] {
        bench.takeEffects().compactMap { if case .useDefinitions(let verified) = $0 { verified.version.description } else { nil } }
    }

    private func open(_ bench: Bench) -> [String] { bench.conversation.issues.all.map(\.code) }

    enum Fault: String, CaseIterable, Sendable {
        case bitFlip, truncation, wrongKey, wrongRoot, keyOver, expired, older, huge, unknownFormat

        var code: String {
            switch self {
            case .bitFlip, .truncation: "definitions.damaged"
            case .wrongKey, .wrongRoot, .keyOver: "definitions.signature"
            case .expired: "definitions.expired"
            case .older: "definitions.rollback"
            case .huge: "definitions.too-large"
            case .unknownFormat: "definitions.format"
            }
        }

        func release(_ authority: TestAuthority) throws -> (TestAuthority.Release, bytes: Data?) {
            switch self {
            case .bitFlip:
                let release = try authority.release("1.0.1")
                var bytes = release.bytes
                bytes[bytes.count / 2] ^= 1
                return (release, bytes)
            case .truncation:
                let release = try authority.release("1.0.1")
                return (release, release.bytes.prefix(release.bytes.count / 2))
            case .wrongKey: return (try authority.release("1.0.1", signer: Curve25519.Signing.PrivateKey()), nil)
            case .wrongRoot: return (try TestAuthority().release("1.0.1"), nil)
            case .keyOver:
                var late = authority
                try late.newSigningKey(until: TestAuthority.begin + .seconds(1))
                return (try late.release("1.0.1"), nil)
            case .expired: return (try authority.release("1.0.1", expires: TestAuthority.begin), nil)
            case .older: return (try authority.release("0.9.9"), nil)
            case .huge: return (try authority.release("1.0.1", change: { $0.parts.append(.init(kind: .rules, name: "h", sha256: "", size: 1 << 40)) }), nil)
            case .unknownFormat: return (try authority.release("1.0.1", format: 77), nil)
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func theOldOnesStayAndTheIssueOpensAndResolves(_ fault: Fault) throws {
        let bench = try bench()
        let (release, bytes) = try fault.release(authority)
        serve(bench, release, bytes: bytes)
        #expect(used(bench) == [])
        #expect(bench.conversation.definitions.current?.description == "1.0.0")
        #expect(open(bench) == [fault.code])
        #expect(bench.conversation.issues[fault.code]?.severity == .high)
        // a sound version after it is taken with the next heartbeats, whatever wait the refusal began
        serve(bench, try authority.release("1.0.2"))
        #expect(used(bench) == ["1.0.2"])
        #expect(open(bench) == [])
    }

    @Test func anIssueResolvesWhenThePortalTakesTheReleaseBack() throws {
        let bench = try bench()
        serve(bench, try authority.release("1.0.1", signer: Curve25519.Signing.PrivateKey()))
        #expect(open(bench) == ["definitions.signature"])
        serve(bench, nil)
        #expect(open(bench) == [])
        #expect(bench.conversation.definitions.current?.description == "1.0.0")
    }

    @Test func anotherDefectIsAnotherIssueNotOneMore() throws {
        let bench = try bench()
        serve(bench, try authority.release("1.0.1", signer: Curve25519.Signing.PrivateKey()))
        serve(bench, try authority.release("1.0.2", format: 77))
        #expect(open(bench) == ["definitions.format"])
    }

    @Test func whatEndsInUseStaysInUseAndIsSaid() throws {
        let bench = try bench(expires: TestAuthority.begin + .seconds(1200))
        serve(bench, nil)
        #expect(open(bench) == [])
        serve(bench, nil, for: .seconds(300))
        #expect(open(bench) == ["definitions.outdated"])
        #expect(bench.conversation.definitions.current?.description == "1.0.0")
        serve(bench, try authority.release("1.0.1"))
        #expect(open(bench) == [])
    }

    @Test func aPinnedVersionThatIsNotPublishedIsNamed() throws {
        let bench = try Bench(definitions: DefinitionsPolicy(pinned: DefinitionsVersion("2.0.0")))
        for _ in 0..<10 {
            for (id, request) in bench.takeRequests() {
                if case .currentDefinitions = request { bench.hand(.reply(id: id, .failed(PortalFailure(.notFound)))) } else { bench.hand(.reply(id: id, Bench.answer(request))) }
            }
        }
        #expect(open(bench) == ["definitions.unavailable"])
        #expect(bench.conversation.issues["definitions.unavailable"]?.message.contains("2.0.0") == true)
    }

    @Test func settingsOfAReleaseHoldUntilThePortalSaysOtherwise() throws {
        let bench = try bench()
        serve(bench, try authority.release("1.0.1", settings: ["heartbeat_seconds": 20, "reputation_batch": 7]))
        #expect(bench.conversation.settings.heartbeatSeconds == 20 && bench.conversation.settings.reputationBatch == 7)
        #expect(bench.conversation.session.heartbeatInterval == .seconds(20))
        for (id, request) in bench.takeRequests() { bench.hand(.reply(id: id, Bench.answer(request))) }
        while !bench.takeRequests().contains(where: { id, request in
            guard case .heartbeat = request else { return false }
            bench.hand(.reply(id: id, .heartbeat(definitionsVersion: "1.0.1", PortalSettingsUpdate(revision: 5, heartbeatSeconds: 45))))
            return true
        }) { bench.pass(.seconds(5)) }
        #expect(bench.conversation.settings == PortalSettingsUpdate(revision: 5, heartbeatSeconds: 45, reputationBatch: 7))
        // a release without settings takes its own with it
        serve(bench, try authority.release("1.0.2"))
        #expect(bench.conversation.settings.reputationBatch == 0)
    }

    @Test func aReleaseThatTheDaemonCannotUseIsGivenBackWithItsSettings() throws {
        let bench = try bench()
        serve(bench, try authority.release("1.0.1", settings: ["reputation_batch": 7]))
        bench.hand(.definitionsRejected(version: "1.0.1", "no rule of it can be used"))
        #expect(bench.conversation.definitions.current?.description == "1.0.0")
        #expect(bench.conversation.settings.reputationBatch == 0)
        #expect(open(bench) == ["definitions.unusable"])
        // a late word about a release that is no longer in use changes nothing
        bench.hand(.definitionsRejected(version: "0.5.0", "late"))
        #expect(bench.conversation.definitions.current?.description == "1.0.0")
    }
}
