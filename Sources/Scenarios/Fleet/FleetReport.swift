/// What the starts of a fleet looked like from the servers' side, and what was not as it has to be.
package struct FleetReport: Sendable, Codable {
    package struct Phase: Sendable, Codable {
        package var name: String
        package var sensors: Int
        /// Of all sensors together, by the API server's own count.
        package var lists: Int
        package var watches: Int
        package var ownerGets: Int
        /// The most that any one sensor made.
        package var listsMost: Int
        package var watchesMost: Int
        /// Answers by status; what a fault gave is among them.
        package var statuses: [String: Int]
        package var kubernetes: FleetMeasure
        package var portal: FleetMeasure
        /// Seconds between two lists and between two watches of one sensor: shortest, middle, longest.
        package var listGaps: [Double]
        package var watchGaps: [Double]
        /// Seconds until every sensor watched, knew its pods and owners, and had handed over its records.
        package var settledAfter: Double
        /// Seconds from a change of a pod until its sensor knew it: p50, p99, longest.
        package var told: [Double]
        package var delivered: Int
        package var duplicates: Int
        /// What is broken, each in a sentence.
        package var problems: [String]
    }

    package var sensors: Int
    package var podsPerNode: Int
    package var phases: [Phase] = []

    package var succeeded: Bool { !phases.isEmpty && phases.allSatisfy(\.problems.isEmpty) }

    /// A line for each phase, for people.
    package static let heading = "start      lists watches  owners   API peak/s  mean/s  portal peak/s  mean/s  settled  change known p50/p99/max"

    package static func line(_ phase: Phase) -> String {
        func column(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        func number(_ value: Double) -> String { String((value * 10).rounded() / 10) }
        let told = phase.told.map { "\(Int($0 * 1000))" }.joined(separator: "/") + " ms"
        return phase.name + column("\(phase.lists)", 16 - phase.name.count) + column("\(phase.watches)", 8) + column("\(phase.ownerGets)", 8) + column("\(phase.kubernetes.peakPerSecond)", 13)
            + column(number(phase.kubernetes.meanPerSecond), 8) + column("\(phase.portal.peakPerSecond)", 15) + column(number(phase.portal.meanPerSecond), 8)
            + column(number(phase.settledAfter) + " s", 9) + "  " + told
    }
}
