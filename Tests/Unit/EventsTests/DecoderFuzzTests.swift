import CProbeABI
import Events
import Foundation
import Foundations
import Testing

/// Messages that were valid once, mutated: whatever comes out, the decoder returns and every message is accounted for. Seeds are a message of each
/// kind made by hand and all that the kernel sent while Tests/Fixtures/every-kind.capture was recorded. `FUZZ_INPUTS` says how many (`make fuzz`: a million).
@Suite struct DecoderFuzzTests {
    private static let inputs = ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap(Int.init) ?? 50_000

    private static func seeds() throws -> [[UInt8]] {
        let path = MessageBuilder.components("/usr/bin/true")
        let strings = [(PROBE_TAG_PATH, path), (PROBE_TAG_TEXT, MessageBuilder.text("../x")), (PROBE_TAG_SECOND_PATH, path), (PROBE_TAG_SECOND_TEXT, MessageBuilder.text("/y"))]
        var out = EventKind.allCases.map { kind in
            switch kind {
            case .exec: MessageBuilder(kind: kind.rawValue, body: probe_exec(), strings: [(PROBE_TAG_PATH, path), (PROBE_TAG_ARGUMENTS, MessageBuilder.text("a"))]).bytes
            case .fork: MessageBuilder(kind: kind.rawValue, body: probe_fork()).bytes
            case .exit: MessageBuilder(kind: kind.rawValue, body: probe_exit()).bytes
            case .connect, .accept, .listen, .bind, .datagram: MessageBuilder(kind: kind.rawValue, body: probe_network(), strings: strings).bytes
            case .dns: MessageBuilder(kind: kind.rawValue, body: probe_network(), strings: [(PROBE_TAG_PAYLOAD, [UInt8](repeating: 0xC0, count: 40))]).bytes
            case .ptrace, .kill, .module, .memfd: MessageBuilder(kind: kind.rawValue, body: probe_syscall(), strings: strings).bytes
            default: MessageBuilder(kind: kind.rawValue, body: probe_file(), strings: strings).bytes
            }
        }
        let capture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/every-kind.capture")
        var reader = CaptureReader()
        reader.feed(try Data(contentsOf: capture))
        while let input = try reader.next() { if case .message(let message) = input.record { out.append(Array(message)) } }
        return out
    }

    private static let kindAt = MemoryLayout<probe_header>.offset(of: \.kind) ?? 0
    private static let sizeAt = MemoryLayout<probe_header>.offset(of: \.size) ?? 0
    private static let known = Set(EventKind.allCases.map(\.rawValue))

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt32.self) } }

    private static func put(_ word: UInt32, _ bytes: inout [UInt8], _ at: Int) {
        guard at + 4 <= bytes.count else { return }
        withUnsafeBytes(of: word) { bytes.replaceSubrange(at..<at + 4, with: $0) }
    }

    private static func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: if !bytes.isEmpty { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        case 2: bytes.removeLast(min(bytes.count, Int.random(in: 0..<24, using: &random)))
        case 3: bytes += (0..<Int.random(in: 0..<16, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        // a length that claims more, or less, or what there is
        case 4: put([UInt32.random(in: 0...300, using: &random), UInt32.max, UInt32(bytes.count)].randomElement(using: &random) ?? 0, &bytes, sizeAt)
        case 5: put(UInt32.random(in: 0...64, using: &random), &bytes, kindAt)
        // a string's length or tag, most likely
        case 6:
            guard bytes.count > 128 else { return }
            let at = Int.random(in: 80..<bytes.count - 1, using: &random)
            bytes[at] = [0, 1, 0x7F, 0xFF].randomElement(using: &random) ?? 0
        // the body of another message under this header
        default:
            guard let other = seeds.randomElement(using: &random), bytes.count > 80, other.count > 80 else { return }
            bytes = Array(bytes.prefix(80) + other.dropFirst(80))
        }
    }

    @Test func survivesMutatedMessagesAndCountsEachOfThem() throws {
        let seeds = try Self.seeds()
        #expect(Set(seeds.map { Self.word($0, Self.kindAt) }) == Self.known)
        var random = SeededGenerator(seed: 20)
        var decoder = EventDecoder()
        var decoded: UInt64 = 0
        var unknown: UInt64 = 0
        for i in 0..<Self.inputs {
            var bytes = seeds[i % seeds.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.mutate(&bytes, seeds, &random) }
            // a whole message of a kind that nobody knows, told without the decoder
            let isWhole = bytes.count >= 80 && (80...bytes.count).contains(Int(Self.word(bytes, Self.sizeAt)))
            if isWhole, !Self.known.contains(Self.word(bytes, Self.kindAt)) { unknown += 1 }
            if bytes.withUnsafeBytes({ decoder.decode($0) }) != nil { decoded += 1 }
        }
        #expect(decoded + decoder.malformed + decoder.unknownKinds + decoder.unreadablePackets == UInt64(Self.inputs))
        #expect(decoder.unknownKinds == unknown)
        #expect(decoded > 0 && decoder.malformed > 0 && unknown > 0 && decoder.unreadablePackets > 0)
    }
}
