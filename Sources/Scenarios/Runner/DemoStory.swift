package import Contract
import Foundation
package import ScenarioModel

/// What the demo shows at its end: the detections of its own processes and containers, each asked for again by its id.
package struct DemoStory: Sendable {
    package var detections: [JSONValue]
    package var endpoints: BackendEndpoints
    package var checks: [Check]

    /// The least number of detections a demo has to show.
    package static let detectionsMin = 5

    package static func tell(_ stack: Stack) async throws -> DemoStory {
        guard let portal = await stack.portal else { throw Shell.Failure(description: "the portal is not up") }
        let events = try await stack.observe(needingHeartbeats: false, statistics: false).ownCloudEvents
            .sorted { ($0["timestamp"]?.text ?? "") < ($1["timestamp"]?.text ?? "") }
        var again = 0
        for event in events {
            guard let id = event["id"]?.text else { continue }
            if try await portal.cloudEvent(id)["id"]?.text == id { again += 1 }
        }
        return DemoStory(
            detections: events, endpoints: portal.endpoints,
            checks: [
                Check(name: "at least \(detectionsMin) detections from kernel events", passed: events.count >= detectionsMin, detail: "\(events.count)"),
                Check(name: "each detection is returned by GET /api/v1/cloud-events", passed: again == events.count, detail: "\(again) of \(events.count)"),
            ])
    }
}
