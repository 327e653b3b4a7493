import Contract
import Events
import Foundation
import Foundations
import Pipeline
import Rules
import Testing

/// Messages that come again are passed over only where that makes no difference: two pipelines get the same, of which one passes none over because
/// somebody looks on.
struct FruitlessMessagesTests {
    /// What has left a pipeline, without the lines for those who look on.
    struct Outcome: Equatable {
        var sent: [CloudEvent] = []
        var others: [String] = []
        var seen: [EventKind: UInt64] = [:]
    }

    private static let captures = (try? FileManager.default.contentsOfDirectory(at: Fixtures.folder("rules"), includingPropertiesForKeys: nil))?
        .filter { $0.pathExtension == "capture" }.sorted { $0.path < $1.path } ?? []

    private func outcome(_ inputs: [CapturedInput], _ rules: RuleSet, isLookedAt: Bool) -> Outcome {
        let identity = SensorIdentity(id: "s", name: "node", sensorVersion: "0", definitionsVersion: "1.0.0", hostname: "node", kernelVersion: "6")
        let pipeline = Pipeline(settings: Pipeline.Settings(identity: identity, bootToWall: .zero, hostNamespaces: Namespaces()), rules: rules, seed: 3)
        if isLookedAt, let first = inputs.first { pipeline.handle(.subscribe(id: 1, kinds: [.module], filter: nil), at: first.now) }
        for input in inputs {
            if case .message(let bytes) = input.record {
                bytes.withUnsafeBytes { pipeline.handle(message: $0, at: input.now) }
            } else if let known = PipelineInput(input.record) {
                pipeline.handle(known, at: input.now)
            }
        }
        if let last = inputs.last {
            pipeline.finish(at: last.now)
            pipeline.handle(.report(id: 1), at: last.now)
        }
        return pipeline.effects.reduce(into: Outcome()) { out, effect in
            switch effect {
            case .send(let event, _): out.sent.append(event.value)
            case .report(let report, _): out.seen = report.eventsSeen
            case .line: break
            case .scan, .readNames, .findKnownFiles, .hash, .lookUp, .store, .askRuntime: out.others.append("\(effect)")
            }
        }
    }

    /// Each message three times, and after it once more the ten before: rules that count, sequences, changes of the process between two of them.
    private func repeated(_ file: URL) throws -> [CapturedInput] {
        var reader = CaptureReader()
        try reader.feed(Data(contentsOf: file))
        var out: [CapturedInput] = []
        var recent: [CapturedInput] = []
        while let input = try reader.next() {
            guard case .message = input.record else {
                out.append(input)
                continue
            }
            recent = recent.suffix(9) + [input]
            out += [input, input, input] + recent
        }
        return out
    }

    @Test(arguments: captures)
    func repeatedMessagesEndAsIfEachHadBeenJudged(_ file: URL) throws {
        let inputs = try repeated(file)
        let judged = outcome(inputs, RuleCaptureTests.pack.rules, isLookedAt: true)
        let passedOver = outcome(inputs, RuleCaptureTests.pack.rules, isLookedAt: false)
        #expect(judged == passedOver)
        #expect(!judged.seen.isEmpty)
    }

    private func message(_ kinds: Set<EventKind>) throws -> [UInt8] {
        for file in Self.captures {
            for input in try repeated(file) {
                guard case .message(let bytes) = input.record, let kind = bytes.withUnsafeBytes({ RepeatableMessage($0)?.kind }), kinds.contains(kind) else { continue }
                return bytes
            }
        }
        throw NoMessage()
    }

    private struct NoMessage: Error {}

    @Test func theSameMessageOfAnotherInstantIsKnownWhileNothingHasChanged() throws {
        var bytes = try message([.open])
        let messages = FruitlessMessages()
        func isKnown(_ stamp: UInt64) throws -> Bool { try bytes.withUnsafeBytes { messages.contains(try #require(RepeatableMessage($0)), stamp: stamp) } }
        #expect(try !isKnown(1))
        try bytes.withUnsafeBytes { messages.remember(try #require(RepeatableMessage($0)), stamp: 1) }
        // the instant
        bytes[3] ^= 1
        #expect(try isKnown(1))
        #expect(try !isKnown(2))
        // the last letter of a name, and the process
        for at in [bytes.count - 1, 49] {
            bytes[at] ^= 1
            #expect(try !isKnown(1))
            bytes[at] ^= 1
        }
        #expect(try isKnown(1))
    }

    /// What two processes make that open 4,096 files each, over and over: nearly all of it is known the second time, as long as it counts.
    @Test func thousandsInTurnAreKnownTheSecondTime() throws {
        var bytes = try message([.open])
        let messages = FruitlessMessages()
        func known(_ stamp: UInt64, remembering isKept: Bool) throws -> Int {
            var known = 0
            for n in 0..<8192 {
                // the inode, with which the body begins: bpf/abi/probe_abi.h
                withUnsafeBytes(of: UInt64(1_000_000 + n)) { bytes.replaceSubrange(80..<88, with: $0) }
                try bytes.withUnsafeBytes {
                    let message = try #require(RepeatableMessage($0))
                    if messages.contains(message, stamp: stamp) { known += 1 } else if isKept { messages.remember(message, stamp: stamp) }
                }
            }
            return known
        }
        #expect(try known(1, remembering: true) == 0)
        #expect(try known(1, remembering: true) > 7500)
        // those that do not count any more make room
        #expect(try known(2, remembering: true) == 0)
        #expect(try known(2, remembering: false) > 7500)
        #expect(try known(1, remembering: false) < 692)
        // a while with that many, then one with few: the memory goes
        for second in [0, 60, 120] as [Int64] { messages.tick(at: MonotonicInstant(nanoseconds: second * 1_000_000_000)) }
        #expect(try known(2, remembering: false) == 0)
    }

    @Test func aMessageOfAProcessIsNoneThatCanComeAgain() {
        for kind in [EventKind.exec, .fork, .exit, .setuid, .connect, .dns] {
            var bytes = [UInt8](repeating: 0, count: 400)
            // where the header has its kind: bpf/abi/probe_abi.h
            bytes[32] = UInt8(kind.rawValue)
            bytes.withUnsafeBytes { #expect(RepeatableMessage($0) == nil, "\(kind)") }
            bytes[32] = UInt8(EventKind.open.rawValue)
            bytes.withUnsafeBytes { #expect(RepeatableMessage($0) != nil) }
        }
    }

    @Test func longMessagesAreNotKept() throws {
        let bytes = try message([.open]) + [UInt8](repeating: 0, count: 1000)
        let messages = FruitlessMessages()
        try bytes.withUnsafeBytes {
            let message = try #require(RepeatableMessage($0))
            messages.remember(message, stamp: 1)
            #expect(!messages.contains(message, stamp: 1))
        }
    }
}
