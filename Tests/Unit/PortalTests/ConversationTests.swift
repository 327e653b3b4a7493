import Contract
import Foundation
import Foundations
import Portal
import Spool
import Testing

@Suite struct ConversationTests {
    @Test func whatIsSubmittedIsSpooledSentAndAcknowledged() throws {
        let bench = try Bench()
        bench.answerAll()
        try bench.hand(.submit(draft(.detections, "one")))
        bench.pass(.seconds(1))
        #expect(bench.requests.map(\.request.name) == ["upload detections"])
        #expect(try bench.spool.digest()[.detections].records == 1)
        bench.answerAll()
        let sums = try bench.spool.digest()[.detections]
        #expect(sums.records == 0 && sums.delivered == 1)
    }

    @Test func nothingIsSentBeforeThePortalKnowsTheSensor() throws {
        let bench = try Bench()
        try bench.hand(.submit(draft()))
        bench.pass(.seconds(10))
        #expect(bench.requests.map(\.request.name) == ["token"])
    }

    @Test func aCommitWhoseSumsCannotBeReadIsNotDoneTwice() throws {
        let bench = try Bench()
        bench.answerAll()
        bench.isUnreadable = true
        try bench.hand(.submit(draft()))
        #expect(bench.conversation.intakeDepth == 0)
        #expect(bench.conversation.issues["spool.failed"] != nil)
        bench.pass(.seconds(20))
        bench.isUnreadable = false
        bench.pass(.seconds(20))
        bench.answerAll()
        #expect(try bench.spool.digest()[.detections].accepted == 1)
        #expect(try bench.spool.digest()[.detections].delivered == 1)
        #expect(bench.conversation.issues.all.isEmpty)
    }

    @Test func recordsWaitInMemoryWhileTheDiskIsFullAndKeepTheirOrder() throws {
        let bench = try Bench(PortalTuning(intakeMax: 3))
        bench.diskError = .diskFull
        for n in 0..<5 { try bench.hand(.submit(draft(.detections, "\(n)"))) }
        #expect(bench.conversation.intakeDepth == 3)
        #expect(bench.conversation.losses.lost(at: "detections", "diskFull") == 2)
        #expect(bench.conversation.issues["spool.disk-full"] != nil)
        bench.diskError = nil
        bench.pass(.seconds(6))
        #expect(try bench.spool.oldest(of: .detections, records: 10, bytes: .max).map(\.id) == ["0", "1", "2"])
        #expect(bench.conversation.issues.all.isEmpty)
        #expect(bench.conversation.intakeDepth == 0)
    }

    @Test func theRoomOfAnOutageGoesBackToTheDiskOnceItIsDelivered() throws {
        var tuning = PortalTuning()
        tuning.compactFromBytes = 50_000
        let bench = try Bench(tuning)
        func compactions() -> Int { bench.commands.count { if case .compact = $0 { true } else { false } } }
        bench.answerAll()
        try bench.hand(.submit(draft()))
        bench.pass(.seconds(1))
        bench.answerAll()
        #expect(compactions() == 0, "one record is not worth it")
        for n in 0..<100 { try bench.hand(.submit(draft(.detections, "\(n)", bytes: 1000))) }
        #expect(compactions() == 0)
        bench.pass(.seconds(1))
        bench.answerAll()
        bench.pass(.seconds(1))
        #expect(try bench.spool.digest().records == 0)
        #expect(compactions() == 1)
        bench.hand(.shutdown)
        bench.answerAll()
        #expect(bench.conversation.isFinished)
        #expect(compactions() == 2, "and once more before the end")
    }

    @Test func anAnswerToNobodyChangesNothing() throws {
        let bench = try Bench()
        bench.answerAll()
        try bench.hand(.submit(draft()))
        bench.pass(.seconds(1))
        let (id, request) = try #require(bench.takeRequests().first)
        bench.hand(.reply(id: id, .failed(PortalFailure(.timedOut))))
        // the answer comes after the sensor gave it up
        bench.hand(.reply(id: id, Bench.answer(request)))
        #expect(try bench.spool.digest()[.detections].records == 1)
    }

    @Test func anAnswerToAnotherQuestionIsABadReply() throws {
        let bench = try Bench()
        let (id, _) = try #require(bench.takeRequests().first)
        bench.hand(.reply(id: id, .deregistered))
        #expect(bench.conversation.session.state == .badReply)
    }

    @Test func indicatorsAreDroppedADayAfterTheLastAnswerAndOnlyOnce() throws {
        let bench = try Bench()
        bench.answerAll()
        _ = bench.takeEffects()
        func drops() -> Int { bench.effects.filter { if case .dropIndicators = $0 { true } else { false } }.count }
        let end = bench.now.advanced(by: .hours(24)).monotonic
        while bench.now.monotonic < end {
            bench.failAll(PortalFailure(.unreachable))
            #expect(drops() == 0)
            let wake = try #require(bench.conversation.nextWake(at: bench.now.monotonic))
            bench.pass(min(wake, end) - bench.now.monotonic)
        }
        #expect(drops() == 1)
        bench.pass(.hours(30))
        #expect(drops() == 1)
    }

    @Test func thereIsNoWakeInThePastWhenNothingIsLeftToDo() throws {
        let bench = try Bench()
        bench.answerAll()
        // a long outage with nothing in the spool: indicators dropped, nothing to expire
        for _ in 0..<2000 {
            bench.failAll(PortalFailure(.unreachable))
            guard let wake = bench.conversation.nextWake(at: bench.now.monotonic) else { break }
            #expect(wake > bench.now.monotonic)
            bench.pass(wake - bench.now.monotonic)
        }
        #expect(bench.now.monotonic > instant(1000 + 30 * 3600))
    }

    @Test func theContactIsRememberedOnDisk() throws {
        let bench = try Bench()
        #expect(try bench.spool.digest().lastContact == nil)
        bench.answerAll()
        #expect(try bench.spool.digest().lastContact == bench.spool.timeline.time(at: bench.now.monotonic))
    }

    @Test func outageAndReturnAreToldOnceEach() throws {
        let bench = try Bench()
        func told() -> [String] {
            bench.takeEffects().compactMap { effect in
                switch effect {
                case .portalLost(let state): "lost \(state.rawValue)"
                case .portalBack: "back"
                default: nil
                }
            }
        }
        bench.answerAll()
        #expect(told() == ["back"])
        for _ in 0..<6 {
            bench.pass(.seconds(70))
            bench.failAll(PortalFailure(.unreachable))
        }
        #expect(told() == ["lost unreachable"])
        bench.pass(.hours(2))
        bench.answerAll()
        #expect(told() == ["back"])
    }

    @Test func shutdownFlushesSaysGoodbyeAndEnds() throws {
        let bench = try Bench()
        bench.answerAll()
        try bench.hand(.submit(draft(.telemetry, "t")))
        bench.hand(.shutdown)
        // telemetry would have waited for company for half a minute
        #expect(bench.requests.map(\.request.name) == ["upload telemetry"])
        bench.answerAll()
        #expect(bench.conversation.isFinished)
        #expect(try bench.spool.digest().records == 0)
    }

    @Test(arguments: [true, false]) func shutdownEndsInTimeWhateverThePortalDoes(_ isConnected: Bool) throws {
        let bench = try Bench()
        if isConnected { bench.answerAll() }
        try bench.hand(.submit(draft()))
        bench.hand(.shutdown)
        bench.pass(.seconds(21))
        #expect(bench.conversation.isFinished)
        #expect(try bench.spool.digest()[.detections].records == 1)
        #expect(bench.conversation.nextWake(at: bench.now.monotonic) == nil)
    }

    @Test func anOutageOfADayLetsNoMoreThanOneAttemptAnHourOut() throws {
        let bench = try Bench()
        bench.answerAll()
        try bench.hand(.submit(draft()))
        var times: [MonotonicInstant] = []
        let end = bench.now.advanced(by: .hours(20)).monotonic
        while bench.now.monotonic < end {
            let requests = bench.takeRequests()
            times += requests.map { _ in bench.now.monotonic }
            for (id, _) in requests { bench.hand(.reply(id: id, .failed(PortalFailure(.unreachable)))) }
            let wake = try #require(bench.conversation.nextWake(at: bench.now.monotonic))
            bench.pass(wake - bench.now.monotonic)
        }
        // session and uploads keep the timetable each; the token's end stops the uploads
        let late = times.filter { $0 > bench.conversation.session.failingSince ?? .zero + .minutes(3) }
        #expect(late.count <= 2 * 21)
        #expect(times.count <= 2 * 21 + 40)
        #expect(late.count >= 15)
    }

    @Test func definitionsThatTheDaemonCannotUseAreGivenBackAndReported() throws {
        let bench = try Bench(definitions: DefinitionsPolicy(inUse: .init(version: try #require(DefinitionsVersion("1.0.0")))))
        bench.hand(.definitionsRejected(version: "1.0.1", "rules.yaml:3:1: no such macro"))
        #expect(bench.conversation.issues["definitions.unusable"]?.message.contains("rules.yaml:3:1") == true)
    }

    @Test func issuesFromOutsideOpenAndResolve() throws {
        let bench = try Bench()
        bench.hand(.issue(code: "spool.set-aside", .medium, "damaged"))
        #expect(bench.conversation.issues.all.map(\.code) == ["spool.set-aside"])
        bench.hand(.issue(code: "spool.set-aside", .medium, nil))
        #expect(bench.conversation.issues.all.isEmpty)
    }
}
