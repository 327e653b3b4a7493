/// What could be seen from outside while a scenario ran.
package struct Observation: Sendable, Hashable {
    /// Elements of `GET /api/v1/cloud-events`.
    package var cloudEvents: [JSONValue]
    /// Elements of `GET /api/v1/health-issues`.
    package var healthIssues: [JSONValue]
    package var heartbeats: Int
    /// The newest of them; null without one.
    package var lastHeartbeat: JSONValue
    /// Stream name to counters, summed over sensors.
    package var ledger: JSONValue
    /// `wiz-sensor get-statistics --json`; null while no sensor answers.
    package var statistics: JSONValue
    /// Container name of the scenario to container id.
    package var containers: [String: String]
    /// The process below which all host actions run.
    package var runnerPID: Int
    /// The folder in which all host programs of the scenario lie.
    package var workFolder: String

    package init(
        cloudEvents: [JSONValue] = [], healthIssues: [JSONValue] = [], heartbeats: Int = 0, lastHeartbeat: JSONValue = .null, ledger: JSONValue = [:], statistics: JSONValue = .null,
        containers: [String: String] = [:], runnerPID: Int, workFolder: String
    ) {
        self.cloudEvents = cloudEvents
        self.healthIssues = healthIssues
        self.heartbeats = heartbeats
        self.lastHeartbeat = lastHeartbeat
        self.ledger = ledger
        self.statistics = statistics
        self.containers = containers
        self.runnerPID = runnerPID
        self.workFolder = workFolder
    }

    /// The cloud events that the scenario itself caused: other things happen on the same machine and are not its business.
    package var ownCloudEvents: [JSONValue] { cloudEvents.filter(isOwn) }

    private func isOwn(_ event: JSONValue) -> Bool {
        let ids = Set(containers.values)
        return Observation.processes(of: event).contains { process in
            if let id = process["container"]?["id"]?.text { return ids.contains(id) }
            return process["pid"]?.number == Double(runnerPID) || [process["path"], process["command"]].contains { $0?.text?.contains(workFolder) ?? false }
        }
    }

    static func processes(of event: JSONValue) -> [JSONValue] { event["runtimeDetails"]?["processTree"]?.elements ?? [] }
}
