import Events
import Foundation
import Foundations
import Glibc
import Probes
import Testing

/// Real probes for one test: triggers something and gives the events of the processes that did it.
///
/// The machine is busy with other processes: a test looks only at descendants of its own children, found by the fork events.
final class ProbeHarness {
    let probes: ProbeSet
    private var decoder = EventDecoder()
    /// Gets each message as it lies in the ring buffer, beside its event.
    var record: ((UnsafeRawBufferPointer, Event) -> Void)?

    /// - Parameter onlyPIDNamespace: the only one whose processes are reported; 0 for all.
    init(kinds: Set<EventKind>, ringBytes: Int = 8 << 20, onlyPIDNamespace: UInt32 = 0) throws {
        var options = ProbeOptions()
        // the test process itself makes some of the events
        options.ownPID = 0
        options.kinds = kinds
        options.ringBytes = ringBytes
        options.onlyPIDNamespace = onlyPIDNamespace
        // on a kernel that takes both sets, each is tested
        options.hookSet = ProcessInfo.processInfo.environment["KERNEL_HOOK_SET"].flatMap(HookSet.init)
        probes = try ProbeSet(options: options)
    }

    /// Whether the kernel tests can run. Where `REQUIRE_KERNEL` is set they must: then the suite runs and fails by itself.
    static var isPossible: Bool { ProcessInfo.processInfo.environment["REQUIRE_KERNEL"] != nil || geteuid() == 0 }

    /// Everything decoded until `isDone` has said yes, or the bound of ten seconds has passed.
    func collect(until isDone: ([Event]) -> Bool) -> [Event] {
        var out: [Event] = []
        let deadline = Date().addingTimeInterval(10)
        while !isDone(out), Date() < deadline { drain(into: &out, milliseconds: 20) }
        // what was made at the same moment may still be on its way
        drain(into: &out, milliseconds: 20)
        return out
    }

    /// Waits for messages, then takes what is there: one poll gives a batch at the most, and a flood may go on for ever.
    func drain(into out: inout [Event], milliseconds: Int32) {
        var decoder = decoder
        var patience = milliseconds
        for _ in 0..<16 {
            let count = probes.poll(milliseconds: patience) { bytes in
                guard let event = decoder.decode(bytes) else { return }
                out.append(event)
                record?(bytes, event)
            }
            if count == 0 { break }
            patience = 0
        }
        self.decoder = decoder
        #expect(decoder.malformed == 0)
        #expect(decoder.unknownKinds == 0)
    }

    /// Runs a command to its end and gives the events of it and of its children, in order.
    func events(running path: String, _ arguments: [String], in directory: String = "/", environment: [String: String] = [:]) throws -> (pid: UInt32, events: [Event]) {
        var early: [Event] = []
        drain(into: &early, milliseconds: 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"].merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let pid = UInt32(process.processIdentifier)
        let all = collect { $0.contains { $0.kind == .exit && $0.process.pid == pid } }
        return (pid, Self.family(of: pid, in: all))
    }

    static func family(of pid: UInt32, in events: [Event]) -> [Event] {
        var pids: Set<UInt32> = [pid]
        return events.filter { event in
            if case .fork(let fork) = event.details, pids.contains(event.process.pid) { pids.insert(fork.child.pid) }
            return pids.contains(event.process.pid)
        }
    }
}

/// A directory of its own for a test, removed afterwards.
final class TemporaryDirectory {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "wiz-sensor-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
