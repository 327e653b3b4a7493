import Events
import Foundation
import Testing

/// Tests/Fixtures/every-kind.capture was recorded by the kernel test of the same name from one process that does a little of everything, on Linux 6.18
/// with the tracepoint set; what it did is in Tests/Kernel/CaptureTests.swift. Decoding it needs no root.
@Suite struct EveryKindTests {
    private static func replay() throws -> (header: CaptureHeader?, events: [Event], decoder: EventDecoder) {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/every-kind.capture")
        var reader = CaptureReader()
        var decoder = EventDecoder()
        var events: [Event] = []
        reader.feed(try Data(contentsOf: path))
        while let input = try reader.next() {
            guard case .message(let message) = input.record, let event = message.withUnsafeBytes({ decoder.decode($0) }) else { continue }
            events.append(event)
        }
        try reader.finish()
        return (reader.header, events, decoder)
    }

    private func files(_ events: [Event], _ kind: EventKind) -> [FileDetails] {
        events.compactMap { if $0.kind == kind, case .file(let file) = $0.details { file } else { nil } }
    }

    private func calls(_ events: [Event], _ kind: EventKind) -> [SystemCallDetails] {
        events.compactMap { if $0.kind == kind, case .systemCall(let call) = $0.details { call } else { nil } }
    }

    @Test func everyKindButModulesIsThereAndIsDecoded() throws {
        let (header, events, decoder) = try Self.replay()
        #expect(header?.hookSet == "tracepoint" && header?.architecture == "x86_64")
        #expect(decoder.malformed == 0 && decoder.unknownKinds == 0 && decoder.unreadablePackets == 0)
        #expect(Set(events.map(\.kind)) == Set(EventKind.allCases).subtracting([.module]))
    }

    @Test func whatItDidToFilesIsWhatTheEventsSay() throws {
        let (_, events, _) = try Self.replay()
        let folder = try #require(files(events, .chdir).last?.path)
        #expect(files(events, .rename).map(\.secondPath) == [folder + "/b"])
        #expect(files(events, .link).map(\.path) == [folder + "/b"])
        #expect(files(events, .symlink).map(\.path) == [folder + "/b"])
        #expect(files(events, .chmod).map(\.mode) == [0o4755])
        #expect(files(events, .chown).map(\.ownerGID) == [2])
        #expect(files(events, .setxattr).map(\.secondPath) == ["trusted.x"])
        #expect(files(events, .mount).last?.path == folder + "/d" && files(events, .mount).last?.secondPath == "tmpfs")
        #expect(files(events, .umount).map(\.path) == [folder + "/d"])
        #expect(files(events, .unlink).map(\.path) == [folder + "/hard"])
        #expect(files(events, .openFailed).contains { $0.path == folder + "/none/b" && $0.result == -2 && $0.typed == "none/b" })
        // the read through the symlink, by the name that was asked for
        #expect(files(events, .open).contains { $0.path == folder + "/b" && !$0.isWrite })
        #expect(files(events, .library).contains { $0.path.hasSuffix("/libc.so.6") })
    }

    @Test func whatItDidOnTheNetworkIsWhatTheEventsSay() throws {
        let (_, events, _) = try Self.replay()
        func network(_ kind: EventKind) -> [NetworkDetails] { events.compactMap { if $0.kind == kind, case .network(let network) = $0.details { network } else { nil } } }
        #expect(network(.connect).map { $0.remote?.description } == ["127.0.0.1", "192.0.2.1"])
        #expect(network(.connect).map(\.result) == [0, -101])
        #expect(network(.listen).map(\.localPort) == [4000] && network(.accept).map(\.localPort) == [4000])
        #expect(network(.datagram).contains { $0.remotePort == 53 })
        let dns = events.compactMap { if case .dns(let dns) = $0.details { dns } else { nil } }
        #expect(dns.map(\.isAnswer) == [false, true] && dns.allSatisfy { $0.name == "example.com" })
        #expect(dns.last?.addresses.map(\.description) == ["192.0.2.9"])
    }

    @Test func whatItCalledIsWhatTheEventsSay() throws {
        let (_, events, _) = try Self.replay()
        let child = try #require(events.compactMap { if case .fork(let fork) = $0.details { fork.child } else { nil } }.first)
        #expect(calls(events, .ptrace).first?.target?.pid == child.pid)
        #expect(calls(events, .kill).first?.target?.pid == child.pid && calls(events, .kill).first?.arguments[1] == 9)
        #expect(calls(events, .memfd).map(\.text) == ["payload"])
        #expect(calls(events, .processRename).map(\.text) == ["renamed"])
        #expect(calls(events, .dup).map(\.result) == [0])
        let exits = events.compactMap { event -> (UInt32, ExitDetails)? in if case .exit(let exit) = event.details { (event.process.pid, exit) } else { nil } }
        #expect(exits.contains { $0.0 == child.pid && $0.1 == ExitDetails(code: 0, signal: 9) })
        guard case .exec(let exec)? = events.last(where: { $0.kind == .exec })?.details else { return #expect(Bool(false), "no exec") }
        #expect(exec.path == "/usr/bin/true" && exec.stdio.first == .socket)
    }
}
