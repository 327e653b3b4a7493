import Events
import Foundation
import Foundations
import Glibc
import Probes
import Testing

extension KernelTests {
    /// Every kind of event that this kernel gives, recorded from a process that does a little of everything, and replayed.
    ///
    /// `CAPTURE_FIXTURE=path` keeps the capture: that is how Tests/Fixtures/every-kind.capture is made.
    @Suite struct Captures {
        private static let script = """
            import ctypes, fcntl, os, signal, socket, struct, sys, threading
            libc = ctypes.CDLL(None, use_errno=True)
            own = os.open('/proc/self/ns/net', os.O_RDONLY)
            libc.unshare(0x40000000 | 0x20000)
            assert libc.mount(b'none', b'/', None, 0x44000, None) == 0
            up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            fcntl.ioctl(up, 0x8914, struct.pack('16sh14x', b'lo', 0x49))
            # files
            open('a', 'w').write('x'); os.rename('a', 'b'); os.link('b', 'hard'); os.symlink('b', 'soft'); os.mkdir('d'); os.chdir('d'); os.chdir('..')
            os.chmod('b', 0o4755); os.chown('b', 1, 2); os.truncate('b', 0); os.utime('b'); os.setxattr('b', 'trusted.x', b'1'); open('soft').close(); libc.open(b'none/b', 0)
            assert libc.mount(b'tmpfs', b'd', b'tmpfs', 0, None) == 0 and libc.umount2(b'd', 0) == 0
            os.rmdir('d'); os.unlink('hard')
            # network
            s = socket.socket(); s.bind(('127.0.0.1', 4000)); s.listen(4)
            c = socket.create_connection(('127.0.0.1', 4000)); s.accept()
            socket.socket().connect_ex(('192.0.2.1', 443)); socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
            question = struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) + b'\\x07example\\x03com\\0' + struct.pack('>HH', 1, 1)
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); server.bind(('127.0.0.1', 53))
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); client.sendto(question, ('127.0.0.1', 53))
            packet, peer = server.recvfrom(512)
            server.sendto(packet[:2] + struct.pack('>HHHHH', 0x8180, 1, 1, 0, 0) + packet[12:] + b'\\xc0\\x0c' + struct.pack('>HHIH', 1, 1, 60, 4) + bytes([192, 0, 2, 9]), peer)
            client.recv(512)
            # calls
            child = os.fork()
            if child == 0: signal.pause()
            assert libc.ptrace(16, child, 0, 0) == 0; os.waitpid(child, 0); libc.ptrace(17, child, 0, 0)
            byte = ctypes.create_string_buffer(8); vector = struct.pack('QQ', ctypes.addressof(byte), 1)
            libc.process_vm_writev(child, vector, 1, vector, 1, 0)
            os.kill(child, signal.SIGKILL); os.waitpid(child, 0)
            libc.setns(own, 0); os.memfd_create('payload'); libc.syscall(321, 0, None, 0); libc.syscall(323, 0)
            ring = libc.syscall(425, 1, ctypes.create_string_buffer(120)); libc.prctl(15, b'renamed', 0, 0, 0)
            libc.syscall(126, struct.pack('Ii', 0x20080522, 0), struct.pack('6I', *([0xffffffff] * 6)))
            os.dup2(c.fileno(), 0); os.setgid(0); os.setuid(0)
            os.execv('/bin/true', ['true'])
            """

        @Test func aReplayGivesTheSameEvents() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: Set(EventKind.allCases))
            #expect(harness.probes.watch(files: ["b"], directories: []) == 0)
            var header = CaptureHeader(
                bootToWall: .seconds(1_700_000_000), hostNamespaces: Namespaces(mount: 1, pid: 2, network: 3, user: 4), kernelRelease: String(KernelCheck.release.prefix { $0.isNumber || $0 == "." }), architecture: "x86_64",
                hookSet: harness.probes.hookSet.rawValue)
            header.seed = 1
            var raw: [(message: [UInt8], event: Event)] = []
            harness.record = { raw.append((Array($0), $1)) }
            let (pid, live) = try harness.events(running: "/usr/bin/python3", ["-c", Self.script], in: folder.path)
            #expect(live.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })

            var writer = CaptureWriter(header)
            let own = Set(live.map(\.time))
            for (index, recorded) in raw.enumerated() where own.contains(recorded.event.time) {
                // of what two processors did at once, the ring may hold the later one first: only the reader's clock is sure to run forward
                let now = Now(monotonic: MonotonicInstant(nanoseconds: Int64(index)), wall: WallInstant(nanoseconds: Int64(index)))
                recorded.message.withUnsafeBytes { writer.append(message: $0, at: now) }
            }
            writer.finish()
            let bytes = writer.take()

            var reader = CaptureReader()
            var decoder = EventDecoder()
            var replayed: [Event] = []
            reader.feed(bytes)
            while let input = try reader.next() {
                guard case .message(let message) = input.record, let event = message.withUnsafeBytes({ decoder.decode($0) }) else { continue }
                replayed.append(event)
            }
            try reader.finish()
            #expect(replayed.map { "\($0)" } == live.map { "\($0)" })
            let missing = Set(EventKind.allCases).subtracting(replayed.map(\.kind)).subtracting([.module])
            #expect(missing.isEmpty, "\(missing)")
            if let path = ProcessInfo.processInfo.environment["CAPTURE_FIXTURE"] { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
        }
    }
}
