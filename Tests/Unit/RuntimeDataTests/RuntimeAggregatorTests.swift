import Contract
import Events
import Foundations
import RuntimeData
import Testing

@Suite struct RuntimeAggregatorTests {
    private func now(_ seconds: Double) -> Now {
        Now(monotonic: MonotonicInstant(nanoseconds: Int64(seconds * 1e9)), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000 + Int64(seconds * 1e9)))
    }

    private func exec(_ path: String, parent: String = "/bin/sh", container: String? = nil, uid: UInt32 = 0, at seconds: Double = 0, digests: FileDigests? = nil) -> EnrichedEvent {
        func process(_ pid: UInt32, _ path: String, _ parent: ProcessRecord?) -> ProcessRecord {
            var exec = ExecDetails()
            exec.path = path
            return ProcessRecord(
                key: ProcessKey(pid: pid, start: BootInstant(nanoseconds: 1)), parent: parent, parentPID: 1, comm: "x", exec: exec, execTime: BootInstant(nanoseconds: 1), uid: uid, gid: 0)
        }
        let process = process(2, path, process(1, parent, nil))
        process.container = container.map { ContainerContext(id: $0) }
        process.digests = digests
        let event = Event(
            kind: .exec, time: BootInstant(nanoseconds: 1), process: process.key, threadID: 2, parentPID: 1, uid: uid, gid: 0, cgroupID: 1, comm: "x", details: .exec(process.exec))
        return EnrichedEvent(event: event, wallTime: now(seconds).wall, process: process)
    }

    /// The first load of a library by the program `by`.
    private func library(_ path: String, by program: String, container: String? = nil) -> EnrichedEvent {
        var event = exec(program, container: container)
        var file = FileDetails()
        file.path = path
        event.event.kind = .library
        event.event.details = .file(file)
        event.process.digests = FileDigests(sha256: "of the program", sha1: "", md5: "", size: 1)
        return event
    }

    @Test func aLibraryIsARowOfItsOwnWithItsDigests() {
        var aggregator = RuntimeAggregator()
        let event = library("/lib/libx.so", by: "/usr/bin/python3", container: "c1")
        aggregator.observe(event)
        aggregator.observe(exec("/lib/libx.so", parent: "/usr/bin/python3", container: "c1"))
        aggregator.learn(FileDigests(sha256: "aa", sha1: "bb", md5: "cc", size: 1, buildID: "0b16"), of: ProcessSnapshot.tree(of: event.process), library: "/lib/libx.so", at: now(1).wall)
        let rows = aggregator.flush(at: now(2), force: true)
        #expect(rows.map(\.kind) == ["process", "library"] && rows.map(\.count) == [1, 1])
        #expect(rows.map(\.sha256) == [nil, "aa"] && rows.map(\.buildId) == [nil, "0b16"])
        #expect(rows.allSatisfy { $0.executable == "/lib/libx.so" && $0.parentExecutable == "/usr/bin/python3" && $0.containerId == "c1" })
        // what is no library load is no use of a file
        var open = library("/lib/libx.so", by: "/bin/cat")
        open.event.kind = .open
        aggregator.observe(open)
        #expect(aggregator.flush(at: now(3), force: true).isEmpty)
    }

    @Test func equalStartsAreOneRowAndDifferentOnesAreNot() {
        var aggregator = RuntimeAggregator()
        for seconds in [1.0, 5, 3] { aggregator.observe(exec("/bin/ls", at: seconds)) }
        aggregator.observe(exec("/bin/ls", uid: 7))
        aggregator.observe(exec("/bin/ls", parent: "/bin/bash"))
        aggregator.observe(exec("/bin/ls", container: "c1"))
        aggregator.observe(exec("/bin/id"))
        let rows = aggregator.flush(at: now(6), force: true)
        #expect(rows.map(\.executable) == ["/bin/id", "/bin/ls", "/bin/ls", "/bin/ls", "/bin/ls"])
        #expect(rows.reduce(0) { $0 + $1.count } == 7)
        #expect(rows.first { $0.count == 3 }?.firstSeen == now(1).wall.rfc3339)
        #expect(aggregator.flush(at: now(7), force: true).isEmpty)
    }

    @Test func rowsAreHandedOverWhenItIsTimeAndNotBefore() {
        var aggregator = RuntimeAggregator(flushTime: .seconds(10))
        #expect(aggregator.flush(at: now(0)).isEmpty)
        aggregator.observe(exec("/bin/ls"))
        #expect(aggregator.flush(at: now(9.9)).isEmpty)
        #expect(aggregator.flush(at: now(10)).count == 1)
    }

    @Test func theBoundHoldsAndWhatIsBeyondIsCounted() {
        var aggregator = RuntimeAggregator()
        for n in 0..<(RuntimeAggregator.rowsMax + 5) { aggregator.observe(exec("/bin/p\(n)")) }
        #expect(aggregator.count == RuntimeAggregator.rowsMax)
        #expect(aggregator.ledger.lost(at: "runtimeData", "aggregateFull") == 5)
        // a row that is there still counts
        aggregator.observe(exec("/bin/p0"))
        #expect(aggregator.flush(at: now(1), force: true).first { $0.executable == "/bin/p0" }?.count == 2)
    }

    @Test func aDigestThatComesLaterGoesToTheRowAlsoAfterItWasHandedOver() {
        var aggregator = RuntimeAggregator()
        let event = exec("/bin/ls")
        let digests = FileDigests(sha256: "aa", sha1: "bb", md5: "cc", size: 1, buildID: "0b16")
        aggregator.observe(event)
        aggregator.learn(digests, of: ProcessSnapshot.tree(of: event.process), at: now(1).wall)
        #expect(aggregator.flush(at: now(2), force: true).map(\.sha256) == ["aa"])
        aggregator.learn(digests, of: ProcessSnapshot.tree(of: event.process), at: now(3).wall)
        let late = aggregator.flush(at: now(4), force: true)
        #expect(late.map(\.sha256) == ["aa"] && late.map(\.count) == [0] && late.map(\.buildId) == ["0b16"])
    }
}
