import Events
import Foundation
import Probes
import Testing

extension KernelTests {
    /// Each test asks a server of its own in a network namespace of its own: nothing leaves the machine, nobody else's port 53 is used, and
    /// other namespaces are proved to be seen.
    @Suite struct DNSHooks {
        let kinds: Set<EventKind> = [.exec, .fork, .exit, .dns]

        /// The beginning of each script: loopback up, a server thread on port 53, and names to put packets together.
        private static let prelude = """
            import ctypes, fcntl, os, socket, struct, sys, threading, time
            ctypes.CDLL(None).unshare(0x40000000)
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 0x49))
            def question(name, kind=1, n=7):
                return struct.pack('>HHHHHH', n, 0x100, 1, 0, 0, 0) + b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\\0' + struct.pack('>HH', kind, 1)
            def answer(q, *addresses, rcode=0):
                head = q[:2] + struct.pack('>HHHHH', 0x8180 | rcode, 1, len(addresses), 0, 0)
                return head + q[12:] + b''.join(b'\\xc0\\x0c' + struct.pack('>HHIH', 1 if len(a) == 4 else 28, 1, 60, len(a)) + a for a in addresses)
            def v4(text): return socket.inet_pton(socket.AF_INET, text)
            def v6(text): return socket.inet_pton(socket.AF_INET6, text)
            def serve(family, address, reply):
                server = socket.socket(family, socket.SOCK_DGRAM)
                server.bind((address, 53))
                def run():
                    while True:
                        data, peer = server.recvfrom(4096)
                        for packet in reply(data): server.sendto(packet, peer)
                threading.Thread(target=run, daemon=True).start()
            def listener(run):
                server = socket.socket()
                server.bind(('127.0.0.1', 53))
                server.listen(1)
                threading.Thread(target=lambda: run(server.accept()[0]), daemon=True).start()
            def framed(data): return struct.pack('>H', len(data)) + data
            def read(sock, n):
                out = b''
                while len(out) < n:
                    more = sock.recv(n - len(out))
                    if not more: break
                    out += more
                return out

            """

        private func dns(running script: String, lost: ((ProbeCounters?) -> Void)? = nil) throws -> (pid: UInt32, events: [Event], details: [DNSDetails]) {
            let harness = try ProbeHarness(kinds: kinds)
            #expect(harness.probes.hooks.filter { $0.program.hasPrefix("dns") }.allSatisfy { $0.isLoaded })
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", Self.prelude + script])
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            lost?(harness.probes.counters()[.dns])
            let found = events.filter { $0.kind == .dns }
            return (pid, found, found.compactMap { if case .dns(let dns) = $0.details { dns } else { nil } })
        }

        @Test func aQuestionAndItsAnswerBelongToWhoAsked() throws {
            let (pid, events, dns) = try dns(
                running: """
                    serve(socket.AF_INET, '127.0.0.1', lambda q: [answer(q, v4('192.0.2.1'), v6('2001:db8::5'))])
                    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    c.sendto(question('WWW.Example.com'), ('127.0.0.1', 53))
                    c.recv(4096)
                    """)
            #expect(dns.map(\.isAnswer) == [false, true])
            #expect(dns.allSatisfy { $0.name == "www.example.com" && $0.type == 1 && $0.rcode == 0 && $0.server?.description == "127.0.0.1" })
            #expect(dns.first?.addresses == [])
            #expect(dns.last?.addresses.map(\.description) == ["192.0.2.1", "2001:db8::5"])
            let exec = try #require(events.first)
            for event in events {
                #expect(event.process.pid == pid && event.process == exec.process)
                #expect(event.parentPID == UInt32(getpid()) && event.uid == getuid() && event.gid == getgid())
                #expect(event.comm == "python3" && event.truncated.isEmpty)
            }
        }

        @Test(arguments: ["sendto", "send", "sendmsg", "write", "thread"]) func whicheverCallSendsIt(call: String) throws {
            let send = [
                "sendto": "c.sendto(q, ('127.0.0.1', 53))", "send": "c.send(q)", "sendmsg": "c.sendmsg([q[:5], q[5:]])", "write": "os.write(c.fileno(), q)",
                "thread": "t = threading.Thread(target=c.send, args=(q,)); t.start(); t.join()",
            ]
            let (pid, events, dns) = try dns(
                running: """
                    serve(socket.AF_INET, '127.0.0.1', lambda q: [answer(q, rcode=3)])
                    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    c.connect(('127.0.0.1', 53))
                    q = question('missing.example', 28)
                    \(send[call] ?? "")
                    c.recv(4096)
                    """)
            #expect(dns.map(\.isAnswer) == [false, true])
            #expect(dns.allSatisfy { $0.name == "missing.example" && $0.type == 28 })
            #expect(dns.last?.rcode == 3)
            #expect(events.allSatisfy { $0.process.pid == pid })
        }

        @Test func overIPv6() throws {
            let (_, _, dns) = try dns(
                running: """
                    serve(socket.AF_INET6, '::1', lambda q: [answer(q, v4('192.0.2.9'))])
                    c = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
                    c.sendto(question('six.example'), ('::1', 53))
                    c.recv(4096)
                    """)
            #expect(dns.map(\.isAnswer) == [false, true])
            #expect(dns.allSatisfy { $0.name == "six.example" && $0.server?.description == "::1" })
            #expect(dns.last?.addresses.map(\.description) == ["192.0.2.9"])
        }

        /// glibc sends both questions of a look-up in one segment; another client sends the length in a segment of its own; an answer
        /// comes in pieces.
        @Test func overTCPHoweverItIsCutIntoSegments() throws {
            let (_, events, dns) = try dns(
                running: """
                    def run(s):
                        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        for n in range(3):
                            q = read(s, struct.unpack('>H', read(s, 2))[0])
                            a = framed(answer(q, v4('192.0.2.%d' % (n + 1))))
                            if n == 2:
                                s.send(a[:2]); time.sleep(0.05); s.send(a[2:40]); time.sleep(0.05); s.send(a[40:])
                            else:
                                s.send(a)
                        s.close()
                    listener(run)
                    c = socket.create_connection(('127.0.0.1', 53))
                    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    c.send(framed(question('first.example')) + framed(question('second.example')))
                    time.sleep(0.1)
                    q = framed(question('third.example'))
                    c.send(q[:2]); time.sleep(0.05); c.send(q[2:])
                    while c.recv(4096): pass
                    """)
            #expect(dns.filter { !$0.isAnswer }.map(\.name) == ["first.example", "second.example", "third.example"])
            let answers = dns.filter(\.isAnswer)
            #expect(answers.map(\.name) == ["first.example", "second.example", "third.example"])
            // the third answer was cut in the middle: its question is read, and the event says that bytes are missing
            #expect(answers.prefix(2).map { $0.addresses.map(\.description) } == [["192.0.2.1"], ["192.0.2.2"]])
            #expect(events.last?.truncated == .payload)
        }

        @Test func aLongAnswerIsCutAndSaysSo() throws {
            let (_, events, dns) = try dns(
                running: """
                    serve(socket.AF_INET, '127.0.0.1', lambda q: [answer(q, *[v4('10.0.%d.%d' % (i // 250, i % 250)) for i in range(220)])])
                    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    c.sendto(question('many.example'), ('127.0.0.1', 53))
                    c.recv(8192)
                    """)
            #expect(dns.count == 2)
            #expect(events.last?.truncated == .payload)
            // the decoder reads as many records as it has a bound for
            #expect(dns.last?.addresses.count == 64)
        }

        @Test func garbageToPort53IsNoEventAndOtherPortsAreNotLookedAt() throws {
            let (_, events, _) = try dns(
                running: """
                    c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    c.sendto(b'short', ('127.0.0.1', 53))
                    c.sendto(question('elsewhere.example'), ('127.0.0.1', 5353))
                    """)
            #expect(events.isEmpty)
        }

        @Test func anAnswerThatNobodyAskedForIsCounted() throws {
            var before: ProbeCounters?
            let harness = try ProbeHarness(kinds: kinds)
            before = harness.probes.counters()[.dns]
            _ = try harness.events(
                running: "/usr/bin/env",
                [
                    "python3", "-c",
                    Self.prelude + """
                        c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        c.bind(('127.0.0.1', 4000))
                        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        s.bind(('127.0.0.1', 53))
                        s.sendto(answer(question('forged.example'), v4('192.0.2.66')), ('127.0.0.1', 4000))
                        c.recv(4096)
                        """,
                ])
            let after = harness.probes.counters()[.dns]
            #expect((after?.lost["context"] ?? 0) > (before?.lost["context"] ?? 0))
        }
    }
}
