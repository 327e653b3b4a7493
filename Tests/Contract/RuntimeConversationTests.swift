import ContainerRuntime
import Enrichment
import Foundations
import Testing

/// What is asked of the runtime behind one socket, and when: values in, requests out.
@Suite struct RuntimeConversationTests {
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    private let socket = RuntimeSocket("/run/a.sock")!

    private func container(_ id: String) -> RuntimeContainer { RuntimeContainer(id: id, runtime: "containerd") }

    private func new(_ tuning: RuntimeTuning = RuntimeTuning()) -> RuntimeConversation { RuntimeConversation(socket, tuning: tuning, seed: 1, at: start) }

    /// With its first list out.
    private func connected(tuning: RuntimeTuning = RuntimeTuning()) -> RuntimeConversation {
        var one = new(tuning)
        _ = one.wake(at: start)
        _ = one.handle(.opened(name: "containerd"), at: start)
        return one
    }

    @Test func aSocketThatAnswersIsListenedToAndListed() {
        var one = new()
        #expect(one.wake(at: start) == [.ask(.open(socket))])
        #expect(one.handle(.opened(name: "cri-o"), at: start) == [.connected, .ask(.watchEvents), .ask(.list)])
        #expect(one.state == .polling && one.detail == "cri-o at /run/a.sock" && one.runtime == "cri-o" && one.isConnected)
    }

    @Test func theWaitForASocketThatDoesNotAnswerGrows() {
        var one = new()
        var now = start
        var waits: [Duration] = []
        for _ in 0..<12 {
            _ = one.wake(at: now)
            #expect(one.handle(.failed(RuntimeFailure(.refused, "not allowed")), at: now) == [.ask(.close)])
            var wait = Duration.zero
            while one.wake(at: now + wait).isEmpty { wait += .milliseconds(50) }
            waits.append(wait)
            now = now + wait
            _ = one.handle(.failed(RuntimeFailure(.refused, "not allowed")), at: now)
            while one.wake(at: now).isEmpty { now = now + .milliseconds(250) }
        }
        #expect(waits[0] >= .milliseconds(1500) && waits[0] <= .milliseconds(2050))
        #expect(waits[11] > .minutes(3) && waits[11] <= .minutes(5) + .milliseconds(50))
        #expect(one.state == .refused)
    }

    @Test func aListIsToldAndThenEachNewContainerIsAskedForInFullOneAtATime() {
        var one = connected()
        #expect(one.handle(.listed([container("a"), container("b")]), at: start) == [.container(container("a")), .container(container("b")), .listed, .ask(.details(container("a")))])
        var full = container("a")
        full.name = "web"
        #expect(one.handle(.found(full), at: start) == [.container(full), .ask(.details(container("b")))])
        // gone between list and question: the next list says so
        #expect(one.handle(.found(nil), at: start) == [])
        #expect(one.counts.questions == 2 && one.counts.unknown == 0)
        // known ones are not told again
        let next = start + .seconds(30)
        #expect(one.handle(.eventsEnded(RuntimeFailure(.unsupported, "", isBroken: false)), at: start) == [])
        #expect(one.wake(at: next) == [.ask(.list)])
        #expect(one.handle(.listed([container("b")]), at: next) == [.listed])
        #expect(one.containers == 1)
    }

    @Test func aContainerThatWasMetIsAskedForAtOnceAndAgainLater() {
        var one = connected()
        _ = one.handle(.listed([]), at: start)
        #expect(one.met("x", at: start) == [.ask(.find(id: "x"))])
        #expect(one.met("x", at: start) == [], "it is being asked for")
        #expect(one.handle(.found(nil), at: start) == [.unknown(id: "x")])
        #expect(one.met("x", at: start) == [.unknown(id: "x")], "that has been said; it is asked again later")
        #expect(one.wake(at: start + .milliseconds(249)) == [])
        #expect(one.wake(at: start + .milliseconds(250)) == [.ask(.find(id: "x"))])
        #expect(one.handle(.found(container("x")), at: start + .milliseconds(251)) == [.container(container("x"))])
        // one that stays unknown is given up
        var now = start + .milliseconds(300)
        #expect(one.met("y", at: now) == [.ask(.find(id: "y"))])
        _ = one.handle(.found(nil), at: now)
        for span in RuntimeTuning().askAgain {
            now = now + span
            #expect(one.wake(at: now).contains(.ask(.find(id: "y"))))
            #expect(one.handle(.found(nil), at: now) == [])
        }
        #expect(!one.wake(at: now + .seconds(5)).contains(.ask(.find(id: "y"))))
        #expect(one.counts.unknown == 2)
    }

    @Test func aStreamOfEventsThatLivesMakesListsRare() {
        var one = connected()
        _ = one.handle(.listed([]), at: start)
        #expect(one.wake(at: start + .seconds(1)) == [])
        #expect(one.state == .watching)
        #expect(one.handle(.event(.begun(id: "a")), at: start + .seconds(2)) == [.ask(.find(id: "a"))])
        _ = one.handle(.found(container("a")), at: start + .seconds(2))
        #expect(one.handle(.event(.begun(id: "a")), at: start + .seconds(3)) == [.ask(.find(id: "a"))], "it had not started")
        var running = container("a")
        running.started = WallInstant(nanoseconds: 1)
        #expect(one.handle(.found(running), at: start + .seconds(3)) == [.container(running)])
        #expect(one.handle(.event(.begun(id: "a")), at: start + .seconds(3)) == [], "known")
        #expect(one.handle(.event(.removed(id: "a")), at: start + .seconds(4)) == [.removed(id: "a")])
        #expect(one.wake(at: start + .minutes(4)) == [])
        #expect(one.wake(at: start + .minutes(5)) == [.ask(.list)])
    }

    @Test func aStreamThatEndsIsOpenedAgainAndWhatWasMissedIsListed() {
        var one = connected()
        _ = one.handle(.listed([]), at: start)
        _ = one.wake(at: start + .seconds(1))
        #expect(one.handle(.eventsEnded(nil), at: start + .seconds(20)) == [.ask(.watchEvents)])
        #expect(one.state == .polling && one.detail == "the stream of events ended")
        #expect(one.wake(at: start + .seconds(21)) == [.ask(.list)])
        // one that fails time after time is given up
        var given = connected()
        for n in 1...3 { #expect(given.handle(.eventsEnded(RuntimeFailure(.badReply, "", isBroken: false)), at: start).contains(.ask(.watchEvents)) == (n < 3)) }
    }

    @Test func aConnectionThatBreaksIsDroppedAndNothingIsAwaitedOfIt() {
        var one = connected()
        _ = one.handle(.listed([container("a")]), at: start)
        _ = one.met("x", at: start)
        #expect(one.handle(.failed(RuntimeFailure(.unreachable, "gone")), at: start) == [.ask(.close), .unknown(id: "x"), .disconnected])
        #expect(one.containers == 0 && !one.isConnected && one.state == .unreachable && one.detail == "gone")
        #expect(one.met("y", at: start) == [], "it could not answer; the next list has it")
        #expect(one.handle(.found(container("a")), at: start) == [], "late")
        #expect(one.wake(at: start + .seconds(2)) == [.ask(.open(socket))])
        // what it told before is told again: somebody may have forgotten
        _ = one.handle(.opened(name: "containerd"), at: start + .seconds(2))
        #expect(one.handle(.listed([container("a")]), at: start + .seconds(2)).contains(.container(container("a"))))
    }

    @Test func oneContainerThatCannotBeToldOfDoesNotStopTheOthers() {
        var one = connected()
        _ = one.handle(.listed([]), at: start)
        _ = one.met("x", at: start)
        _ = one.met("y", at: start)
        #expect(one.handle(.failed(RuntimeFailure(.badReply, "odd", isBroken: false)), at: start) == [.unknown(id: "x"), .ask(.find(id: "y"))])
    }

    @Test func beyondTheRoomForQuestionsTheAnswerIsThatNobodyKnows() {
        var tuning = RuntimeTuning()
        tuning.questionsMax = 2
        var one = connected(tuning: tuning)
        // the list is out: questions wait
        #expect(one.met("1", at: start) == [] && one.met("2", at: start) == [])
        #expect(one.met("3", at: start) == [.unknown(id: "3")])
        #expect(one.counts.questionsFull == 1)
    }
}
