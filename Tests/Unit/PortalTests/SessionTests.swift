import Foundations
import Portal
import Testing

@Suite struct SessionTests {
    private final class Host {
        var random = SeededGenerator(seed: 1)
        var session: Session
        var at = 0.0

        init(_ timetable: Timetable = Timetable()) { session = Session(timetable, startingAt: instant(0), using: &random) }

        func next() -> Session.Question? { session.nextQuestion(at: instant(at)) }
        func fail(_ kind: PortalFailure.Kind, retryAfter: Duration? = nil) {
            session.failed(PortalFailure(kind, retryAfter: retryAfter), at: instant(at), using: &random)
        }
        func giveToken(_ life: Duration = .hours(1)) { session.tokenGiven(validFor: life, at: instant(at)) }
        func register() { session.registered(as: "sensor-1", at: instant(at), using: &random) }
        func beat(new: Bool = false) { session.heartbeatAnswered(newDefinitions: new, at: instant(at), using: &random) }

        /// Token, registration, definitions, the first heartbeat: until nothing is due.
        func connect() {
            #expect(next() == .token)
            giveToken()
            #expect(next() == .register)
            register()
            #expect(next() == .currentDefinitions)
            session.definitionsAnswered(download: nil)
            #expect(next() == .heartbeat)
            beat()
        }

        /// On to the next instant at which something is due.
        func sleep() {
            at = session.nextWake.map { max(at, Double($0.nanoseconds) / 1e9) } ?? at
        }
    }

    @Test func asksForATokenThenRegistersThenBeats() {
        let host = Host()
        host.connect()
        #expect(host.session.state == .connected)
        #expect(host.next() == nil)
        host.sleep()
        #expect(host.at >= 54 && host.at <= 66)
        #expect(host.next() == .heartbeat)
        #expect(host.session.heartbeatSequence == 2)
    }

    @Test func oneQuestionAtATime() {
        let host = Host()
        #expect(host.next() == .token)
        host.at = 10_000
        #expect(host.next() == nil)
        #expect(host.session.nextWake == nil)
    }

    @Test func aTokenIsRefreshedAheadOfItsEnd() {
        let host = Host()
        host.connect()
        host.at = 3600 * 0.8 - 1
        while let question = host.next() { if question == .heartbeat { host.beat() } }
        host.at = 3600 * 0.8 + 0.001
        #expect(host.next() == .token)
        host.giveToken()
        #expect(host.session.canUpload(at: instant(host.at)))
    }

    @Test(arguments: [Duration.milliseconds(1), .seconds(1), .seconds(5), .seconds(20)])
    func aTokenOfAFewSecondsIsUsedForHalfItsLifeRatherThanAskedForAgainAndAgain(_ life: Duration) {
        let host = Host()
        #expect(host.next() == .token)
        host.giveToken(life)
        #expect(host.next() == .register)
    }

    @Test func uploadsNeedANameAndALivingToken() {
        let host = Host()
        #expect(!host.session.canUpload(at: instant(0)))
        _ = host.next()
        host.giveToken()
        #expect(!host.session.canUpload(at: instant(0)))
        _ = host.next()
        host.register()
        #expect(host.session.canUpload(at: instant(3599)))
        #expect(!host.session.canUpload(at: instant(3600)))
    }

    @Test func aWithdrawnTokenIsReplacedAtOnceAndAFreshOneThatIsRefusedIsAState() {
        let host = Host()
        host.connect()
        host.sleep()
        _ = host.next()
        host.fail(.unauthenticated)
        #expect(host.session.state == .connected)
        #expect(host.next() == .token)
        host.giveToken()
        #expect(host.next() == .heartbeat)
        host.fail(.unauthenticated)
        #expect(host.session.state == .tokenRefused)
        #expect(host.next() == nil)
    }

    @Test func aForgottenSensorRegistersAgainOnce() {
        let host = Host()
        host.connect()
        host.sleep()
        _ = host.next()
        host.fail(.notRegistered)
        #expect(host.next() == .register)
        host.register()
        host.sleep()
        while let question = host.next(), question != .heartbeat { host.session.definitionsAnswered(download: nil) }
        // unknown again although it has just registered: a failure, not a loop
        host.fail(.notRegistered)
        #expect(host.session.state == .rejected)
        #expect(host.next() == nil)
    }

    @Test(arguments: PortalState.allCases.filter(\.isRefusal)) func aRefusalIsTriedOnceAnHour(_ state: PortalState) {
        let host = Host()
        _ = host.next()
        host.fail(.state(state))
        #expect(host.session.state == state)
        var attempts: [Double] = []
        while host.at < 3600 * 10 {
            host.sleep()
            guard host.next() != nil else { continue }
            attempts.append(host.at)
            host.fail(.state(state))
        }
        #expect(attempts.count >= 8 && attempts.count <= 11)
    }

    @Test func everyStateHasASentence() {
        for state in PortalState.allCases { #expect(!state.explanation.isEmpty) }
        #expect(Set(PortalState.allCases.map(\.explanation)).count == PortalState.allCases.count)
    }

    @Test func definitionsThatAreRefusedDoNotStopHeartbeats() {
        let host = Host()
        host.connect()
        host.sleep()
        _ = host.next()
        host.beat(new: true)
        #expect(host.next() == .currentDefinitions)
        host.fail(.state(.serverError))
        #expect(host.session.state == .connected)
        var beats = 0
        while host.at < 600 {
            host.sleep()
            switch host.next() {
            case .heartbeat:
                beats += 1
                host.beat(new: true)
            case .currentDefinitions: host.fail(.notFound)
            default: break
            }
        }
        #expect(beats >= 8)
    }

    @Test func unusableDefinitionsAreNotFetchedAgainAndAgain() {
        let host = Host()
        host.connect()
        var asked = 0
        while host.at < 3600 * 5 {
            host.sleep()
            switch host.next() {
            case .heartbeat: host.beat(new: true)
            case .token: host.giveToken()
            case .currentDefinitions:
                asked += 1
                host.session.definitionsUnusable(at: instant(host.at), using: &host.random)
            default: break
            }
        }
        #expect(asked >= 4 && asked <= 7)
    }

    @Test func thePortalMayChangeTheHeartbeatWithinBounds() {
        let host = Host()
        host.session.setHeartbeat(seconds: 5)
        #expect(host.session.heartbeatInterval == .seconds(5))
        host.session.setHeartbeat(seconds: 1_000_000)
        #expect(host.session.heartbeatInterval == .hours(1))
        host.session.setHeartbeat(seconds: 0)
        #expect(host.session.heartbeatInterval == .seconds(60))
    }

    @Test func goodbyeIsSaidOnceAndOnlyWhenConnected() {
        let host = Host()
        host.connect()
        host.session.stop(at: instant(1))
        host.at = 1
        #expect(host.next() == .deregister)
        host.session.deregistered()
        #expect(host.session.state == .stopped)
        let away = Host()
        _ = away.next()
        away.fail(.state(.unreachable))
        away.session.stop(at: instant(1))
        away.at = 1
        #expect(away.next() == nil)
        #expect(away.session.state == .stopped)
    }

    @Test func theFirstAttemptWaitsARandomPartOfTheStartDelay() {
        var timetable = Timetable()
        timetable.startDelayMax = .minutes(10)
        var starts: Set<Int> = []
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let session = Session(timetable, startingAt: instant(100), using: &random)
            let wake = session.nextWake ?? instant(0)
            #expect(wake >= instant(100) && wake <= instant(700))
            starts.insert(Int(wake.nanoseconds / 60_000_000_000))
        }
        #expect(starts.count >= 10)
    }
}
