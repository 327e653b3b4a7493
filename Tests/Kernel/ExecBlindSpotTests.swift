import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    /// Ways to run a program that hide which one it is, or that it ran at all.
    @Suite struct ExecBlindSpots {
        private let kinds: Set<EventKind> = [.exec, .fork, .exit]

        private func python(_ script: String, in directory: String = "/") throws -> (pid: UInt32, events: [Event]) {
            let harness = try ProbeHarness(kinds: kinds)
            let prelude = "import ctypes, os, struct, sys, threading, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", prelude + script], in: directory)
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            return (pid, events)
        }

        private func execs(_ events: [Event]) -> [ExecDetails] { events.compactMap { if case .exec(let exec) = $0.details { exec } else { nil } } }

        @Test func aMemfdShowsItsNameNotTheDescriptor() throws {
            let (_, events) = try python(
                """
                fd = os.memfd_create('kworker'); os.write(fd, open('/bin/true', 'rb').read())
                os.execve(fd, ['[kworker/0:1]'], {})
                """)
            let exec = try #require(execs(events).last)
            #expect(exec.path == "memfd:kworker" && exec.isMemfd && exec.isDeleted)
            #expect(exec.arguments == ["[kworker/0:1]"])
        }

        @Test func execByDescriptorNamesTheFile() throws {
            let (_, events) = try python("os.execve(os.open('/bin/true', os.O_PATH), ['true'], {})")
            let exec = try #require(execs(events).last)
            #expect(exec.path == "/usr/bin/true" && !exec.isMemfd && !exec.isDeleted && exec.script == nil)
            #expect(exec.filename.hasPrefix("/dev/fd/"))
        }

        @Test func aDeletedProgramSaysSo() throws {
            let folder = try TemporaryDirectory()
            let (_, events) = try python(
                """
                import shutil; shutil.copy('/bin/true', 'gone'); fd = os.open('gone', os.O_RDONLY); os.unlink('gone'); os.execve(fd, ['x'], {})
                """, in: folder.path)
            let exec = try #require(execs(events).last)
            #expect(exec.path == folder.path + "/gone" && exec.isDeleted && !exec.isMemfd)
        }

        @Test func aLinkElsewhereDoesNotHideWhereAProgramLies() throws {
            let folder = try TemporaryDirectory()
            let hidden = "/dev/shm/wiz-sensor-test-\(UUID().uuidString)"
            defer { unlink(hidden) }
            try FileManager.default.copyItem(atPath: "/bin/true", toPath: hidden)
            #expect(symlink(hidden, folder.path + "/sshd") == 0)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: folder.path + "/sshd", [])
            let exec = try #require(execs(events).first)
            #expect(exec.path == hidden && exec.filename == folder.path + "/sshd")
            // the name that lists of trusted daemons go by is the caller's to choose
            #expect(events.first { $0.kind == .exec }?.comm == "sshd")
        }

        /// What a process calls itself, in its arguments and to the kernel, is beside where its program lies.
        @Test func aProcessThatCallsItselfATrustedDaemonIsKnownByItsFile() throws {
            let folder = try TemporaryDirectory()
            let (pid, events) = try python(
                """
                import shutil; shutil.copy('/bin/true', 'sshd')
                libc.prctl(15, b'sshd', 0, 0, 0)
                if os.fork() == 0: os.execve('./sshd', ['/usr/sbin/sshd', '-D'], {})
                os.wait()
                os.execve('/bin/true', ['/usr/sbin/sshd', '-D'], {})
                """, in: folder.path)
            let found = execs(events).suffix(2)
            #expect(found.map(\.path) == [folder.path + "/sshd", "/usr/bin/true"])
            #expect(found.allSatisfy { $0.arguments == ["/usr/sbin/sshd", "-D"] })
            // a name given by prctl lasts until the next program
            #expect(events.filter { $0.kind == .exec }.suffix(2).map(\.comm) == ["sshd", "true"])
            #expect(events.contains { $0.kind == .fork && $0.process.pid == pid && $0.comm == "sshd" })
        }

        @Test func aThreadThatExecsIsItsProcess() throws {
            let (pid, events) = try python("threading.Thread(target=lambda: os.execv('/bin/true', ['true'])).start(); time.sleep(10)")
            let last = try #require(events.last { $0.kind == .exec })
            let first = try #require(events.first)
            #expect(last.process == first.process && last.process.pid == pid && last.threadID == pid)
            #expect(execs(events).last?.path == "/usr/bin/true")
            #expect(events.count { $0.kind == .exit } == 1)
        }

        @Test(arguments: ["os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", "import subprocess; subprocess.run(['/bin/true'], close_fds=False)"])
        func vforkedChildrenHaveForkExecAndExit(call: String) throws {
            let (pid, events) = try python(call)
            let fork = try #require(events.compactMap { if case .fork(let fork) = $0.details, $0.process.pid == pid { fork } else { nil } }.first)
            // CLONE_VFORK
            #expect(fork.flags & 0x4000 != 0)
            let child = events.filter { $0.process == fork.child }
            #expect(child.map(\.kind) == [.exec, .exit])
            #expect(child.first?.parentPID == pid)
        }

        @Test func processesThatLiveAMillisecondAreWhole() throws {
            let harness = try ProbeHarness(kinds: kinds)
            let (pid, events) = try harness.events(running: "/bin/sh", ["-c", "i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done"])
            let children = events.compactMap { event -> UInt32? in if case .fork(let fork) = event.details, event.process.pid == pid { fork.child.pid } else { nil } }
            #expect(children.count == 200)
            for child in children { #expect(events.filter { $0.process.pid == child }.map(\.kind) == [.exec, .exit]) }
        }

        /// `clone3` with a chosen pid: the number comes again, the process does not.
        @Test func aPidThatComesAgainIsAnotherProcess() throws {
            let (pid, events) = try python(
                """
                first = os.fork()
                if first == 0: os._exit(1)
                os.waitpid(first, 0)
                wanted = (ctypes.c_int * 1)(first)
                arguments = struct.pack('11Q', 0, 0, 0, 0, 17, 0, 0, 0, ctypes.addressof(wanted), 1, 0)
                for attempt in range(100):
                    second = libc.syscall(435, arguments, len(arguments))
                    if second == 0: os._exit(2)
                    if second == first: break
                    time.sleep(0.001)
                assert second == first
                os.waitpid(second, 0)
                """)
            let forks = events.compactMap { event -> ForkDetails? in if case .fork(let fork) = event.details, event.process.pid == pid { fork } else { nil } }
            #expect(forks.count == 2)
            let (a, b) = (try #require(forks.first).child, try #require(forks.last).child)
            #expect(a.pid == b.pid && a.start < b.start)
            for (child, code) in [(a, UInt8(1)), (b, UInt8(2))] {
                let exits = events.filter { $0.kind == .exit && $0.process == child }
                #expect(exits.count == 1)
                guard case .exit(let exit)? = exits.first?.details else { throw Wrong.kind }
                #expect(exit.code == code)
            }
        }

        @Test func twoMebibytesOfArgumentsAreCutAndSaySo() throws {
            let (_, events) = try python("os.execv('/bin/true', ['true'] + ['%04d' % i + 'a' * 100000 for i in range(19)])")
            let event = try #require(events.last { $0.kind == .exec })
            guard case .exec(let exec) = event.details else { throw Wrong.kind }
            #expect(event.truncated == .arguments)
            #expect(exec.arguments.count == 2 && exec.arguments[1].hasPrefix("0000a") && exec.path == "/usr/bin/true")
        }

        @Test func standardStreamsOnAConnectionAreSeenAtTheExecAndAreNoSocketPair() throws {
            let pair = "import socket; a, b = socket.socketpair()"
            let connection = "import socket; l = socket.create_server(('127.0.0.1', 0)); a = socket.create_connection(l.getsockname())"
            for (streams, kind) in [(pair, StdioKind.unix), (connection, .socket)] {
                let (_, events) = try python(streams + "\nfor fd in (0, 1, 2): os.dup2(a.fileno(), fd)\nos.execv('/bin/true', ['sh'])")
                #expect(execs(events).last?.stdio == [kind, kind, kind])
            }
        }

        @Test func aProgramInTheWritableLayerOfAnOverlayIsDrift() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(
                running: "/usr/bin/unshare",
                [
                    "-m", "/bin/sh", "-ec",
                    """
                    mount -t tmpfs none \(folder.path); cd \(folder.path); mkdir lower upper work merged; cp /bin/true lower/shipped
                    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
                    cp /bin/true merged/dropped; merged/shipped; merged/dropped
                    """,
                ])
            let shipped = try #require(execs(events).first { $0.path.hasSuffix("/shipped") })
            let dropped = try #require(execs(events).first { $0.path.hasSuffix("/dropped") })
            #expect(!shipped.isUpperLayer && dropped.isUpperLayer)
            #expect(dropped.path == folder.path + "/merged/dropped")
        }
    }
}
