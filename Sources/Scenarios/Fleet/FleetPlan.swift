import Foundations
import ScenarioModel

/// How large a fleet is and how long each of its starts is watched.
package struct FleetPlan: Sendable {
    package var sensors: Int
    /// Of each phase; it goes on until every sensor has settled.
    package var span: Duration
    /// An even number: half of a node's pods belong to Deployments, so that owners are asked for.
    package var podsPerNode = 10
    /// Records that each sensor has for the portal when it starts.
    package var records = 3

    package init(sensors: Int, span: Duration) {
        self.sensors = sensors
        self.span = span
    }

    /// Replica sets above the pods of one node, each asked for once.
    var ownersPerNode: Int { podsPerNode / 2 }

    /// How the fleet starts.
    package enum Phase: String, Sendable, CaseIterable {
        /// Everybody at the same moment, as after a power failure.
        case together
        /// With a start delay of a random part of the phase.
        case spread
        /// While the API server refuses, forgets and is slow.
        case faults
    }

    func startDelay(_ phase: Phase) -> Duration { phase == .spread ? .seconds(span.inSeconds * 0.6) : .zero }

    /// In force for the first half of the phase `faults`.
    static let faults: JSONValue = [
        "seed": 7,
        "rules": [
            ["match": ["verb": "list", "resource": "pods", "probability": .number(0.3)], "fault": ["status": 429, "retryAfterSeconds": 2]],
            ["match": ["verb": "list", "resource": "pods", "probability": .number(0.2)], "fault": ["status": 500]],
            ["match": ["verb": "watch", "resource": "pods", "probability": .number(0.2)], "fault": ["status": 500]],
            ["match": ["verb": "watch", "resource": "pods", "probability": .number(0.2)], "fault": ["gone": true]],
            ["match": ["verb": "watch", "resource": "pods", "probability": .number(0.5)], "fault": ["slowWatchMs": 500]],
            ["match": ["verb": "get", "resource": "replicasets", "probability": .number(0.3)], "fault": ["status": 429, "retryAfterSeconds": 1]],
        ],
    ]

    /// Open files of this process for one sensor: three event loops with three each, four connections, the spool with its two helpers, and room.
    static let filesPerSensor: UInt64 = 18
}
