import ContainerRuntime
import Enrichment
import Foundations
import Testing

/// What is asked of a container runtime, and when: values in, requests out.
@Suite struct RuntimeWatchTests {
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    private let sockets = ["/run/a.sock", "/run/b.sock"].compactMap(RuntimeSocket.init)

    private func container(_ id: String) -> RuntimeContainer { RuntimeContainer(id: id, runtime: "containerd") }

    private func connected(tuning: RuntimeTuning = RuntimeTuning()) -> RuntimeWatch {
        var watch = RuntimeWatch(sockets: sockets, tuning: tuning, seed: 1, at: start)
        _ = watch.handle(.wake, at: start)
        _ = watch.handle(.opened(name: "containerd"), at: start)
        return watch
    }

    @Test func theFirstSocketThatAnswersIsUsed() {
        var watch = RuntimeWatch(sockets: sockets, tuning: RuntimeTuning(), seed: 1, at: start)
        #expect(watch.handle(.wake, at: start) == [.open(sockets[0])])
        #expect(watch.handle(.failed(RuntimeFailure(.unsupported, "no CRI")), at: start) == [.close, .open(sockets[1])])
        #expect(watch.handle(.opened(name: "cri-o"), at: start) == [.tell(.available(true)), .watchEvents, .state(.polling, detail: "cri-o at /run/b.sock"), .list])
        #expect(watch.socket == sockets[1] && watch.runtime == "cri-o")
    }

    @Test func whenNoneAnswersTheWorstIsNamedOnceAndTheWaitGrows() throws {
        var watch = RuntimeWatch(sockets: sockets, tuning: RuntimeTuning(), seed: 1, at: start)
        var now = start
        var waits: [Duration] = []
        var said: [RuntimeState] = []
        for _ in 0..<12 {
            var effects = watch.handle(.wake, at: now)
            effects += watch.handle(.failed(RuntimeFailure(.refused, "not allowed")), at: now)
            effects += watch.handle(.failed(RuntimeFailure(.absent)), at: now)
            said += effects.compactMap { if case .state(let state, _) = $0 { state } else { nil } }
            let due = try #require(watch.nextWake)
            waits.append(due - now)
            #expect(watch.handle(.wake, at: now + (due - now - .nanoseconds(1))).isEmpty)
            now = due
        }
        #expect(said == [.refused])
        #expect(waits[0] >= .milliseconds(1500) && waits[0] <= .seconds(2))
        #expect(waits[11] > .minutes(3) && waits[11] <= .minutes(5))
        #expect(watch.counts.failures == [.refused: 12, .absent: 12])
    }

    @Test func aListIsToldAndThenEachNewContainerIsAskedForInFullOneAtATime() {
        var watch = connected()
        let listed = watch.handle(.listed([container("a"), container("b")]), at: start)
        #expect(listed == [.tell(.container(container("a"))), .tell(.container(container("b"))), .tell(.listed(ids: ["a", "b"])), .details(container("a"))])
        var full = container("a")
        full.name = "web"
        #expect(watch.handle(.found(full), at: start) == [.tell(.container(full)), .details(container("b"))])
        // gone between list and question: the next list says so
        #expect(watch.handle(.found(nil), at: start) == [])
        #expect(watch.counts.questions == 2 && watch.counts.unknown == 0)
        // known ones are not told again
        let next = start + .seconds(30)
        #expect(watch.handle(.eventsEnded(RuntimeFailure(.unsupported, "", isBroken: false)), at: start) == [])
        #expect(watch.handle(.wake, at: next).contains(.list))
        #expect(watch.handle(.listed([container("b")]), at: next) == [.tell(.listed(ids: ["b"]))])
        #expect(watch.containers == 1)
    }

    @Test func aContainerThatWasMetIsAskedForAtOnceAndAgainLater() throws {
        var watch = connected()
        _ = watch.handle(.listed([]), at: start)
        #expect(watch.handle(.met(id: "x"), at: start) == [.find(id: "x")])
        #expect(watch.handle(.met(id: "x"), at: start) == [], "it is being asked for")
        #expect(watch.handle(.found(nil), at: start) == [.tell(.unknown(id: "x"))])
        #expect(watch.handle(.wake, at: start + .milliseconds(249)) == [])
        #expect(watch.handle(.wake, at: start + .milliseconds(250)) == [.find(id: "x")])
        #expect(watch.handle(.found(container("x")), at: start + .milliseconds(251)) == [.tell(.container(container("x")))])
        // one that stays unknown is given up
        var now = start + .milliseconds(300)
        #expect(watch.handle(.met(id: "y"), at: now) == [.find(id: "y")])
        _ = watch.handle(.found(nil), at: now)
        for span in RuntimeTuning().askAgain {
            now = now + span
            #expect(watch.handle(.wake, at: now).contains(.find(id: "y")))
            #expect(watch.handle(.found(nil), at: now) == [])
        }
        #expect(watch.handle(.wake, at: now + .seconds(5)).allSatisfy { $0 != .find(id: "y") })
        #expect(watch.counts.unknown == 2)
    }

    @Test func aStreamOfEventsThatLivesMakesListsRare() {
        var watch = connected()
        _ = watch.handle(.listed([]), at: start)
        #expect(watch.nextWake == start + .seconds(1))
        #expect(watch.handle(.wake, at: start + .seconds(1)) == [.state(.watching, detail: "containerd at /run/a.sock")])
        #expect(watch.handle(.event(.begun(id: "a")), at: start + .seconds(2)) == [.find(id: "a")])
        _ = watch.handle(.found(container("a")), at: start + .seconds(2))
        #expect(watch.handle(.event(.begun(id: "a")), at: start + .seconds(3)) == [], "known")
        #expect(watch.handle(.event(.removed(id: "a")), at: start + .seconds(4)) == [.tell(.removed(id: "a"))])
        #expect(watch.handle(.wake, at: start + .minutes(4)) == [])
        #expect(watch.handle(.wake, at: start + .minutes(5)) == [.list])
    }

    @Test func aStreamThatEndsIsOpenedAgainAndWhatWasMissedIsListed() {
        var watch = connected()
        _ = watch.handle(.listed([]), at: start)
        _ = watch.handle(.wake, at: start + .seconds(1))
        let ended = watch.handle(.eventsEnded(nil), at: start + .seconds(20))
        #expect(ended == [.watchEvents, .state(.polling, detail: "the stream of events ended")])
        #expect(watch.handle(.wake, at: start + .seconds(21)).contains(.list))
        // one that fails time after time is given up
        var given = connected()
        for n in 1...3 { #expect(given.handle(.eventsEnded(RuntimeFailure(.badReply, "", isBroken: false)), at: start).contains(.watchEvents) == (n < 3)) }
    }

    @Test func aConnectionThatBreaksIsDroppedAndNothingIsAwaitedOfIt() throws {
        var watch = connected()
        _ = watch.handle(.listed([container("a")]), at: start)
        let broken = watch.handle(.failed(RuntimeFailure(.unreachable, "gone")), at: start)
        #expect(broken == [.close, .tell(.available(false)), .state(.unreachable, detail: "gone")])
        #expect(watch.containers == 0 && watch.socket == nil)
        #expect(watch.handle(.met(id: "x"), at: start) == [], "nobody could answer; the next list has it")
        #expect(watch.handle(.found(container("a")), at: start) == [], "late")
        let due = try #require(watch.nextWake)
        #expect(watch.handle(.wake, at: due) == [.open(sockets[0])])
    }

    @Test func oneContainerThatCannotBeToldOfDoesNotStopTheOthers() {
        var watch = connected()
        _ = watch.handle(.listed([]), at: start)
        _ = watch.handle(.met(id: "x"), at: start)
        _ = watch.handle(.met(id: "y"), at: start)
        #expect(watch.handle(.failed(RuntimeFailure(.badReply, "odd", isBroken: false)), at: start) == [.tell(.unknown(id: "x")), .find(id: "y")])
    }

    @Test func beyondTheRoomForQuestionsTheAnswerIsThatNobodyKnows() {
        var tuning = RuntimeTuning()
        tuning.questionsMax = 2
        var watch = connected(tuning: tuning)
        // the list is out: questions wait
        #expect(watch.handle(.met(id: "1"), at: start) == [] && watch.handle(.met(id: "2"), at: start) == [])
        #expect(watch.handle(.met(id: "3"), at: start) == [.tell(.unknown(id: "3"))])
        #expect(watch.counts.questionsFull == 1)
    }

    @Test func socketsAreKnownByTheirNames() throws {
        #expect(RuntimeSocket("unix:///run/containerd/containerd.sock")?.language == .cri)
        #expect(RuntimeSocket("/run/cri-dockerd.sock")?.language == .cri)
        #expect(RuntimeSocket("/var/run/docker.sock")?.language == .docker && RuntimeSocket("/run/podman/podman.sock")?.language == .docker)
        for wrong in ["", "run/x.sock", "tcp://127.0.0.1:2375", "/a\0b"] { #expect(RuntimeSocket(wrong) == nil) }
        #expect(RuntimeSocket.usual.count == 6)
    }
}
