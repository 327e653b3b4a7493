import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    @Suite struct ChangeHooks {
        /// What each command does to the file system, as one event of that kind and no other of it.
        @Test(arguments: [
            ("mv a b", EventKind.rename, "/a", "/b"), ("ln a hard", .link, "/a", "/hard"), ("ln -s a soft", .symlink, "/a", "/soft"),
            ("rm a", .unlink, "/a", ""), ("mkdir d", .mkdir, "/d", ""), ("rmdir e", .rmdir, "/e", ""), ("chmod 4755 a", .chmod, "/a", ""),
            ("chown 0:0 a", .chown, "/a", ""), ("touch -d 2001-01-01 a", .utimes, "", ""),
        ])
        func aChangeIsReportedWithItsNames(command: String, kind: EventKind, first: String, second: String) throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/a", atomically: false, encoding: .utf8)
            #expect(mkdir(folder.path + "/e", 0o700) == 0)
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, kind])
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", command], in: folder.path)
            let found = events.filter { $0.kind == kind }
            #expect(found.count == 1)
            guard case .file(let file)? = found.first?.details else { throw Wrong.kind }
            // touch works on the descriptor: the name is not in the call
            if kind != .utimes { #expect(file.path == folder.path + first) }
            if !second.isEmpty { #expect(file.secondPath == folder.path + second) }
            if kind == .chmod { #expect(file.mode == 0o4755) }
            #expect(file.result == 0)
        }

        @Test func whatFailedIsNotReported() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .unlink, .rename])
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "rm missing; mv missing other"], in: folder.path)
            #expect(!events.contains { $0.kind == .unlink || $0.kind == .rename })
        }
    }

    @Suite struct CallHooks {
        private func calls(_ kind: EventKind, _ body: () -> Void) throws -> [SystemCallDetails] {
            let harness = try ProbeHarness(kinds: [kind])
            body()
            let me = UInt32(getpid())
            let events = harness.collect { $0.contains { $0.process.pid == me } }
            return events.compactMap { event in
                guard event.process.pid == me, case .systemCall(let call) = event.details else { return nil }
                return call
            }
        }

        @Test func aMemfdHasItsName() throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .memfd])
            let (_, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", "import os; os.memfd_create('payload')"])
            let found = events.compactMap { event -> SystemCallDetails? in if case .systemCall(let call) = event.details { call } else { nil } }
            #expect(found.map(\.name) == ["memfd_create"])
            #expect(found.first?.text == "payload")
            #expect((found.first?.result ?? -1) >= 0)
        }

        @Test(arguments: [
            ("os.dup2(a, 0)", "dup2"), ("libc.dup2(a, 1)", "dup2"), ("libc.dup3(a, 2, 0)", "dup3"), ("os.close(0); libc.dup(a)", "dup"),
            ("os.close(0); import fcntl; fcntl.fcntl(a, fcntl.F_DUPFD, 0)", "fcntl"), ("os.close(0); import fcntl; fcntl.fcntl(a, fcntl.F_DUPFD_CLOEXEC, 0)", "fcntl"),
        ])
        func everyWayToLayASocketOverAStandardStreamIsSeen(call: String, name: String) throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .dup])
            let script = "import ctypes, os, socket; libc = ctypes.CDLL(None); p = socket.socketpair(); a = p[0].fileno(); " + call + "; os.dup2(os.open('/dev/null', 0), 9)"
            let (_, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script])
            let found = events.compactMap { event -> SystemCallDetails? in if event.kind == .dup, case .systemCall(let call) = event.details { call } else { nil } }
            #expect(found.map(\.name) == [name])
            #expect((found.first?.result ?? -1) >= 0 && (found.first?.result ?? 9) <= 2)
        }

        @Test(arguments: [("os.setreuid(0, 1)", EventKind.setuid), ("os.setresgid(0, 1, 2)", .setgid), ("libc.tgkill(os.getpid(), threading.get_native_id(), 18)", .kill)])
        func identityAndSignalsByTheirOtherCalls(call: String, kind: EventKind) throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, kind])
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", "import ctypes, os, threading; libc = ctypes.CDLL(None); " + call])
            let found = events.filter { $0.kind == kind && $0.process.pid == pid }
            #expect(found.count == 1)
        }

        @Test func aNumberFromAnotherPidNamespaceIsNoOtherTarget() throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .kill])
            let (_, events) = try harness.events(running: "/usr/bin/unshare", ["-p", "-f", "/bin/sh", "-c", "kill -CONT $$"])
            let found = events.compactMap { event -> SystemCallDetails? in if event.kind == .kill, case .systemCall(let call) = event.details { call } else { nil } }
            #expect(found.count == 1)
            // what the caller said is there: it is the first process of its own namespace; never is that taken for the machine's first
            #expect(found.first?.target?.pid != 1 && found.first?.arguments.prefix(2) == [1, 18])
        }

        @Test func aModuleIsNamedByItsFileAndByItself() throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .module])
            // a module that this kernel takes, where the machine has been given one
            let real = ProcessInfo.processInfo.environment["KERNEL_MODULE"] ?? ""
            let script = """
                import ctypes, os
                libc = ctypes.CDLL(None)
                fd = os.memfd_create('rootkit'); os.write(fd, b'no module'); libc.syscall(313, fd, b'', 0)
                if '\(real)': libc.syscall(313, os.open('\(real)', 0), b'', 0)
                """
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script])
            let found = events.compactMap { event -> SystemCallDetails? in
                if event.kind == .module, event.process.pid == pid, case .systemCall(let call) = event.details { call } else { nil }
            }
            guard harness.probes.hooks.contains(where: { $0.program == "exit_finit_module" && $0.isLoaded }) else {
                // a kernel without modules has no such call to trace, and says so
                #expect(found.isEmpty && harness.probes.hooks.contains { $0.program == "exit_finit_module" && $0.state == HookStatus.absent })
                return
            }
            #expect(found.first?.name == "finit_module" && found.first?.text == "memfd:rootkit" && (found.first?.result ?? 0) < 0)
            guard !real.isEmpty else { return }
            #expect(found.dropFirst().map(\.text) == [URL(fileURLWithPath: real).deletingPathExtension().lastPathComponent, real])
            #expect(found.last?.result == 0)
        }

        @Test func aSocketOverStandardInputIsSeenAndAFileIsNot() throws {
            let saved = dup(0)
            let pair = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
            defer { pair.deallocate() }
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, pair) == 0)
            let found = try calls(.dup) {
                dup2(pair[0], 0)
                dup2(saved, 0)
            }
            for fd in [pair[0], pair[1], saved] { close(fd) }
            #expect(found.count == 1)
            #expect(found.first?.arguments.prefix(2) == [UInt64(pair[0]), 0])
        }

        @Test func aSignalNamesItsTarget() throws {
            let found = try calls(.kill) {
                kill(getpid(), 0)
                kill(getpid(), SIGCONT)
            }
            #expect(found.count == 1)
            #expect(found.first?.target?.pid == UInt32(getpid()))
            #expect(found.first?.arguments[1] == UInt64(SIGCONT))
        }
    }
}
