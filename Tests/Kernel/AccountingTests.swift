import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    @Suite struct Accounting {
        private func flood(_ path: String, times: Int) {
            for _ in 0..<times {
                let fd = open(path, O_WRONLY | O_CLOEXEC)
                if fd >= 0 { close(fd) }
            }
        }

        @Test func whatIsProvokedIsSeenOrCounted() throws {
            let folder = try TemporaryDirectory()
            let path = folder.path + "/flooded"
            try "x".write(toFile: path, atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: [.open], ringBytes: 4096)
            let provoked = 20_000
            let before = harness.probes.counters()[.open] ?? ProbeCounters()
            flood(path, times: provoked)
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            let after = try #require(harness.probes.counters()[.open])
            let sent = after.sent - before.sent
            let lost = after.lost.values.reduce(0, +) - before.lost.values.reduce(0, +)
            // other processes open files too: what is ours is told apart by the path, losses are not
            let others = events.filter { if case .file(let file) = $0.details { file.path != path } else { true } }.count
            #expect(sent == UInt64(events.count))
            #expect(lost > 0)
            #expect(sent + lost >= UInt64(provoked))
            #expect(sent + lost - UInt64(others) <= UInt64(provoked) + 200)
        }

        @Test func processMessagesKeepRoomWhenFilesFlood() throws {
            let folder = try TemporaryDirectory()
            let path = folder.path + "/flooded"
            try "x".write(toFile: path, atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: [.open, .exec, .fork, .exit], ringBytes: 64 << 10)
            // nobody reads: files fill their part of the ring, then a process runs
            flood(path, times: 5000)
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
