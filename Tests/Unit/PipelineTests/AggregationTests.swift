import BackendCore
import Contract
import Events
import Foundation
import Foundations
import Pipeline
import Redaction
import Testing

/// Many detections on their way from events to the portal's list.
struct AggregationTests {
    /// Uploads what the pipeline has sent as an outbox does, a record each.
    private func upload(_ effects: [PipelineEffect], from first: Int, to store: PortalStore, at wall: WallInstant) async throws -> Int {
        let events = effects.compactMap { if case .send(let event, _) = $0 { event } else { nil } }
        guard !events.isEmpty else { return first }
        let items = try events.enumerated().map { index, event in "{\"sequence\":\(first + index),\"record\":\(String(decoding: try event.encoded().value, as: UTF8.self))}" }
        let body = "{\"sensorId\":\"s\",\"batchId\":\"b-\(first)\",\"items\":[\(items.joined(separator: ","))]}"
        _ = try await store.ingest(.detections, body: Data(body.utf8), at: wall)
        return first + events.count
    }

    @Test(.timeLimit(.minutes(5))) func aHundredThousandOfTheSameAreOneCloudEventAndAVariantAmongThemIsSeenAtOnce() async throws {
        var harness = PipelineHarness(rule: "evt.type = execve and proc.name = evil", severity: "MEDIUM")
        let store = try PortalStore(path: nil)
        var sequence = 1
        var sentAtVariant = 0
        for n in 0..<100_000 {
            harness.exec(pid: 500, path: "/tmp/evil", arguments: ["evil", "--same"])
            if n == 50_000 {
                sequence = try await upload(harness.effects(), from: sequence, to: store, at: harness.now.wall)
                harness.exec(pid: 501, path: "/tmp/evil", arguments: ["evil", "--new"])
                sentAtVariant = harness.pipeline.effects.count { if case .send = $0 { true } else { false } }
            }
            // the windows close and open many times on the way; what is not a detection is nobody's here
            if n.isMultiple(of: 1000) {
                harness.advance(.seconds(7))
                sequence = try await upload(harness.effects(), from: sequence, to: store, at: harness.now.wall)
            }
        }
        #expect(sentAtVariant == 1, "the new variant did not wait")
        harness.pipeline.finish(at: harness.now)
        sequence = try await upload(harness.effects(), from: sequence, to: store, at: harness.now.wall)
        let page = try await store.cloudEvents(CloudEventFilter(), PageRequest(first: 50), at: harness.now.wall)
        #expect(page.nodes.map(\.aggregatedEventDetails.eventsCount).sorted() == [1, 100_000])
        let many = try #require(page.nodes.first { $0.aggregatedEventDetails.eventsCount > 1 })
        #expect(many.runtimeDetails.context.commandLine?.contains("--same") == true)
        #expect(sequence < 200, "far fewer records than detections")
    }
}
