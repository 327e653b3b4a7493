import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    /// What the hooks of the security module resolve, which the words of the caller do not say. The tracepoint set has only those words; what it
    /// makes of them is held here too, so that the pages say what is so.
    @Suite struct ResolvedNames {
        private func run(_ script: String, kinds: Set<EventKind>, in directory: String = "/", watching files: Set<String> = [], below directories: Set<String> = []) throws
            -> (set: HookSet, pid: UInt32, events: [Event])
        {
            let harness = try ProbeHarness(kinds: kinds.union([.exec, .fork, .exit]))
            #expect(harness.probes.watch(files: files, directories: directories) == 0)
            let prelude = "import ctypes, os, socket, struct, subprocess, sys, threading\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", prelude + script], in: directory)
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            return (harness.probes.hookSet, pid, events)
        }

        private func files(_ events: [Event], _ kinds: Set<EventKind>) -> [(EventKind, FileDetails)] {
            events.compactMap { event in if kinds.contains(event.kind), case .file(let file) = event.details { (event.kind, file) } else { nil } }
        }

        @Test func theSetHasAllOfItsHooks() throws {
            let harness = try ProbeHarness(kinds: [.exec, .connect, .kill, .ptrace, .vmWrite, .module, .rename, .mount])
            let own = harness.probes.hooks.filter { $0.program.hasPrefix("names_") || $0.program.hasPrefix("calls_") }
            #expect(own.count == (harness.probes.hookSet == .tracepoint ? 0 : 19))
            #expect(own.filter { !$0.isLoaded } == [])
        }

        @Test func aSymlinkedDirectoryDoesNotHideWhatIsChanged() throws {
            let folder = try TemporaryDirectory()
            let kinds: Set<EventKind> = [.rename, .link, .symlink, .unlink, .mkdir, .rmdir, .chmod, .chown, .truncate, .utimes, .setxattr]
            let (set, _, events) = try run(
                """
                os.mkdir('real'); os.symlink('real', 'way'); os.chmod('real', 0o755)
                for name in ('a', 'b'): open('real/' + name, 'w').close()
                os.symlink('a', 'real/alias')
                os.rename('way/a', 'way/moved'); os.link('way/b', 'way/hard'); os.symlink('b', 'way/soft'); os.unlink('way/hard'); os.mkdir('way/d', 0o750); os.rmdir('way/d')
                libc.unlinkat(-100, b'way/none', 0); os.mkdir('way/e'); libc.unlinkat(-100, b'way/e', 0x200)
                os.chmod('way/soft', 0o640); os.chown('way/soft', 3, 4); os.truncate('way/soft', 0); os.utime('way/soft'); os.utime('way/soft', follow_symlinks=False)
                assert libc.setxattr(b'way/b', b'trusted.x', b'1', 1, 2) == -1
                os.setxattr('way/soft', 'trusted.one', b'1'); os.setxattr('way/soft', 'trusted.two', b'2', follow_symlinks=False)
                """, kinds: kinds, in: folder.path)
            let found = files(events, kinds).dropFirst(4)
            #expect(found.map(\.0) == [.rename, .link, .symlink, .unlink, .mkdir, .rmdir, .mkdir, .unlink, .chmod, .chown, .truncate, .utimes, .utimes, .setxattr, .setxattr])
            #expect(found.allSatisfy { $0.1.result == 0 })
            let way = folder.path + (set == .tracepoint ? "/way" : "/real")
            // most of the last ones follow the link to the file as well
            let last = set == .tracepoint ? "soft" : "b"
            #expect(found.map(\.1.path) == ["a", "b", "b", "hard", "d", "d", "e", "e", last, last, last, last, "soft", last, "soft"].map { way + "/" + $0 })
            #expect(found.prefix(3).map(\.1.secondPath) == ["moved", "hard", "soft"].map { way + "/" + $0 })
            #expect(found.first { $0.0 == .mkdir }?.1.mode == 0o750 && found.first { $0.0 == .chmod }?.1.mode == 0o640)
            #expect(found.suffix(2).map(\.1.secondPath) == ["trusted.one", "trusted.two"])
            let chown = found.first { $0.0 == .chown }?.1
            #expect(chown?.ownerUID == 3 && chown?.ownerGID == 4)
        }

        /// The name is swapped while the calls run. Whatever was shown, the events are of the files that went.
        @Test func aRacingThreadCannotHideWhatWasRemoved() throws {
            let folder = try TemporaryDirectory()
            let (set, _, events) = try run(
                """
                name = ctypes.create_string_buffer(b'secret')
                done = False
                def swap():
                    while not done: ctypes.memmove(name, b'public', 6); ctypes.memmove(name, b'secret', 6)
                thread = threading.Thread(target=swap); thread.start()
                removed = {'secret': 0, 'public': 0}
                for i in range(100):
                    for file in removed: open(file, 'w').close()
                    assert libc.unlink(name) == 0
                    for file in removed: removed[file] += not os.path.exists(file)
                done = True; thread.join()
                os.mkdir('%d-%d' % (removed['secret'], removed['public']))
                """, kinds: [.unlink, .mkdir], in: folder.path)
            let names = files(events, [.unlink]).map { $0.1.path.dropFirst(folder.path.utf8.count + 1) }
            #expect(names.count == 100)
            guard set != .tracepoint else { return }
            let count = "\(names.count { $0 == "secret" })-\(names.count { $0 == "public" })"
            #expect(files(events, [.mkdir]).map(\.1.path) == [folder.path + "/" + count])
        }

        @Test func whatIsRefusedBehindTheHookIsNotReported() throws {
            let folder = try TemporaryDirectory()
            #expect(chmod(folder.path, 0o755) == 0)
            let (_, _, events) = try run(
                """
                open('kept', 'w').close(); os.mkdir('full'); open('full/x', 'w').close()
                assert libc.rmdir(b'full') == -1
                pid = os.fork()
                if pid == 0:
                    os.setresuid(1, 1, 1)
                    os._exit(0 if libc.unlink(b'kept') == -1 and libc.rename(b'kept', b'other') == -1 and libc.chmod(b'kept', 0o777) == -1 else 1)
                assert os.waitpid(pid, 0)[1] == 0
                """, kinds: [.unlink, .rename, .chmod, .rmdir], in: folder.path)
            #expect(files(events, [.unlink, .rename, .chmod, .rmdir]).isEmpty)
        }

        @Test func aMountIsNamedByWhereItIs() throws {
            let folder = try TemporaryDirectory()
            let (set, _, events) = try run(
                """
                os.mkdir('real'); os.symlink('real', 'way')
                libc.unshare(0x20000)
                assert libc.mount(b'none', b'/', None, 0x44000, None) == 0
                assert libc.mount(b'quiet', b'way', b'tmpfs', 0, None) == 0
                assert libc.umount2(b'way', 0) == 0
                """, kinds: [.mount, .umount], in: folder.path)
            let found = files(events, [.mount, .umount]).dropFirst()
            #expect(found.map(\.0) == [.mount, .umount])
            #expect(found.map(\.1.path) == Array(repeating: folder.path + (set == .tracepoint ? "/way" : "/real"), count: 2))
            #expect(found.first?.1.secondPath == "quiet")
        }

        @Test func aScriptRunThroughALinkIsNamedByItsFile() throws {
            let folder = try TemporaryDirectory()
            let (set, _, events) = try run(
                """
                with open('payload', 'w') as f: f.write('#!/bin/sh\\nexit 0\\n')
                os.chmod('payload', 0o755); os.symlink('payload', 'innocent')
                subprocess.run(['./innocent'], check=True)
                threading.Thread(target=lambda: os.execv('./innocent', ['x'])).start(); threading.Event().wait()
                """, kinds: [], in: folder.path)
            let scripts = events.compactMap { event -> ExecDetails? in if case .exec(let exec) = event.details, exec.script != nil { exec } else { nil } }
            #expect(scripts.map(\.script) == Array(repeating: set == .tracepoint ? "./innocent" : folder.path + "/payload", count: 2))
            #expect(scripts.allSatisfy { $0.filename == "./innocent" && $0.path == "/usr/bin/dash" })
        }

        @Test func theTargetIsTheProcessWhateverNamespaceTheCallerCountsIn() throws {
            let kinds: Set<EventKind> = [.kill, .vmWrite, .ptrace]
            let (set, _, events) = try run(
                """
                libc.unshare(0x20000000)
                def first():
                    child = os.fork()
                    if child == 0: os.read(os.pipe()[0], 1)
                    libc.ptrace.restype = ctypes.c_long
                    assert libc.ptrace(0x4206, child, None, None) == 0
                    data = ctypes.create_string_buffer(b'x' * 8)
                    piece = struct.pack('QQ', ctypes.addressof(data), 8)
                    assert libc.process_vm_writev(child, piece, 1, piece, 1, 0) == 8
                    os.kill(child, 9); os.waitpid(child, 0); os._exit(0)
                pid = os.fork()
                if pid == 0: first()
                assert os.waitpid(pid, 0)[1] == 0
                """, kinds: kinds)
            let calls = events.compactMap { event -> SystemCallDetails? in if kinds.contains(event.kind), case .systemCall(let call) = event.details { call } else { nil } }
            #expect(calls.map(\.name) == ["ptrace", "process_vm_writev", "kill"])
            let child = try #require(events.compactMap { if case .fork(let fork) = $0.details { fork.child } else { nil } }.last)
            #expect(calls.map(\.target) == Array(repeating: set == .tracepoint ? nil : child, count: 3))
        }

        @Test func aRefusedConnectToAWatchedSocketNamesIt() throws {
            let folder = try TemporaryDirectory()
            let (_, pid, events) = try run(
                """
                for name in ('docker.sock', 'other.sock'): socket.socket(socket.AF_UNIX).bind(name)
                for name in ('docker.sock', 'other.sock', os.getcwd() + '/missing/docker.sock'):
                    try: socket.socket(socket.AF_UNIX).connect(name)
                    except OSError as e: pass
                    else: assert False
                """, kinds: [.connect], in: folder.path, watching: ["docker.sock"])
            let found = sockets(events, of: pid)
            #expect(found.map(\.path) == [folder.path + "/docker.sock", folder.path + "/missing/docker.sock"])
            #expect(found.map(\.result) == [-Int64(ECONNREFUSED), -Int64(ENOENT)])
            #expect(found.allSatisfy { $0.transport == .unix && $0.fd > 2 })
        }

        @Test func anAbstractSocketIsReportedByAPartOfItsName() throws {
            let (_, pid, events) = try run(
                """
                kept = []
                for name in ('/containerd-shim/0123456789abcdef.sock', '/run/agent.sock', '/quiet/one', 'agent.sock'):
                    s = socket.socket(socket.AF_UNIX); s.bind('\\0%d' % os.getpid() + name if name[0] == '/' else '\\0' + name); s.listen(1); kept.append(s)
                    c = socket.socket(socket.AF_UNIX); c.connect(s.getsockname()); kept.append(c)
                try: socket.socket(socket.AF_UNIX).connect('\\0/nobody/agent.sock')
                except ConnectionRefusedError: pass
                """, kinds: [.connect], watching: ["agent.sock"], below: ["containerd-shim"])
            let found = sockets(events, of: pid)
            let names = ["@\(pid)/containerd-shim/0123456789abcdef.sock", "@\(pid)/run/agent.sock", "@agent.sock", "@/nobody/agent.sock"]
            #expect(found.map(\.path) == names)
            #expect(found.map(\.result) == [0, 0, 0, -Int64(ECONNREFUSED)])
        }

        private func sockets(_ events: [Event], of pid: UInt32) -> [NetworkDetails] {
            events.compactMap { event in if event.process.pid == pid, case .network(let network) = event.details { network } else { nil } }
        }

        @Test func aModuleThatTheKernelIsMadeToLookForIsNamed() throws {
            // X.25: nobody has it loaded
            let (set, pid, events) = try run("assert libc.socket(9, 1, 0) == -1", kinds: [.module])
            let found = events.compactMap { event -> SystemCallDetails? in if event.process.pid == pid, case .systemCall(let call) = event.details { call } else { nil } }
            guard set != .tracepoint, FileManager.default.fileExists(atPath: "/proc/sys/kernel/modprobe") else { return #expect(found.isEmpty) }
            #expect(found.map(\.name) == ["request_module"] && found.first?.text == "net-pf-9" && found.first?.result == -Int64(EINPROGRESS))
        }
    }
}
