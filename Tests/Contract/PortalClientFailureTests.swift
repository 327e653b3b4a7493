import BackendServer
import Clocks
import Contract
import Foundation
import Foundations
import Portal
import PortalClient
import Spool
import Testing

/// Everything that can go wrong on the way has one name, and the same on both transports.
@Suite(.timeLimit(.minutes(3))) struct PortalClientFailureTests {
    private func upload(_ context: PortalClient.Context) -> PortalRequest {
        let record = SpooledRecord(sequence: 1, id: "r", severity: .informational, acceptedAt: .zero, payload: Data("{}".utf8))
        return .upload(UploadRequest(stream: .telemetry, sensorID: context.sensorID.isEmpty ? "nobody" : context.sensorID, records: [record]))
    }

    // MARK: The way

    @Test func nobodyListens() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        _ = try folder.write("id", to: "clientId")
        _ = try folder.write("secret", to: "clientToken")
        // port 1 of the loopback: nothing listens there
        let configuration = PortalClientConfiguration(grpc: .init(host: "127.0.0.1", port: 1), http: .init(host: "127.0.0.1", port: 1), credentialsDirectory: folder.path)
        try await RunningClient.with(configuration) { client in
            let (token, register) = (await client.answer(.token), await client.answer(.register))
            #expect(token.failedState == .unreachable)
            #expect(register.failedState == .unreachable)
        }
    }

    @Test func theNameIsNotResolved() async throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        _ = try folder.write("id", to: "clientId")
        _ = try folder.write("secret", to: "clientToken")
        let nowhere = PortalClientConfiguration.Endpoint(host: "portal.invalid", port: 443)
        try await RunningClient.with(PortalClientConfiguration(grpc: nowhere, http: nowhere, credentialsDirectory: folder.path)) { client in
            let (token, register) = (await client.answer(.token), await client.answer(.register))
            #expect(token.failedState == .nameNotResolved)
            #expect(register.failedState == .nameNotResolved)
        }
    }

    @Test func theAuthorityIsUnknown() async throws {
        let other = try TestFolder()
        defer { other.remove() }
        _ = try DataDirectory(opening: other.path, at: SystemClock.wall())
        try await PortalClientBackend.with { backend in
            var configuration = backend.configuration
            configuration.authorityFile = "\(other.path)/ca.pem"
            try await RunningClient.with(configuration) { client in
                let (token, register) = (await client.answer(.token), await client.answer(.register))
                #expect(token.failedState == .certificateUnknownAuthority)
                #expect(register.failedState == .certificateUnknownAuthority)
            }
        }
    }

    @Test func theCertificateIsForAnotherName() async throws {
        try await PortalClientBackend.with(host: "127.0.0.2") { backend in
            try await RunningClient.with(backend.configuration) { client in
                let (token, register) = (await client.answer(.token), await client.answer(.register))
                #expect(token.failedState == .certificateWrongName)
                #expect(register.failedState == .certificateWrongName)
            }
        }
    }

    @Test func theCertificateHasExpired() async throws {
        try await PortalClientBackend.with { backend in
            try await backend.put([
                .init(match: .init(surface: .grpc), fault: .init(expiredCertificate: true)), .init(match: .init(surface: .token), fault: .init(expiredCertificate: true)),
            ])
            try await RunningClient.with(backend.configuration) { client in
                let (token, register) = (await client.answer(.token), await client.answer(.register))
                #expect(token.failedState == .certificateExpired)
                #expect(register.failedState == .certificateExpired)
            }
        }
    }

    @Test func theClockIsBehind() async throws {
        try await PortalClientBackend.with { backend in
            // TLS itself takes the machine's clock, so the certificate must be ahead of both: an expired one tells the difference
            try await backend.put([.init(match: .init(surface: .grpc), fault: .init(expiredCertificate: true))])
            try await RunningClient.with(backend.configuration, clockIsOffBy: .hours(-24 * 365)) { client in
                let register = await client.answer(.register)
                #expect(register.failedState == .clockOff)
            }
        }
    }

    @Test func somethingElseAnswersThere() async throws {
        try await PortalClientBackend.with { backend in
            var configuration = backend.configuration
            // the control port speaks HTTP without TLS, the REST port no HTTP/2 of gRPC
            configuration.grpc = PortalClientBackend.endpoint(String(backend.endpoints.control.dropFirst("http://".count)))
            configuration.http = configuration.grpc
            try await RunningClient.with(configuration) { client in
                let (token, register) = (await client.answer(.token), await client.answer(.register))
                #expect(token.failedState == .tlsFailed)
                #expect(register.failedState == .tlsFailed)
            }
        }
    }

    // MARK: The account

    @Test func credentialsAreMissingWrongOrOfAnotherKind() async throws {
        try await PortalClientBackend.with { backend in
            func token(_ id: String?, _ secret: String?) async throws -> PortalReply {
                let folder = try TestFolder()
                defer { folder.remove() }
                if let id { _ = try folder.write(id, to: "clientId") }
                if let secret { _ = try folder.write(secret, to: "clientToken") }
                var configuration = backend.configuration
                configuration.credentialsDirectory = folder.path
                return try await RunningClient.with(configuration) { client in await client.answer(.token) }
            }
            let good = try await backend.addAccount(AccountRequest(type: "SENSOR"))
            let other = try await backend.addAccount(AccountRequest(type: "BROKER"))
            let replies = [
                try await token(nil, "x"), try await token("x", nil), try await token("x", " \n"), try await token(good.clientId, "wrong"),
                try await token(other.clientId, other.clientSecret),
            ]
            #expect(replies.map(\.failedState) == [.credentialsMissing, .credentialsMissing, .credentialsMissing, .badCredentials, .wrongAccountType])
            guard case .token = try await token(good.clientId, good.clientSecret) else { throw TestProblem("the good account is refused") }
        }
    }

    @Test func anAccountWithoutTheEntitlementIsToldSo() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                try await backend.put([
                    .init(match: .init(surface: .grpc), fault: .init(disableEntitlement: true)), .init(match: .init(surface: .rest), fault: .init(disableEntitlement: true)),
                ])
                let (heartbeat, upload) = (await client.answer(.heartbeat(sequence: 1), context), await client.answer(upload(context), context))
                #expect(heartbeat.failedState == .notEntitled)
                #expect(upload.failedState == .notEntitled)
            }
        }
    }

    @Test func aTokenThatIsNoLongerGoodAsksForAnother() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                try await backend.put([
                    .init(match: .init(surface: .grpc), fault: .init(expireTokens: true)), .init(match: .init(surface: .rest), fault: .init(expireTokens: true)),
                ])
                let (heartbeat, refused) = (await client.answer(.heartbeat(sequence: 1), context), await client.answer(upload(context), context))
                #expect(heartbeat.failure?.kind == .unauthenticated)
                #expect(refused.failure?.kind == .unauthenticated)
                guard case .token = await client.answer(.token) else { throw TestProblem("no new token") }
                guard case .heartbeat = await client.answer(.heartbeat(sequence: 2), context) else { throw TestProblem("the new token is refused") }
            }
        }
    }

    @Test func aSensorThatThePortalDoesNotKnowIsToldSo() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                var context = try await client.join()
                context.sensorID = "nobody"
                let reply = await client.answer(.heartbeat(sequence: 1), context)
                #expect(reply.failure?.kind == .notRegistered)
            }
        }
    }

    // MARK: The portal's own trouble

    @Test(arguments: [
        (14, PortalFailure.Kind.state(.serverError)), (13, .state(.serverError)), (8, .state(.busy)), (3, .requestRefused), (16, .unauthenticated), (7, .state(.notEntitled)),
        (12, .state(.badReply)), (4, .state(.timedOut)),
    ])
    func statusesOfCalls(code: Int, kind: PortalFailure.Kind) async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                try await backend.put([.init(match: .init(surface: .grpc, count: 1), fault: .init(grpcStatus: code))])
                let reply = await client.answer(.heartbeat(sequence: 1), context)
                #expect(reply.failure?.kind == kind)
                guard case .heartbeat = await client.answer(.heartbeat(sequence: 2), context) else { throw TestProblem("no heartbeat after the fault") }
            }
        }
    }

    @Test(arguments: [
        (400, PortalFailure.Kind.requestRefused), (401, .unauthenticated), (403, .state(.notEntitled)), (404, .notFound), (413, .requestRefused), (426, .state(.versionTooOld)),
        (429, .state(.busy)), (500, .state(.serverError)), (503, .state(.serverError)), (302, .state(.badReply)),
    ])
    func statusesOfUploads(code: Int, kind: PortalFailure.Kind) async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                try await backend.put([.init(match: .init(surface: .rest, count: 1), fault: .init(httpStatus: code, retryAfterSeconds: 17))])
                let reply = await client.answer(upload(context), context)
                #expect(reply.failure?.kind == kind)
                #expect(reply.failure?.retryAfter == ([429, 500, 503].contains(code) ? .seconds(17) : nil))
                guard case .uploaded = await client.answer(upload(context), context) else { throw TestProblem("no upload after the fault") }
            }
        }
    }

    @Test func refusedHungCutAndSpoiledAnswers() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                func strike(_ fault: FaultPlan.Fault, within span: Duration = .seconds(20)) async throws -> [PortalState?] {
                    try await backend.put([.init(match: .init(surface: .grpc), fault: fault), .init(match: .init(surface: .rest), fault: fault)])
                    let states = [
                        await client.answer(.heartbeat(sequence: 1), context, within: span).failedState, await client.answer(upload(context), context, within: span).failedState,
                    ]
                    try await backend.put([])
                    guard case .heartbeat = await client.answer(.heartbeat(sequence: 2), context) else { throw TestProblem("no heartbeat after \(fault)") }
                    guard case .uploaded = await client.answer(upload(context), context) else { throw TestProblem("no upload after \(fault)") }
                    return states
                }
                let refused = try await strike(.init(refuse: true))
                #expect(refused == [.unreachable, .unreachable])
                let hung = try await strike(.init(hang: true), within: .milliseconds(300))
                #expect(hung == [.timedOut, .timedOut])
                let lost = try await strike(.init(dropReply: true))
                #expect(lost == [.unreachable, .unreachable])
                let cut = try await strike(.init(cutMidStream: true))
                #expect(cut == [.unreachable, .unreachable])
                let spoiled = try await strike(.init(badPayload: true))
                #expect(spoiled == [.badReply, .badReply])
            }
        }
    }

    @Test func aKeptConnectionThatBreaksIsReplacedOnce() async throws {
        try await PortalClientBackend.with { backend in
            try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                try await backend.put([.init(match: .init(surface: .grpc, count: 1), fault: .init(dropReply: true)), .init(match: .init(surface: .rest, count: 1), fault: .init(dropReply: true))])
                guard case .heartbeat = await client.answer(.heartbeat(sequence: 1), context) else { throw TestProblem("no heartbeat") }
                guard case .uploaded = await client.answer(upload(context), context) else { throw TestProblem("no upload") }
                // a fresh one that breaks as well is a failure
                try await backend.put([.init(match: .init(surface: .grpc, count: 2), fault: .init(dropReply: true))])
                let refused = await client.answer(.heartbeat(sequence: 2), context)
                #expect(refused.failedState == .unreachable)
            }
        }
    }

    @Test func aLostAnswerLeavesTheRecordInThePortalOnce() async throws {
        try await PortalClientBackend.with { backend in
            let id = try await RunningClient.with(backend.configuration) { client in
                let context = try await client.join()
                // the first answer is lost on the kept connection, the second on the fresh one that takes its place
                try await backend.put([.init(match: .init(surface: .rest, count: 2), fault: .init(dropReply: true))])
                let lost = await client.answer(upload(context), context)
                #expect(lost.failedState == .unreachable)
                guard case .uploaded(let reply) = await client.answer(upload(context), context) else { throw TestProblem("not taken") }
                #expect((reply.accepted, reply.duplicates) == (0, 1))
                return context.sensorID
            }
            let stream = try await backend.ledger().sensors[id]?["telemetry"]
            #expect(stream?.received == 1)
        }
    }
}
