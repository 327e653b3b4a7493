import BackendCore
import Contract
import Foundations
import Testing

@Suite("Fault engine")
struct FaultEngineTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private func engine(_ rules: FaultPlan.Rule..., seed: UInt64 = 1) -> FaultEngine {
        var engine = FaultEngine()
        engine.put(FaultPlan(seed: seed, faults: rules), at: start)
        return engine
    }

    private func draws(seed: UInt64, probability: Double, _ n: Int) -> [Bool] {
        var engine = engine(.init(match: .init(surface: .rest, probability: probability), fault: .init(hang: true)), seed: seed)
        return (0..<n).map { _ in engine.strike([.rest], at: start) != nil }
    }

    @Test func theSameSeedStrikesTheSameRequests() {
        let first = draws(seed: 42, probability: 0.5, 200)
        #expect(first == draws(seed: 42, probability: 0.5, 200))
        #expect(first != draws(seed: 43, probability: 0.5, 200))
        #expect((60...140).contains(first.count(where: \.self)))
    }

    @Test func probabilityZeroNeverStrikesAndOneAlwaysDoes() {
        #expect(!draws(seed: 7, probability: 0, 500).contains(true))
        #expect(!draws(seed: 7, probability: 1, 500).contains(false))
    }

    @Test func theFirstRuleThatMatchesStrikes() {
        var engine = engine(
            .init(match: .init(surface: .token), fault: .init(hang: true)), .init(match: .init(surface: .rest), fault: .init(httpStatus: 503, retryAfterSeconds: 9)),
            .init(match: .init(surface: .rest), fault: .init(refuse: true)))
        #expect(engine.strike([.rest], at: start) == .httpStatus(503, retryAfterSeconds: 9))
        #expect(engine.strike([.grpc], at: start) == nil)
        #expect(engine.strikes == [0, 1, 0])
    }

    @Test func aLookUpIsStruckByRulesForReputationAndForGRPC() {
        var onReputation = engine(.init(match: .init(surface: .reputation), fault: .init(grpcStatus: 14)))
        #expect(onReputation.strike([.grpc, .reputation], at: start) == .grpcStatus(14))
        #expect(onReputation.strike([.grpc], at: start) == nil)
        var onGRPC = engine(.init(match: .init(surface: .grpc), fault: .init(grpcStatus: 14)))
        #expect(onGRPC.strike([.grpc, .reputation], at: start) == .grpcStatus(14))
    }

    @Test func aRuleStandsFromAfterForItsSpan() {
        var engine = engine(.init(match: .init(surface: .rest, after: 10, for: 5), fault: .init(dropReply: true)))
        let struck = [0, 9.999, 10, 14.999, 15, 100].map { engine.strike([.rest], at: start + .seconds($0)) != nil }
        #expect(struck == [false, false, true, true, false, false])
    }

    @Test func whatIsOverOrUsedUpIsSaid() {
        var engine = engine(
            .init(match: .init(surface: .rest, after: 10, for: 5), fault: .init(hang: true)), .init(match: .init(surface: .rest, count: 1), fault: .init(delayMs: 1)),
            .init(match: .init(surface: .grpc), fault: .init(hang: true)))
        #expect(engine.remaining(at: start) == [true, true, true], "what is yet to begin is not over")
        _ = engine.strike([.rest], at: start)
        #expect(engine.remaining(at: start + .seconds(14.9)) == [true, false, true])
        #expect(engine.remaining(at: start + .seconds(15)) == [false, false, true])
    }

    @Test func countBoundsTheStrikesAndTheNextRuleFollows() {
        var engine = engine(
            .init(match: .init(surface: .rest, count: 2), fault: .init(hang: true)), .init(match: .init(surface: .rest), fault: .init(delayMs: 5)))
        let effects = (0..<4).map { _ in engine.strike([.rest], at: start) }
        #expect(effects == [.hang, .hang, .delay(milliseconds: 5), .delay(milliseconds: 5)])
        #expect(engine.strikes == [2, 2])
    }

    @Test func aNamedSensorIsStruckAloneByIdOrName() {
        var engine = engine(.init(match: .init(surface: .rest, sensor: "node-1"), fault: .init(hang: true)))
        #expect(engine.strike([.rest], sensor: ["id-1", "node-1"], at: start) == .hang)
        #expect(engine.strike([.rest], sensor: ["id-2", "node-2"], at: start) == nil)
        #expect(engine.strike([.rest], at: start) == nil)
    }

    @Test func anExpiredCertificateStrikesHandshakesAndNeverRequests() {
        var engine = engine(.init(match: .init(surface: .grpc), fault: .init(expiredCertificate: true)))
        #expect(engine.strike([.grpc], at: start) == nil)
        let (onGRPC, onREST) = (engine.strikesHandshake([.grpc, .definitions], at: start), engine.strikesHandshake([.rest], at: start))
        #expect(onGRPC && !onREST)
        #expect(engine.surfacesToDisconnect == [.grpc])
    }

    @Test func onlyAnUnconditionalRefusalClosesConnectionsUnread() {
        let conditional = engine(.init(match: .init(surface: .grpc, probability: 0.5), fault: .init(refuse: true)))
        #expect(!conditional.refusesConnections(.grpc, at: start))
        let timed = engine(.init(match: .init(surface: .grpc, after: 1, for: 1), fault: .init(refuse: true)))
        #expect([0, 1, 2].map { timed.refusesConnections(.grpc, at: start + .seconds($0)) } == [false, true, false])
    }

    @Test func tokensExpireFromTheInstantTheRuleBegins() {
        var engine = engine(.init(match: .init(surface: .rest, after: 3), fault: .init(expireTokens: true)))
        #expect(engine.strike([.rest], at: start + .seconds(4)) == .expireTokens(issuedBefore: start + .seconds(3)))
    }

    @Test func aNewPlanForgetsStrikesAndStartsItsTimesAnew() {
        var engine = engine(.init(match: .init(surface: .rest, count: 1), fault: .init(hang: true)))
        _ = engine.strike([.rest], at: start)
        #expect(engine.strike([.rest], at: start) == nil)
        engine.put(engine.plan, at: start + .seconds(60))
        #expect(engine.strikes == [0])
        #expect(engine.strike([.rest], at: start + .seconds(60)) == .hang)
    }
}
