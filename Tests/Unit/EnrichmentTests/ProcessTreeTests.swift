import Enrichment
import Events
import Foundations
import Testing

@Suite struct ProcessTreeTests {
    private func event(_ kind: EventKind, pid: UInt32, start: UInt64, ppid: UInt32 = 1, time: UInt64 = 5_000_000_000, comm: String = "x", _ details: Event.Details) -> Event {
        Event(
            kind: kind, time: BootInstant(nanoseconds: time), process: ProcessKey(pid: pid, start: BootInstant(nanoseconds: start)), threadID: pid, parentPID: ppid,
            uid: 0, gid: 0, cgroupID: 1, comm: comm, details: details)
    }
    private func fork(_ parent: UInt32, _ start: UInt64, child: UInt32, childStart: UInt64) -> Event {
        event(.fork, pid: parent, start: start, .fork(ForkDetails(child: ProcessKey(pid: child, start: BootInstant(nanoseconds: childStart)))))
    }
    private func exec(_ pid: UInt32, _ start: UInt64, path: String, ppid: UInt32 = 1, mount: UInt32 = 0) -> Event {
        var details = ExecDetails()
        details.path = path
        details.namespaces.mount = mount
        return event(.exec, pid: pid, start: start, ppid: ppid, comm: path.split(separator: "/").last.map(String.init) ?? "", .exec(details))
    }

    @Test func aChildInheritsUntilItExecs() {
        let tree = ProcessTree()
        _ = tree.handle(exec(10, 1_000, path: "/bin/bash"))
        _ = tree.handle(fork(10, 1_000, child: 11, childStart: 2_000))
        #expect(tree.process(pid: 11)?.exec.path == "/bin/bash")
        let (record, isNew) = tree.handle(exec(11, 2_000, path: "/bin/ls", ppid: 10))
        #expect(!isNew)
        #expect(record.exec.path == "/bin/ls")
        #expect(record.parent?.exec.path == "/bin/bash")
    }

    @Test func ancestorsStayReadableAfterTheyHaveGone() {
        let tree = ProcessTree()
        _ = tree.handle(exec(10, 1_000, path: "/bin/bash"))
        _ = tree.handle(fork(10, 1_000, child: 11, childStart: 2_000))
        _ = tree.handle(event(.exit, pid: 10, start: 1_000, .exit(ExitDetails(code: 0, signal: 0))))
        #expect(tree.process(pid: 10) == nil)
        #expect(tree.process(pid: 11)?.parent?.exec.path == "/bin/bash")
        #expect(tree.count == 1)
    }

    @Test func aMountNamespaceIsGoneWithItsLastProcess() {
        let tree = ProcessTree()
        func exit(_ pid: UInt32, _ start: UInt64) { _ = tree.handle(event(.exit, pid: pid, start: start, .exit(ExitDetails(code: 0, signal: 0)))) }
        _ = tree.handle(exec(10, 1_000, path: "/sbin/host", mount: 1))
        _ = tree.handle(exec(11, 2_000, path: "/bin/first", mount: 7))
        _ = tree.handle(fork(11, 2_000, child: 12, childStart: 3_000))
        exit(11, 2_000)
        #expect(tree.isInUse(mountNamespace: 7) && tree.takeNamespacesGone() == [])
        exit(12, 3_000)
        #expect(!tree.isInUse(mountNamespace: 7))
        #expect(tree.takeNamespacesGone() == [7])
        #expect(tree.takeNamespacesGone() == [])
        // one that leaves by an exec elsewhere, and one whose pid another process has before its end was seen
        _ = tree.handle(exec(13, 4_000, path: "/bin/in", mount: 8))
        _ = tree.handle(exec(13, 4_000, path: "/bin/out", mount: 1))
        _ = tree.handle(exec(14, 5_000, path: "/bin/lost", mount: 9))
        _ = tree.handle(exec(14, 5_000_000_000, path: "/bin/next", mount: 1))
        #expect(tree.takeNamespacesGone() == [8, 9])
        // a number that is in use again before anybody asked is not gone
        _ = tree.handle(exec(15, 6_000, path: "/bin/a", mount: 5))
        exit(15, 6_000)
        _ = tree.handle(exec(16, 7_000, path: "/bin/b", mount: 5))
        #expect(tree.takeNamespacesGone() == [])
    }

    @Test func aReusedPIDIsAnotherProcess() {
        let tree = ProcessTree()
        _ = tree.handle(exec(10, 1_000, path: "/bin/old"))
        let late = 1_000 + 3_000_000_000
        let (record, isNew) = tree.handle(exec(10, UInt64(late), path: "/bin/new"))
        #expect(isNew)
        #expect(record.exec.path == "/bin/new")
        #expect(tree.process(ProcessKey(pid: 10, start: BootInstant(nanoseconds: 1_000))) == nil)
    }

    @Test func whatProcSaysGivesWayToTheExactKeyOfAnEvent() {
        let tree = ProcessTree()
        let rounded = ProcessKey(pid: 10, start: BootInstant(nanoseconds: 10_000_000))
        var details = ExecDetails()
        details.path = "/sbin/daemon"
        tree.adopt(ProcessFacts(key: rounded, parentPID: 1, comm: "daemon", uid: 0, gid: 0, exec: details))
        let (record, isNew) = tree.handle(fork(10, 13_456_789, child: 11, childStart: 20_000_000))
        #expect(!isNew)
        #expect(record.exec.path == "/sbin/daemon")
        #expect(record.key.start.nanoseconds == 13_456_789)
    }

    @Test func aChainOfDaemonsIsCut() {
        let tree = ProcessTree()
        _ = tree.handle(exec(1, 1_000, path: "/bin/first"))
        for i in 1..<100 {
            _ = tree.handle(fork(UInt32(i), UInt64(i) * 1_000, child: UInt32(i + 1), childStart: UInt64(i + 1) * 1_000))
            _ = tree.handle(event(.exit, pid: UInt32(i), start: UInt64(i) * 1_000, .exit(ExitDetails(code: 0, signal: 0))))
        }
        var depth = 0
        var next = tree.process(pid: 100)
        while let record = next {
            depth += 1
            next = record.parent
        }
        #expect(depth == ProcessTree.ancestorsMax + 1)
        #expect(tree.count == 1)
        #expect(tree.ledger.lost(at: "processes", "ancestorsCut") > 0)
    }

    @Test func aFullTreeDescribesTheEventAndCountsTheRest() {
        let tree = ProcessTree(capacity: 2)
        for pid in 1...5 { _ = tree.handle(exec(UInt32(pid), UInt64(pid) * 1_000_000_000, path: "/bin/p\(pid)")) }
        #expect(tree.count == 2)
        #expect(tree.ledger.lost(at: "processes", "processTreeFull") == 3)
        let (record, _) = tree.handle(exec(9, 9_000_000_000, path: "/bin/nine"))
        #expect(record.exec.path == "/bin/nine")
    }
}
