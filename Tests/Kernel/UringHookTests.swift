import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    /// Operations that pass by every system call. `enter` does one of them and gives its result; with flag 16 (IOSQE_ASYNC) a worker thread of
    /// the kernel does it.
    @Suite struct UringHooks {
        private static let prelude = """
            import ctypes, fcntl, mmap, os, socket, struct, threading
            libc = ctypes.CDLL(None, use_errno=True)
            libc.unshare(0x40000000)
            up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            fcntl.ioctl(up, 0x8914, struct.pack('16sh14x', b'lo', 0x49))
            parameters = ctypes.create_string_buffer(120)
            ring = libc.syscall(425, 8, parameters)
            assert ring >= 0, os.strerror(ctypes.get_errno())
            sq, cq = struct.unpack_from('8I', parameters, 40), struct.unpack_from('8I', parameters, 80)
            rings = mmap.mmap(ring, max(sq[6] + 32, cq[5] + 16 * 16))
            entries = mmap.mmap(ring, 8 * 64, offset=0x10000000)
            def enter(code, fd, address=0, second=0, length=0, flags=0, sqe=0):
                tail, = struct.unpack_from('I', rings, sq[1])
                slot = tail & struct.unpack_from('I', rings, sq[2])[0]
                entries[slot * 64:slot * 64 + 64] = struct.pack('BBHiQQIIQ', code, sqe, 0, fd, second, address, length, flags, 7).ljust(64, b'\\0')
                struct.pack_into('I', rings, sq[6] + 4 * slot, slot)
                struct.pack_into('I', rings, sq[1], tail + 1)
                assert libc.syscall(426, ring, 1, 1, 1, None, 0) == 1
                head, = struct.unpack_from('I', rings, cq[0])
                result, = struct.unpack_from('i', rings, cq[5] + 16 * (head & struct.unpack_from('I', rings, cq[2])[0]) + 8)
                struct.pack_into('I', rings, cq[0], head + 1)
                return result
            kept = []
            def at(data):
                buffer = ctypes.create_string_buffer(data)
                kept.append(buffer)
                return ctypes.addressof(buffer)

            """

        private func run(_ script: String, kinds: Set<EventKind>, in directory: String = "/", watching files: Set<String> = []) throws -> (set: HookSet, pid: UInt32, events: [Event]) {
            let harness = try ProbeHarness(kinds: kinds.union([.exec, .fork, .exit]))
            #expect(harness.probes.watch(files: files, directories: []) == 0)
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", Self.prelude + script], in: directory)
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            return (harness.probes.hookSet, pid, events)
        }

        @Test(arguments: [0, 16]) func aSensitiveReadAndAWriteAreSeen(sqe: Int) throws {
            let folder = try TemporaryDirectory()
            try "secret".write(toFile: folder.path + "/shadow-like", atomically: false, encoding: .utf8)
            try "dull".write(toFile: folder.path + "/plain", atomically: false, encoding: .utf8)
            #expect(symlink("shadow-like", folder.path + "/innocent") == 0)
            let (_, pid, events) = try run(
                """
                for name, flags in ((b'plain', 0), (b'innocent', 0), (b'made', os.O_WRONLY | os.O_CREAT)):
                    fd = enter(18, -100, at(name), 0, 0o600, flags, \(sqe))
                    assert fd >= 0, fd
                """, kinds: [.open], in: folder.path, watching: ["shadow-like"])
            let opens = events.compactMap { event -> (UInt32, FileDetails)? in
                guard case .file(let file) = event.details, file.path.hasPrefix(folder.path) else { return nil }
                return (event.process.pid, file)
            }
            #expect(opens.map(\.1.path) == [folder.path + "/shadow-like", folder.path + "/made"])
            #expect(opens.allSatisfy { $0.0 == pid && $0.1.result >= 0 })
            #expect(opens.first?.1.isWrite == false && opens.last?.1.isWrite == true && opens.last?.1.isCreate == true)
        }

        @Test(arguments: [0, 16]) func failedOpensAreSeenWithTheirError(sqe: Int) throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/plain", atomically: false, encoding: .utf8)
            #expect(mkdir(folder.path + "/jail", 0o755) == 0)
            let (_, pid, events) = try run(
                """
                # asked for by its name, for writing, by openat2 below a directory; not: a read that nobody asked for, and what succeeds
                assert enter(18, -100, at(b'none/../none/secret'), 0, 0, 0, \(sqe)) == -2
                assert enter(18, -100, at(b'none/made'), 0, 0o640, os.O_WRONLY | os.O_CREAT, \(sqe)) == -2
                assert enter(28, os.open('jail', os.O_PATH), at(b'/secret'), at(struct.pack('QQQ', 0, 0, 16)), 24, 0, \(sqe)) == -2
                assert enter(18, -100, at(b'none/ordinary'), 0, 0, 0, \(sqe)) == -2
                assert enter(18, -100, at(b'plain'), 0, 0, os.O_WRONLY, \(sqe)) >= 0
                os.chroot('jail'); os.chdir('/')
                assert enter(18, -100, at(b'/plain'), 0, 0, os.O_RDWR, \(sqe)) == -2
                """, kinds: [.open, .openFailed], in: folder.path, watching: ["secret"])
            let found = events.compactMap { event -> (Event, FileDetails)? in
                guard case .file(let file) = event.details, file.path.hasPrefix(folder.path), event.process.pid == pid else { return nil }
                return (event, file)
            }
            #expect(found.map(\.0.kind) == [.openFailed, .openFailed, .openFailed, .open, .openFailed])
            #expect(found.map(\.1.path) == ["none/secret", "none/made", "jail/secret", "plain", "jail/plain"].map { folder.path + "/" + $0 })
            #expect(found.filter { $0.0.kind == .openFailed }.allSatisfy { $0.1.result == -Int64(ENOENT) && !$0.1.isCreate && $0.0.comm == "python3" })
            #expect(found.map(\.1.isWrite) == [false, true, false, true, true])
            #expect(found.dropFirst().first?.1.mode == 0o640 && found.first?.1.typed == "none/../none/secret")
        }

        @Test(arguments: [0, 16]) func connectsAndAcceptsAreSeen(sqe: Int) throws {
            let folder = try TemporaryDirectory()
            let (_, pid, events) = try run(
                """
                s = socket.socket(); s.bind(('127.0.0.1', 4000)); s.listen(4)
                c = socket.socket()
                address = struct.pack('=H', socket.AF_INET) + struct.pack('>H', 4000) + socket.inet_aton('127.0.0.1') + bytes(8)
                assert enter(16, c.fileno(), at(address), 16, 0, 0, \(sqe)) == 0
                assert enter(13, s.fileno(), 0, 0, 0, 0, \(sqe)) >= 0
                u = socket.socket(socket.AF_UNIX); u.bind('docker.sock'); u.listen(1)
                assert enter(16, socket.socket(socket.AF_UNIX).detach(), at(struct.pack('=H', 1) + b'docker.sock'), 14, 0, 0, \(sqe)) == 0
                d = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                assert enter(16, d.fileno(), at(address), 16, 0, 0, \(sqe)) == 0
                """, kinds: [.connect, .accept], in: folder.path, watching: ["docker.sock"])
            let found = events.compactMap { event -> (EventKind, NetworkDetails)? in
                guard event.process.pid == pid, case .network(let network) = event.details else { return nil }
                return (event.kind, network)
            }
            #expect(found.map(\.0) == [.connect, .accept, .connect, .connect])
            #expect(found.map(\.1.transport) == [.tcp, .tcp, .unix, .udp])
            // nobody waits for the call's return here: the handshake is reported as it begins
            #expect(found.first?.1.result == -Int64(EINPROGRESS) && found.first?.1.remotePort == 4000)
            #expect(found.dropFirst().first?.1.localPort == 4000)
            #expect(found.dropFirst(2).first?.1.path == folder.path + "/docker.sock")
        }

        /// By the name that the process used, which goes through a link: the hooks of the security module say where it leads.
        @Test(arguments: [(0, "."), (16, "."), (0, "way"), (16, "way")]) func changesOfNamesAreSeen(sqe: Int, way: String) throws {
            let folder = try TemporaryDirectory()
            #expect(mkdir(folder.path + "/real", 0o700) == 0 && symlink("real", folder.path + "/way") == 0)
            let real = folder.path + (way == "." ? "" : "/real")
            for name in ["a", "b", "c"] { try "x".write(toFile: real + "/" + name, atomically: false, encoding: .utf8) }
            let kinds: Set<EventKind> = [.rename, .link, .symlink, .unlink, .mkdir, .rmdir]
            let (set, _, events) = try run(
                """
                here = -100 & 0xffffffff
                assert enter(35, -100, at(b'\(way)/a'), at(b'\(way)/moved'), here, 0, \(sqe)) == 0
                assert enter(39, os.open('.', os.O_PATH), at(b'\(way)/b'), at(os.getcwd().encode() + b'/\(way)/hard'), here, 0, \(sqe)) == 0
                assert enter(38, -100, at(b'b'), at(b'\(way)/soft'), 0, 0, \(sqe)) == 0
                assert enter(36, -100, at(b'\(way)/c'), 0, 0, 0, \(sqe)) == 0
                assert enter(37, -100, at(b'\(way)/d'), 0, 0o750, 0, \(sqe)) == 0
                assert enter(36, -100, at(b'\(way)/d'), 0, 0, 0x200, \(sqe)) == 0
                """, kinds: kinds, in: folder.path)
            let found = events.compactMap { event -> (EventKind, FileDetails)? in
                guard kinds.contains(event.kind), case .file(let file) = event.details else { return nil }
                return (event.kind, file)
            }
            #expect(found.map(\.0) == [.rename, .link, .symlink, .unlink, .mkdir, .rmdir])
            let seen = set == .tracepoint && way != "." ? folder.path + "/way" : real
            #expect(found.map(\.1.path) == ["a", "b", "b", "c", "d", "d"].map { seen + "/" + $0 })
            #expect(found.prefix(3).map(\.1.secondPath) == ["moved", "hard", "soft"].map { seen + "/" + $0 })
            #expect(found.first { $0.0 == .mkdir }?.1.mode == 0o750 && found.last?.1.flags == 0x200)
            // handed over, not done
            #expect(found.allSatisfy { $0.1.result == -Int64(EINPROGRESS) })
        }

        @Test func theRingItselfIsAnEvent() throws {
            let (_, pid, events) = try run("pass", kinds: [.ioUring])
            let found = events.filter { $0.kind == .ioUring && $0.process.pid == pid }
            #expect(found.count == 1)
            guard case .systemCall(let call)? = found.first?.details else { throw Wrong.kind }
            #expect(call.name == "io_uring_setup" && call.arguments.first == 8 && call.result >= 0)
        }
    }
}
