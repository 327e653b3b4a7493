import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    /// Triggered from scripts in network namespaces of their own: loopback only, ports free by construction, other namespaces proved to be seen.
    @Suite struct NetworkHooks {
        private static let prelude = """
            import array, ctypes, errno, fcntl, os, socket, struct, sys, threading, time
            libc = ctypes.CDLL(None, use_errno=True)
            libc.unshare(0x40000000)
            up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            fcntl.ioctl(up, 0x8914, struct.pack('16sh14x', b'lo', 0x49))
            def server(family, address, port):
                s = socket.socket(family)
                s.bind((address, port))
                s.listen(512)
                return s

            """

        private func network(_ kind: EventKind, running script: String, in directory: String = "/", watching files: Set<String> = []) throws -> (events: [Event], details: [NetworkDetails]) {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, kind])
            #expect(harness.probes.watch(files: files, directories: []) == 0)
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", Self.prelude + script], in: directory)
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            #expect(events.allSatisfy { $0.kind != kind || $0.process.pid == pid })
            let found = events.filter { $0.kind == kind }
            return (found, found.compactMap { if case .network(let network) = $0.details { network } else { nil } })
        }

        @Test(arguments: [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")]) func aConnectHasItsPeerAndItsResultOnce(family: String, address: String) throws {
            let (_, found) = try network(
                .connect,
                running: """
                    s = server(socket.\(family), '\(address)', 4000)
                    c = socket.socket(socket.\(family))
                    c.connect(('\(address)', 4000))
                    open('/dev/stderr', 'w').close()
                    """)
            #expect(found.count == 1)
            let connect = try #require(found.first)
            #expect(connect.transport == .tcp && connect.remotePort == 4000 && connect.result == 0)
            #expect(connect.remote?.description == address && connect.local?.description == address)
            #expect(connect.localPort > 0 && connect.fd > 2)
        }

        @Test func aRefusalIsAResult() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    assert socket.socket().connect_ex(('127.0.0.1', 4001)) == errno.ECONNREFUSED
                    """)
            #expect(found.map(\.result) == [-Int64(ECONNREFUSED)])
            #expect(found.first?.remotePort == 4001 && found.first?.remote?.description == "127.0.0.1")
        }

        @Test func aPeerThatCannotBeReachedIsAnAttempt() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    assert socket.socket().connect_ex(('192.0.2.77', 443)) == errno.ENETUNREACH
                    assert socket.socket(socket.AF_INET6).connect_ex(('2001:db8::77', 443)) == errno.ENETUNREACH
                    """)
            #expect(found.map(\.result) == [-Int64(ENETUNREACH), -Int64(ENETUNREACH)])
            #expect(found.map { $0.remote?.description } == ["192.0.2.77", "2001:db8::77"])
            #expect(found.allSatisfy { $0.remotePort == 443 })
        }

        @Test func aConnectThatDoesNotWaitIsReportedOnceAsUnderWay() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    s = server(socket.AF_INET, '127.0.0.1', 4000)
                    c = socket.socket()
                    c.setblocking(False)
                    assert c.connect_ex(('127.0.0.1', 4000)) == errno.EINPROGRESS
                    time.sleep(0.05)
                    c.connect_ex(('127.0.0.1', 4000)); c.connect_ex(('127.0.0.1', 4000))
                    """)
            #expect(found.map(\.result) == [-Int64(EINPROGRESS)])
        }

        /// The address is swapped while the call runs; the event has the one that the kernel used.
        @Test func aRacingThreadCannotSwapTheAddress() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    s = server(socket.AF_INET, '127.0.0.1', 4000)
                    good = struct.pack('=H', socket.AF_INET) + struct.pack('>H', 4000) + socket.inet_aton('127.0.0.1') + bytes(8)
                    shown = struct.pack('=H', socket.AF_INET) + struct.pack('>H', 80) + socket.inet_aton('192.0.2.1') + bytes(8)
                    buffer = ctypes.create_string_buffer(good, 16)
                    done = False
                    def swap():
                        while not done: ctypes.memmove(buffer, shown, 16); ctypes.memmove(buffer, good, 16)
                    t = threading.Thread(target=swap); t.start()
                    reached = 0
                    for i in range(200):
                        c = socket.socket()
                        c.settimeout(None)
                        if libc.connect(c.fileno(), buffer, 16) == 0 and c.getpeername()[1] == 4000: reached += 1
                        c.close()
                    done = True; t.join()
                    assert reached > 0
                    s.close()
                    """)
            // a connect that succeeded went to the one listener that there is, and says so
            let reached = found.filter { $0.result == 0 }
            #expect(!reached.isEmpty)
            #expect(reached.allSatisfy { $0.remotePort == 4000 && $0.remote?.description == "127.0.0.1" })
        }

        @Test func fastOpenIsAConnect() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    open('/proc/sys/net/ipv4/tcp_fastopen', 'w').write('3')
                    s = socket.socket(); s.bind(('127.0.0.1', 4000)); s.setsockopt(socket.IPPROTO_TCP, 23, 5); s.listen(4)
                    c = socket.socket()
                    c.sendto(b'x', 0x20000000, ('127.0.0.1', 4000))
                    """)
            #expect(found.count == 1)
            #expect(found.first?.remotePort == 4000)
        }

        @Test func aUnixConnectIsReportedForWatchedNamesOnlyWithTheResolvedPath() throws {
            let folder = try TemporaryDirectory()
            let (_, found) = try network(
                .connect,
                running: """
                    os.mkdir('real'); os.symlink('real', 'link')
                    for name in ('real/docker.sock', 'real/other.sock'):
                        s = socket.socket(socket.AF_UNIX); s.bind(name); s.listen(1)
                        keep = globals().setdefault('keep', []); keep.append(s)
                    os.symlink('docker.sock', 'real/innocent')
                    for name in ('real/other.sock', 'link/innocent'):
                        socket.socket(socket.AF_UNIX).connect(name)
                    """, in: folder.path, watching: ["docker.sock"])
            #expect(found.count == 1)
            #expect(found.first?.transport == .unix && found.first?.path == folder.path + "/real/docker.sock" && found.first?.result == 0)
        }

        @Test func udpPeersAreReportedOnceForEachProcess() throws {
            let script = """
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                for i in range(3):
                    s.sendto(b'x', ('127.0.0.1', 5000)); s.sendto(b'x', ('127.0.0.1', 5001))
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', 5000))
                socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('::1', 5000))
                """
            let (events, found) = try network(.datagram, running: script)
            #expect(found.map(\.remotePort) == [5000, 5001, 5000])
            #expect(found.map { $0.remote?.description } == ["127.0.0.1", "127.0.0.1", "::1"])
            #expect(found.allSatisfy { $0.transport == .udp && $0.localPort > 0 && $0.result == 0 })
            #expect(events.allSatisfy { $0.comm == "python3" && $0.parentPID == UInt32(getpid()) && $0.uid == getuid() })
        }

        @Test func aUDPConnectIsAConnectOnce() throws {
            let (_, found) = try network(
                .connect,
                running: """
                    for i in range(3):
                        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', 5000)); s.send(b'x')
                    """)
            #expect(found.count == 1)
            #expect(found.first?.transport == .udp && found.first?.remotePort == 5000)
        }

        @Test func bindAndListenHaveTheirPort() throws {
            let script = "s = server(socket.AF_INET, '0.0.0.0', 4444); b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); b.bind(('127.0.0.1', 5555))"
            let (_, bound) = try network(.bind, running: script)
            #expect(bound.map(\.localPort) == [4444, 5555])
            #expect(bound.map(\.transport) == [.tcp, .udp])
            #expect(bound.map { $0.local?.description } == ["0.0.0.0", "127.0.0.1"])
            let (_, listening) = try network(.listen, running: script)
            #expect(listening.map(\.localPort) == [4444])
            #expect(listening.first?.transport == .tcp && listening.first?.local?.description == "0.0.0.0")
        }

        @Test func anAcceptNamesBothEnds() throws {
            let (_, found) = try network(
                .accept,
                running: """
                    s = server(socket.AF_INET6, '::1', 4444)
                    c = socket.create_connection(('::1', 4444))
                    a, peer = s.accept()
                    u = socket.socketpair()
                    """)
            #expect(found.count == 1)
            let accept = try #require(found.first)
            #expect(accept.transport == .tcp && accept.localPort == 4444 && accept.remotePort > 1023)
            #expect(accept.local?.description == "::1" && accept.remote?.description == "::1")
            #expect(accept.result == Int64(accept.fd) && accept.fd > 2)
        }
    }
}
