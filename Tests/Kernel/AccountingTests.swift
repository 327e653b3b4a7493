import Events
import Foundation
import Glibc
import Probes
import Synchronization
import Testing

extension KernelTests {
    @Suite struct Accounting {
        /// An eighth of the default: soon full, with room in its last parts for the processes that other programs start meanwhile.
        private static let smallRing = 1 << 20

        private func flood(_ path: String, times: Int) {
            for _ in 0..<times {
                let fd = open(path, O_WRONLY | O_CLOEXEC)
                if fd >= 0 { close(fd) }
            }
        }

        /// In a pid namespace of its own, the only one that is reported: no other program's messages or losses are among the counted.
        @Test func whatIsProvokedIsSeenOrCounted() throws {
            let folder = try TemporaryDirectory()
            let provoked = LoadSize.of("opens by a shell", 20_000, emulated: 2000)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["unshare", "--pid", "--fork", "/bin/sh", "-c", "echo ready; read go; i=0; while [ $i -lt \(provoked) ]; do : >>flooded; i=$((i + 1)); done"]
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            // the shell's first word says that its namespace is there
            #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
            let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.processIdentifier)/ns/pid_for_children")
            let namespace = try #require(UInt32(link.filter(\.isNumber)))
            let harness = try ProbeHarness(kinds: [.open], ringBytes: 4096, onlyPIDNamespace: namespace)
            try input.fileHandleForWriting.write(contentsOf: Data("go\n".utf8))
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            let counted = try #require(harness.probes.counters()[.open])
            let lost = counted.lost.values.reduce(0, +)
            #expect(lost > 0)
            #expect(counted.sent == UInt64(events.count))
            #expect(counted.sent + lost == UInt64(provoked))
        }

        @Test func processMessagesKeepRoomWhenFilesFlood() throws {
            let folder = try TemporaryDirectory()
            let path = folder.path + "/flooded"
            try "x".write(toFile: path, atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: [.open, .exec, .fork, .exit], ringBytes: Self.smallRing)
            // nobody reads: files fill their part of the ring, then a process runs
            flood(path, times: LoadSize.of("opens", 20_000, emulated: 8000))
            #expect((harness.probes.counters()[.open]?.lost["ringReserve"] ?? 0) > 0)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/true")
            try process.run()
            process.waitUntilExit()
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            let pid = UInt32(process.processIdentifier)
            #expect(events.contains { $0.kind == .exec && $0.process.pid == pid })
            #expect(events.contains { $0.kind == .exit && $0.process.pid == pid })
            #expect(harness.probes.counters()[.exec]?.lost.isEmpty ?? true)
        }

        /// Runs /bin/true to its end and gives its pid.
        private func runTrue() throws -> UInt32 {
            var pid = pid_t()
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
            defer { free(arguments[0]) }
            try #require(posix_spawn(&pid, "/bin/true", nil, nil, &arguments, environ) == 0)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            #expect(status == 0)
            return UInt32(pid)
        }

        @Test func everyProcessIsSeenWhileTwoThreadsFloodASmallBufferWithFiles() throws {
            let folder = try TemporaryDirectory()
            let paths = ["a", "b"].map { folder.path + "/" + $0 }
            for path in paths { try "x".write(toFile: path, atomically: false, encoding: .utf8) }
            let harness = try ProbeHarness(kinds: [.open, .exec, .fork, .exit], ringBytes: Self.smallRing)
            let flooders = paths.map { Flooder(path: $0) }
            // the flood has filled its part before the first process runs, and goes on until the last has ended
            let deadline = Date().addingTimeInterval(30)
            while harness.probes.counters()[.open]?.lost["ringReserve"] ?? 0 == 0, Date() < deadline { sched_yield() }
            var events: [Event] = []
            var pids: Set<UInt32> = []
            for _ in 0..<LoadSize.of("processes beside two floods", 100, emulated: 4) {
                pids.insert(try runTrue())
                harness.drain(into: &events, milliseconds: 0)
            }
            let provoked = flooders.reduce(0) { $0 + $1.stop() }
            // other programs open files all the time: from here on nothing more is sent, and the accounts stand still
            harness.probes.configure(kinds: [])
            harness.drain(into: &events, milliseconds: 50)

            #expect(Set(events.filter { $0.kind == .exec }.map(\.process.pid)).isSuperset(of: pids))
            #expect(Set(events.filter { $0.kind == .exit }.map(\.process.pid)).isSuperset(of: pids))
            let children = events.compactMap { if case .fork(let fork) = $0.details { fork.child.pid } else { nil } }
            #expect(Set(children).isSuperset(of: pids))
            let counters = harness.probes.counters()
            for kind in [EventKind.exec, .fork, .exit] { #expect(counters[kind]?.lost.isEmpty ?? true, "\(kind.name)") }
            // each open that was made was sent or is counted as lost
            let opens = try #require(counters[.open])
            let lost = opens.lost.values.reduce(0, +)
            let ours = events.count { if case .file(let file) = $0.details { paths.contains(file.path) } else { false } }
            #expect(lost > 0 && UInt64(ours) + lost >= UInt64(provoked))
            #expect(opens.sent == UInt64(events.count { $0.kind == .open }))
        }

        @Test func aFloodOfCallsLeavesTheRoomOfProcesses() throws {
            let harness = try ProbeHarness(kinds: [.kill, .exec, .fork, .exit], ringBytes: Self.smallRing)
            // nobody reads: calls fill all that is theirs, then a process runs
            for _ in 0..<LoadSize.of("signals", 20_000, emulated: 10_000) { _ = kill(getpid(), SIGURG) }
            #expect((harness.probes.counters()[.kill]?.lost["ringReserve"] ?? 0) > 0)
            let pid = try runTrue()
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            for kind in [EventKind.exec, .exit] { #expect(events.contains { $0.kind == kind && $0.process.pid == pid }, "\(kind.name)") }
            let counters = harness.probes.counters()
            for kind in [EventKind.exec, .fork, .exit] { #expect(counters[kind]?.lost.isEmpty ?? true, "\(kind.name)") }
        }

        @Test func kindsThatComeToBeWantedAreLoadedAndOnesThatNobodyWantsAnyMoreAreDropped() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit])
            func opens() throws -> Int {
                let (_, events) = try harness.events(running: "/bin/sh", ["-c", "echo x > file"], in: folder.path)
                return events.count { if case .file(let file) = $0.details { $0.kind == .open && file.path == folder.path + "/file" } else { false } }
            }
            func has(_ program: String) -> Bool { harness.probes.hooks.contains { $0.program == program && $0.isLoaded } }
            #expect(try opens() == 0)
            #expect(!has("exit_mmap") && !has("exit_rename"))
            harness.probes.configure(kinds: [.exec, .fork, .exit, .open, .library])
            #expect(try opens() == 1)
            #expect(has("exit_mmap") && !has("exit_rename"))
            // an object of several kinds stays while one of them is wanted, and sends nothing of the others
            harness.probes.configure(kinds: [.exec, .fork, .exit, .unlink])
            #expect(try opens() == 0)
            #expect(!has("exit_mmap") && has("exit_rename"))
            harness.probes.configure(kinds: [.exec, .fork, .exit])
            #expect(!has("exit_rename") && has("process_exec"))
            // the accounts outlive the objects
            #expect((harness.probes.counters()[.open]?.sent ?? 0) > 0)
        }

        @Test func theUnifiedHierarchyIsFoundWhereverItIsMounted() {
            let hybrid = """
                30 23 0:26 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
                31 23 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
                """
            #expect(CgroupRoot.paths(in: hybrid) == ["/sys/fs/cgroup/unified"])
            #expect(CgroupRoot.paths(in: #"29 22 0:25 / /host\040sys/cgroup rw - cgroup2 cgroup rw"#) == ["/host sys/cgroup"])
            #expect(CgroupRoot.paths(in: "29 22 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw\ngarbage\n - cgroup2 x") == [])
        }

        @Test func aKindThatNobodyWantsIsNotSent() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: [.exec])
            let fd = open(folder.path + "/file", O_WRONLY | O_CREAT, 0o600)
            close(fd)
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            #expect(!events.contains { $0.kind == .open })
            #expect(harness.probes.counters()[.open] == nil)
        }
    }
}

/// A thread that opens a file for writing, over and over, until it is told to stop.
private final class Flooder: Sendable {
    private let path: String
    private let isStopping = Atomic(false)
    private let made = Atomic(0)
    private let ended = DispatchSemaphore(value: 0)

    init(path: String) {
        self.path = path
        let thread = Thread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                let fd = open(self.path, O_WRONLY | O_CLOEXEC)
                if fd >= 0 {
                    close(fd)
                    made.add(1, ordering: .relaxed)
                }
            }
            ended.signal()
        }
        thread.start()
    }

    /// - Returns: how often it did.
    func stop() -> Int {
        isStopping.store(true, ordering: .relaxed)
        ended.wait()
        return made.load(ordering: .relaxed)
    }
}
