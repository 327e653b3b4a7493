import BackendCore
import Contract
import Foundation
import Foundations
import Testing

/// Bodies from strangers: mutated at random from whole ones, by fixed seeds.
@Suite("Hostile bodies")
struct HostileBodyTests {
    /// Flips, drops, doubles and inserts bytes; sometimes splices in what parsers trip over.
    private func mutated(_ body: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        let traps = ["null", "-1", "1e999", "[[[[[[[[", "{\"a\":", "\"\\ud800\"", "\u{0}", "18446744073709551616", "\"\\u0000\"", "true", "{}", "9007199254740993", "\u{FEFF}"]
        var out = body
        for _ in 0...Int.random(in: 0...3, using: &generator) {
            let at = Int.random(in: 0..<max(1, out.count), using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where !out.isEmpty: out[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: out.removeSubrange(at..<min(out.count, at + Int.random(in: 0...40, using: &generator)))
            case 2: out.insert(contentsOf: out[at..<min(out.count, at + 60)], at: at)
            case 3: out.insert(contentsOf: Array((traps.randomElement(using: &generator) ?? "").utf8), at: min(at, out.count))
            default: out.replaceSubrange(at..<min(out.count, at + 4), with: Array((traps.randomElement(using: &generator) ?? "").utf8))
            }
        }
        return out
    }

    @Test(arguments: UInt64(1)...4)
    func aMutatedBatchIsTakenWholeOrRefusedWithAReason(_ seed: UInt64) async throws {
        let (store, now) = (try PortalFixtures.store(), PortalFixtures.wall)
        var generator = SeededGenerator(seed: seed)
        let whole = Array(try PortalFixtures.batch([(1, PortalFixtures.event(id: "a")), (2, PortalFixtures.event(id: "b"))], id: "batch"))
        var (taken, refused) = (0, 0)
        for n in 0..<400 {
            let before = try await store.ledger()
            do {
                _ = try await store.ingest(.detections, body: Data(mutated(whole, using: &generator)), at: now + .seconds(n))
                taken += 1
            } catch let diagnostic as Diagnostic {
                refused += 1
                #expect(!diagnostic.message.isEmpty)
                #expect(try await store.ledger() == before, "nothing of a refused batch is counted")
            }
        }
        #expect(taken > 10 && refused > 100)
        // Whatever came in can be shown again.
        let shown = try await store.cloudEvents(CloudEventFilter(), PageRequest(first: 500), at: now + .seconds(400))
        #expect(shown.totalCount == shown.nodes.count)
        let counts = try await store.ledger().values.compactMap { $0["detections"]?.received }.reduce(0, +)
        #expect(UInt64(shown.totalCount) <= counts)
    }

    @Test(arguments: UInt64(1)...4)
    func aMutatedPlanFileOrBundleIsReadOrRefusedAndNeverTraps(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let plan = Array(#"{"seed": 3, "faults": [{"match": {"surface": "rest", "probability": 0.5, "after": 1, "for": 2, "count": 3}, "fault": {"httpStatus": 503, "retryAfterSeconds": 9}}]}"#.utf8)
        let bundle = Array(#"{"type": "bundle", "objects": [{"type": "indicator", "id": "i", "pattern": "[file:hashes.'SHA-256' = 'ab' OR ipv4-addr:value IN ('1.2.3.4', '::1')]"}]}"#.utf8)
        let table = Array("value,kind,family\n\"198.51.100.7\",ip,\"a \"\"b\"\"\"\nevil[.]example,domain,x\n".utf8)
        let hooks = Array(#"{"webhooks": [{"id": "a", "name": "n", "url": "https://x.example/", "authentication": {"basic": {"user": "u", "password": "p"}}}]}"#.utf8)
        var read = 0
        for _ in 0..<500 {
            if (try? FaultPlanReader.read(Data(mutated(plan, using: &generator)))) != nil { read += 1 }
            if (try? WebhookRules.read(Data(mutated(hooks, using: &generator)))) != nil { read += 1 }
            for text in [bundle, table] {
                guard let file = try? IndicatorFile.read(String(decoding: mutated(text, using: &generator), as: UTF8.self), file: "x") else { continue }
                read += 1
                // What was taken is in the form that look-ups compare.
                for entry in file.entries { #expect(IndicatorText.canonical(entry.value, kind: entry.kind)?.value == entry.value) }
            }
        }
        #expect(read > 100)
    }
}
