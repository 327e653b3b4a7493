import CProbeABI
import Events
import Foundations
import Testing

@Suite struct CaptureTests {
    private static let header: CaptureHeader = {
        var header = CaptureHeader(
            bootToWall: .nanoseconds(1_700_000_000_123_456_789), hostNamespaces: Namespaces(mount: 1, pid: 2, network: 3, user: 4), kernelRelease: "6.18.0-test",
            architecture: "x86_64", hookSet: "tracepoint")
        header.seed = 77
        return header
    }()

    private static func now(_ n: Int64) -> Now { Now(monotonic: MonotonicInstant(nanoseconds: n), wall: WallInstant(nanoseconds: n + 1_000)) }

    private static let inputs: [CapturedInput] = {
        var exec = ExecDetails()
        exec.path = "/usr/bin/dash"
        exec.filename = "./run.sh"
        exec.script = "./run.sh"
        exec.arguments = ["sh", "", "größe\u{FFFD}"]
        exec.cwd = "/srv"
        exec.cgroupPath = "/kubepods/pod1"
        exec.inode = .max
        exec.device = 9
        exec.isUpperLayer = true
        exec.isDeleted = true
        exec.euid = 1
        exec.egid = 2
        exec.loginUID = .max
        exec.sessionID = 3
        exec.processGroup = 4
        exec.ttyNumber = 5
        exec.stdio = [.socket, .null, .terminal]
        exec.namespaces = Namespaces(mount: 10, pid: 11, network: 12, user: 13)
        exec.namespacePID = 6
        let key = ProcessKey(pid: 42, start: BootInstant(nanoseconds: 7))
        let process = CapturedProcess(key: key, parentPID: 1, comm: "dash", uid: 1000, gid: 100, exec: exec)
        let bare = CapturedProcess(key: key, parentPID: 0, comm: "", uid: 0, gid: 0, exec: ExecDetails())
        return [
            CapturedInput(now: now(1), record: .processes([process, bare])),
            CapturedInput(now: now(1), record: .names(CapturedNames(mountNamespace: 10, users: [0: "root", 1000: "ann"], groups: [100: "users"]))),
            CapturedInput(now: now(2), record: .message(MessageBuilder(kind: 3, body: probe_exit(code: 256, pad: 0)).bytes)),
            CapturedInput(
                now: now(3),
                record: .digests(
                    CapturedDigests(
                        process: key, path: "/usr/bin/dash", inode: 5, execTime: 6, namespaceHolder: 9,
                        outcome: .known(FileDigests(sha256: "aa", sha1: "bb", md5: "cc", size: 12))))),
            CapturedInput(
                now: now(3),
                record: .digests(
                    CapturedDigests(
                        process: key, path: "/usr/bin/dash", inode: 5, execTime: 7,
                        outcome: .known(FileDigests(sha256: "aa", sha1: "bb", md5: "cc", size: 12, buildID: "0b16"))))),
            CapturedInput(
                now: now(3),
                record: .digests(
                    CapturedDigests(
                        process: key, path: "/usr/lib/libx.so", inode: 8, execTime: 7, isLibrary: true,
                        outcome: .known(FileDigests(sha256: "dd", sha1: "ee", md5: "ff", size: 13, buildID: "0b17"))))),
            CapturedInput(now: now(3), record: .digests(CapturedDigests(process: key, path: "memfd:x", inode: 0, execTime: 0, outcome: .unknown("hash.gone")))),
            CapturedInput(now: now(4), record: .lost(kind: .open, cause: "ringReserve", count: 12)),
        ]
    }()

    private static func capture(_ inputs: [CapturedInput] = inputs, finished: Bool = true) -> [UInt8] {
        var writer = CaptureWriter(header)
        for input in inputs {
            if case .message(let bytes) = input.record { bytes.withUnsafeBytes { writer.append(message: $0, at: input.now) } } else { writer.append(input.record, at: input.now) }
        }
        if finished { writer.finish() }
        return writer.take()
    }

    private func read(_ bytes: [UInt8], pieces: Int = .max) throws(CaptureError) -> (reader: CaptureReader, inputs: [CapturedInput]) {
        var reader = CaptureReader()
        var out: [CapturedInput] = []
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, pieces == .max ? bytes.count : at + pieces)
            reader.feed(bytes[at..<end])
            while let input = try reader.next() { out.append(input) }
            at = end
        }
        try reader.finish()
        return (reader, out)
    }

    private func failure(_ bytes: [UInt8]) -> CaptureError? {
        do throws(CaptureError) {
            _ = try read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [1, 7, Int.max]) func whatWasWrittenIsReadHoweverItArrives(pieces: Int) throws {
        let (reader, inputs) = try read(Self.capture(), pieces: pieces)
        #expect(inputs == Self.inputs)
        #expect(reader.header == Self.header)
        #expect(reader.unknownRecords == 0)
    }

    @Test func theSameRunGivesTheSameBytes() { #expect(Self.capture() == Self.capture()) }

    @Test func takingInBetweenChangesNothing() {
        var writer = CaptureWriter(Self.header)
        var bytes: [UInt8] = []
        for input in Self.inputs {
            writer.append(input.record, at: input.now)
            bytes += writer.take()
        }
        writer.finish()
        writer.finish()
        writer.append(Self.inputs[0].record, at: Self.inputs[0].now)
        #expect(bytes + writer.take() == Self.capture())
    }

    @Test func manyProcessesComeInOrder() throws {
        let process = CapturedProcess(key: ProcessKey(pid: 0, start: BootInstant(nanoseconds: 0)), parentPID: 0, comm: "x", uid: 0, gid: 0, exec: ExecDetails())
        let processes = (0..<1000).map { n in
            var process = process
            process.key.pid = UInt32(n)
            return process
        }
        let (_, inputs) = try read(Self.capture([CapturedInput(now: Self.now(1), record: .processes(processes))]))
        let found = inputs.flatMap { input -> [CapturedProcess] in if case .processes(let processes) = input.record { processes } else { [] } }
        #expect(found == processes)
    }

    @Test func aReplayedMessageIsTheSameEvent() throws {
        let message = MessageBuilder(kind: 1, body: probe_exec(), strings: [(PROBE_TAG_PATH, MessageBuilder.components("/usr/bin/true"))]).bytes
        let (_, inputs) = try read(Self.capture([CapturedInput(now: Self.now(5), record: .message(message))]))
        guard case .message(let replayed)? = inputs.first?.record else { return #expect(Bool(false), "no message") }
        var decoder = EventDecoder()
        let event = replayed.withUnsafeBytes { decoder.decode($0) }
        guard case .exec(let exec)? = event?.details else { return #expect(Bool(false), "no exec") }
        #expect(exec.path == "/usr/bin/true")
    }

    @Test func aRecordThatNoReaderWouldTakeIsLeftOutAndCounted() throws {
        var writer = CaptureWriter(Self.header)
        let huge = [UInt8](repeating: 0, count: CaptureWriter.recordBytesMax + 1)
        huge.withUnsafeBytes { writer.append(message: $0, at: Self.now(1)) }
        writer.finish()
        #expect(writer.tooLarge == 1)
        #expect(try read(writer.take()).inputs.isEmpty)
    }

    @Test func aCaptureThatBreaksOffGivesWhatItHasAndSaysSo() throws {
        let whole = Self.capture(finished: false)
        for length in [whole.count, whole.count - 3, 5, 0] {
            let error = try #require(failure(Array(whole.prefix(length))))
            #expect(error.reason == .brokenOff)
        }
        var reader = CaptureReader()
        reader.feed(whole)
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == Self.inputs.count)
    }

    @Test func whatIsNoCaptureIsToldAtOnce() {
        #expect(failure(Array("#!/bin/sh".utf8))?.description == "byte 0: not a capture: it does not begin with WIZCAPT")
        #expect(failure(Array("WIZCAPT\r\n".utf8))?.reason == .notACapture)
    }

    @Test func othersVersionsAreNamed() throws {
        var newer = Self.capture()
        newer[8] = 2
        #expect(failure(newer)?.reason == .formatVersion(2))
        var abi = Self.capture()
        abi[16] = 9
        #expect(failure(abi)?.reason == .abiVersion(9, known: UInt32(PROBE_ABI_VERSION)))
    }

    @Test func lengthsAreNotBelieved() {
        var long = Self.capture()
        for i in 12..<16 { long[i] = 0xFF }
        #expect(failure(long)?.reason == .tooLarge(Int(UInt32.max), of: 4096))
        var record = Self.capture([])
        let at = record.count - 16 + 4
        for i in at..<at + 4 { record[i] = 0xFF }
        #expect(failure(record)?.reason == .tooLarge(Int(UInt32.max), of: CaptureWriter.recordBytesMax))
        #expect(failure(record)?.offset == UInt64(record.count - 16))
    }

    @Test func aListThatClaimsMoreThanThereIsIsMalformed() {
        // a record of processes with four thousand million of them
        var bytes = Self.capture([], finished: false)
        bytes += [3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(failure(bytes)?.reason == .malformedRecord(kind: 3))
    }

    @Test func missingAndSurplusRecordsAreFound() {
        let (whole, open) = (Self.capture(), Self.capture(finished: false))
        // the last record of the whole one behind nothing at all
        let missing = Self.capture([], finished: false) + whole[open.count...]
        #expect(failure(missing)?.reason == .recordsMissing(said: 12, found: 0))
        #expect(failure(whole + [0])?.reason == .bytesAfterEnd)
    }

    @Test func aClockThatRunsBackwardsIsNoCapture() {
        let inputs = [CapturedInput(now: Self.now(9), record: Self.inputs[2].record), CapturedInput(now: Self.now(8), record: Self.inputs[2].record)]
        #expect(failure(Self.capture(inputs))?.reason == .clockRunsBackwards)
    }

    @Test func recordsOfANewerRecorderArePassedOverAndCounted() throws {
        var bytes = Self.capture([], finished: false)
        bytes += [0xE8, 0x03, 0, 0, 2, 0, 0, 0, 1, 2]
        bytes += [7, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        let (reader, inputs) = try read(bytes)
        #expect(inputs.isEmpty && reader.unknownRecords == 1)
    }

    /// Mutations of a whole capture: the reader always returns, keeps within its bounds, and calls nothing whole that is not.
    @Test func survivesMutatedCaptures() {
        let seed = Self.capture()
        var random = SeededGenerator(seed: 6)
        var (failed, whole) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...16, using: &random)))
                case 2: bytes.insert(contentsOf: (0..<Int.random(in: 1...16, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }, at: at)
                default: bytes[at] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &random) ?? 0
                }
                if bytes.isEmpty { bytes = [0] }
            }
            if failure(bytes) == nil { whole += 1 } else { failed += 1 }
        }
        #expect(failed > 0 && whole > 0)
        #expect(failed + whole == 20_000)
    }
}
