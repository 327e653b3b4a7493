import CProbeABI
import Events
import Foundations
import Testing

@Suite struct CaptureFamilyTests {
    private func input(_ at: Int64, _ record: CaptureRecord) -> CapturedInput {
        CapturedInput(now: Now(monotonic: MonotonicInstant(nanoseconds: at), wall: WallInstant(nanoseconds: at)), record: record)
    }

    private func message<Body>(_ kind: EventKind, pid: UInt32, _ body: Body, _ strings: [(probe_tag, [UInt8])] = []) -> CaptureRecord {
        var builder = MessageBuilder(kind: kind.rawValue, body: body, strings: strings)
        let offset = MemoryLayout<probe_header>.offset(of: \.pid)!
        withUnsafeBytes(of: pid) { builder.bytes.replaceSubrange(offset..<offset + 4, with: $0) }
        return .message(builder.bytes)
    }

    private func exec(_ pid: UInt32, namespace: UInt32) -> CaptureRecord {
        var body = probe_exec()
        body.mount_ns = namespace
        return message(.exec, pid: pid, body, [(PROBE_TAG_PATH, MessageBuilder.components("/bin/x"))])
    }

    private func fork(_ pid: UInt32, child: UInt32) -> CaptureRecord {
        var body = probe_fork()
        body.child_pid = child
        return message(.fork, pid: pid, body)
    }

    private func exit(_ pid: UInt32) -> CaptureRecord { message(.exit, pid: pid, probe_exit()) }

    @Test func keepsTheProcessAndItsDescendantsAndNobodyElse() {
        var family = CaptureFamily(of: 10)
        let names = CapturedNames(mountNamespace: 7, users: [0: "root", 1000: "test", 5: "other"], groups: [100: "users", 5: "other"])
        let inputs = [
            input(1, .processes([])), input(2, exec(10, namespace: 7)), input(3, exec(99, namespace: 8)),
            // the grandchild's exec lies before the forks that led to it
            input(4, exec(12, namespace: 7)), input(5, fork(11, child: 12)), input(6, fork(10, child: 11)), input(7, fork(99, child: 98)), input(8, exec(98, namespace: 8)),
            input(9, .names(names)), input(10, .names(CapturedNames(mountNamespace: 8, users: [0: "root"], groups: [:]))), input(11, exit(12)),
        ]
        for one in inputs { family.take(one) }
        #expect(!family.hasEnded)
        family.take(input(12, exit(10)))
        #expect(family.hasEnded)

        let cut = family.cut()
        #expect(cut.map(\.now.monotonic.nanoseconds) == [2, 4, 5, 6, 9, 11, 12])
        // of the names those of whom it was
        guard case .names(let kept)? = cut.first(where: { $0.now.monotonic.nanoseconds == 9 })?.record else { return #expect(Bool(false), "no names") }
        #expect(kept.users == [1000: "test"] && kept.groups == [100: "users"])
    }

    @Test func bytesThatAreNoMessageAreLeftOut() {
        var family = CaptureFamily(of: 10)
        family.take(input(1, .message([1, 2, 3])))
        family.take(input(2, exec(10, namespace: 7)))
        #expect(family.cut().map(\.now.monotonic.nanoseconds) == [2])
    }
}
