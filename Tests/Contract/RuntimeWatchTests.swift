import ContainerRuntime
import Enrichment
import Foundations
import Testing

/// Several runtimes on one node: who is asked, who is believed, and how things stand as a whole.
@Suite struct RuntimeWatchTests {
    private let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    private let sockets = ["/run/a.sock", "/run/docker.sock"].compactMap(RuntimeSocket.init)

    private func container(_ id: String, of runtime: String = "containerd") -> RuntimeContainer { RuntimeContainer(id: id, runtime: runtime) }

    /// Both answer, and have listed what is given.
    private func both(_ first: [RuntimeContainer] = [], _ second: [RuntimeContainer] = []) -> RuntimeWatch {
        var watch = RuntimeWatch(sockets: sockets, tuning: RuntimeTuning(), seed: 1, at: start)
        _ = watch.handle(.wake, at: start)
        for (index, name, containers) in [(0, "containerd", first), (1, "docker", second)] {
            _ = watch.handle(.from(index, .opened(name: name)), at: start)
            _ = watch.handle(.from(index, .listed(containers)), at: start)
            // each of a list is asked for in full
            for one in containers { _ = watch.handle(.from(index, .found(one)), at: start) }
        }
        return watch
    }

    @Test func everySocketIsTriedAndAllThatAnswerAreUsed() {
        var watch = RuntimeWatch(sockets: sockets, tuning: RuntimeTuning(), seed: 1, at: start)
        #expect(watch.handle(.wake, at: start) == [.ask(0, .open(sockets[0])), .ask(1, .open(sockets[1]))])
        #expect(
            watch.handle(.from(1, .opened(name: "docker")), at: start)
                == [.tell(.available(true)), .ask(1, .watchEvents), .ask(1, .list), .state(.polling, detail: "docker at /run/docker.sock")])
        #expect(
            watch.handle(.from(0, .opened(name: "containerd")), at: start)
                == [.ask(0, .watchEvents), .ask(0, .list), .state(.polling, detail: "containerd at /run/a.sock; docker at /run/docker.sock")])
        #expect(watch.counts.connections == 2)
    }

    @Test func whenNoneAnswersTheWorstIsNamedOnce() {
        var watch = RuntimeWatch(sockets: sockets, tuning: RuntimeTuning(), seed: 1, at: start)
        var now = start
        var said: [RuntimeWatch.Effect] = []
        for _ in 0..<12 {
            said += watch.handle(.wake, at: now)
            said += watch.handle(.from(0, .failed(RuntimeFailure(.refused, "not allowed"))), at: now)
            said += watch.handle(.from(1, .failed(RuntimeFailure(.absent))), at: now)
            now = now + .minutes(6)
        }
        #expect(said.filter { if case .state = $0 { true } else { false } } == [.state(.refused, detail: "not allowed")])
        #expect(watch.counts.failures == [.refused: 12, .absent: 12])
        #expect(!said.contains { if case .tell = $0 { true } else { false } })
    }

    @Test func aContainerThatWasMetIsAskedOfAllAndUnknownOnlyWhenNoneHasIt() {
        var watch = both()
        #expect(watch.handle(.met(id: "x"), at: start) == [.ask(0, .find(id: "x")), .ask(1, .find(id: "x"))])
        #expect(watch.handle(.from(0, .found(nil)), at: start) == [])
        #expect(watch.handle(.from(1, .found(container("x", of: "docker"))), at: start) == [.tell(.container(container("x", of: "docker")))])
        _ = watch.handle(.met(id: "y"), at: start)
        #expect(watch.handle(.from(1, .found(nil)), at: start) == [])
        #expect(watch.handle(.from(0, .found(nil)), at: start) == [.tell(.unknown(id: "y"))])
    }

    @Test func theFirstOfTwoThatKnowAContainerSpeaksForIt() {
        var watch = both([container("x")])
        // Docker has the containers of its CRI adapter too
        let listed = watch.handle(.from(1, .event(.begun(id: "x"))), at: start)
        #expect(listed.contains(.ask(1, .find(id: "x"))))
        #expect(!watch.handle(.from(1, .found(container("x", of: "docker"))), at: start).contains { if case .tell = $0 { true } else { false } })
        // the other way round the better answer comes after
        var late = both([], [container("z", of: "docker")])
        _ = late.handle(.from(0, .event(.begun(id: "z"))), at: start)
        #expect(late.handle(.from(0, .found(container("z"))), at: start).contains(.tell(.container(container("z")))))
        // gone is what none of them has
        #expect(!late.handle(.from(0, .event(.removed(id: "z"))), at: start).contains(.tell(.removed(id: "z"))))
        #expect(late.handle(.from(1, .event(.removed(id: "z"))), at: start).contains(.tell(.removed(id: "z"))))
    }

    @Test func aListOfOneDoesNotTakeAwayWhatTheOtherHas() {
        var watch = both([container("a")], [container("b", of: "docker")])
        let next = start + .minutes(6)
        #expect(watch.handle(.wake, at: next).contains(.ask(0, .list)))
        #expect(watch.handle(.from(0, .listed([])), at: next).contains(.tell(.listed(ids: ["b"]))))
        // nor what a runtime had that does not answer for the moment
        #expect(!watch.handle(.from(1, .failed(RuntimeFailure(.unreachable))), at: next).contains(.tell(.available(false))))
        let later = next + .minutes(6)
        _ = watch.handle(.wake, at: later)
        #expect(watch.handle(.from(0, .listed([container("c")])), at: later).contains(.tell(.listed(ids: ["b", "c"]))))
        // it has been taken off the node
        _ = watch.handle(.from(1, .failed(RuntimeFailure(.absent))), at: later)
        _ = watch.handle(.from(0, .found(container("c"))), at: later)
        _ = watch.handle(.wake, at: later + .minutes(6))
        #expect(watch.handle(.from(0, .listed([container("c")])), at: later + .minutes(6)).contains(.tell(.listed(ids: ["c"]))))
    }

    @Test func whoeverWaitsForARuntimeThatLeavesIsAnsweredByTheOthers() {
        var watch = both()
        _ = watch.handle(.met(id: "x"), at: start)
        #expect(watch.handle(.from(0, .found(nil)), at: start) == [])
        let left = watch.handle(.from(1, .failed(RuntimeFailure(.unreachable, "gone"))), at: start)
        #expect(left == [.ask(1, .close), .tell(.unknown(id: "x")), .state(.polling, detail: "containerd at /run/a.sock")])
        let all = watch.handle(.from(0, .eventsEnded(nil)), at: start) + watch.handle(.met(id: "y"), at: start) + watch.handle(.from(0, .failed(RuntimeFailure(.timedOut, "slow"))), at: start)
        #expect(Array(all.suffix(3)) == [.ask(0, .close), .tell(.available(false)), .state(.timedOut, detail: "slow")])
        #expect(watch.handle(.met(id: "z"), at: start) == [], "nobody could answer; the next list has it")
    }

    @Test func itIsWatchedOnceAllThatAnswerTellOfTheirContainers() {
        var watch = both()
        _ = watch.handle(.from(1, .eventsEnded(RuntimeFailure(.unsupported, "none", isBroken: false))), at: start)
        #expect(watch.handle(.wake, at: start + .seconds(1)).contains(.ask(1, .list)))
        #expect(watch.state == .polling)
        #expect(watch.conversations.map(\.state) == [.watching, .polling])
    }

    @Test func socketsAreKnownByTheirNames() throws {
        #expect(RuntimeSocket("unix:///run/containerd/containerd.sock")?.language == .cri)
        #expect(RuntimeSocket("/run/cri-dockerd.sock")?.language == .cri)
        #expect(RuntimeSocket("/var/run/docker.sock")?.language == .docker && RuntimeSocket("/run/podman/podman.sock")?.language == .docker)
        for wrong in ["", "run/x.sock", "tcp://127.0.0.1:2375", "/a\0b"] { #expect(RuntimeSocket(wrong) == nil) }
        #expect(RuntimeSocket.usual.count == 6)
    }
}
