import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    @Suite struct ProcessHooks {
        let kinds: Set<EventKind> = [.exec, .fork, .exit]

        @Test func execCarriesPathArgumentsAndIdentity() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (pid, events) = try harness.events(running: "/bin/sleep", ["0"], in: "/usr")
            let execs = events.filter { $0.kind == .exec }
            #expect(execs.count == 1)
            let event = try #require(execs.first)
            guard case .exec(let exec) = event.details else { throw Wrong.kind }
            // /bin is a link on Debian: the event has the file, the caller's word is beside it
            #expect(exec.path == "/usr/bin/sleep")
            #expect(exec.filename == "/bin/sleep")
            #expect(exec.arguments == ["/bin/sleep", "0"])
            #expect(exec.cwd == "/usr")
            #expect(exec.script == nil)
            #expect(!exec.isMemfd && !exec.isDeleted && !exec.isUpperLayer)
            #expect(exec.stdio == [.null, .null, .null])
            var status = stat()
            #expect(fstatat(AT_FDCWD, "/usr/bin/sleep", &status, 0) == 0)
            #expect(exec.inode == UInt64(status.st_ino))
            #expect(exec.euid == geteuid() && exec.egid == getegid())
            #expect(exec.namespacePID == pid)
            #expect(exec.sessionID == UInt32(getsid(0)))
            #expect(exec.namespaces.mount == namespace("mnt") && exec.namespaces.pid == namespace("pid"))
            #expect(exec.namespaces.network == namespace("net") && exec.namespaces.user == namespace("user"))
            #expect(event.process.pid == pid && event.threadID == pid)
            #expect(event.parentPID == UInt32(getpid()))
            #expect(event.uid == getuid() && event.gid == getgid())
            #expect(event.comm == "sleep")
            #expect(event.truncated.isEmpty)
            #expect(event.time > event.process.start)
        }

        @Test func theEnvironmentIsCopiedForThoseWhoAskAlone() throws {
            let harness = try ProbeHarness(kinds: kinds)
            func environments() throws -> [(variables: [String]?, truncated: Event.Truncation)] {
                let (pid, events) = try harness.events(running: "/bin/true", [], environment: ["WIZ_TEST_VALUE": "a b", "LONG": String(repeating: "x", count: 5000)])
                return events.compactMap { if case .exec(let exec) = $0.details, $0.process.pid == pid { (exec.environment, $0.truncated) } else { nil } }
            }
            let unasked = try environments()
            #expect(unasked.count == 1 && unasked[0].variables == nil && unasked[0].truncated.isEmpty)
            harness.probes.configure(kinds: kinds, environment: true)
            let asked = try environments()
            #expect(asked.count == 1)
            let variables = try #require(asked.first?.variables)
            #expect(variables.reduce(0) { $0 + $1.utf8.count + 1 } <= 4096)
            #expect(asked[0].truncated == .environment)
            let small = try harness.events(running: "/bin/true", [], environment: ["WIZ_TEST_VALUE": "a b"]).events
            let whole = small.compactMap { if case .exec(let exec) = $0.details { exec.environment } else { nil } }
            #expect(whole.first.map { Set($0).isSuperset(of: ["WIZ_TEST_VALUE=a b", "PATH=/usr/bin:/bin:/usr/sbin:/sbin"]) } == true)
            #expect(small.allSatisfy { $0.truncated.isEmpty })
            harness.probes.configure(kinds: kinds)
            #expect(try environments().allSatisfy { $0.variables == nil })
        }

        @Test func forkNamesTheChildAndExitItsCode() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (pid, events) = try harness.events(running: "/bin/sh", ["-c", "(exit 7); exit 3"])
            let forks = events.compactMap { event -> ForkDetails? in if case .fork(let fork) = event.details { fork } else { nil } }
            #expect(forks.count == 1)
            let child = try #require(forks.first).child
            let exits = events.compactMap { event -> (UInt32, ExitDetails)? in if case .exit(let exit) = event.details { (event.process.pid, exit) } else { nil } }
            #expect(exits.count == 2)
            #expect(exits.contains { $0.0 == child.pid && $0.1 == ExitDetails(code: 7, signal: 0) })
            #expect(exits.contains { $0.0 == pid && $0.1 == ExitDetails(code: 3, signal: 0) })
            // the child's own events carry the very key that the fork announced
            #expect(events.filter { $0.process.pid == child.pid }.allSatisfy { $0.process == child })
        }

        @Test func aSignalsDeathIsNotAnExitCode() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (pid, events) = try harness.events(running: "/bin/sh", ["-c", "kill -KILL $$"])
            let exit = events.first { $0.kind == .exit && $0.process.pid == pid }
            guard case .exit(let details)? = exit?.details else { throw Wrong.kind }
            #expect(details == ExitDetails(code: 0, signal: 9))
        }

        @Test func aThreadIsNoProcess() throws {
            let harness = try ProbeHarness(kinds: kinds)
            var early: [Event] = []
            harness.drain(into: &early, milliseconds: 0)
            let thread = Thread { usleep(1000) }
            thread.start()
            while !thread.isFinished { usleep(1000) }
            var events: [Event] = []
            harness.drain(into: &events, milliseconds: 50)
            #expect(!events.contains { $0.process.pid == UInt32(getpid()) && ($0.kind == .fork || $0.kind == .exit) })
        }

        @Test func aScriptNamesItselfAndItsInterpreter() throws {
            let folder = try TemporaryDirectory()
            let script = folder.path + "/hello"
            try "#!/bin/sh\nexit 0\n".write(toFile: script, atomically: true, encoding: .utf8)
            #expect(chmod(script, 0o755) == 0)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: script, ["x"])
            guard case .exec(let exec)? = events.first(where: { $0.kind == .exec })?.details else { throw Wrong.kind }
            #expect(exec.script == script)
            #expect(exec.path == "/usr/bin/dash")
            #expect(exec.arguments == ["/bin/sh", script, "x"])
        }

        @Test func longArgumentsAreCutAndSaySo() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/true", [String(repeating: "a", count: 100_000)])
            let event = try #require(events.first { $0.kind == .exec })
            guard case .exec(let exec) = event.details else { throw Wrong.kind }
            #expect(event.truncated == .arguments)
            #expect(exec.arguments.count == 2)
            #expect(exec.arguments[1].count == 4095 - "/bin/true".count - 1)
        }

        @Test func namesThatAreNotUTF8AreShownNotLost() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "exec /bin/true \"$(printf 'a\\377b')\""])
            let last = events.last { $0.kind == .exec }
            guard case .exec(let exec)? = last?.details else { throw Wrong.kind }
            #expect(exec.arguments == ["/bin/true", "a\u{FFFD}b"])
        }

        private func namespace(_ kind: String) -> UInt32 {
            let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/\(kind)")) ?? ""
            return UInt32(link.filter(\.isNumber)) ?? 0
        }
    }
}

enum Wrong: Error { case kind }
