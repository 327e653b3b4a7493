import ArgumentParser

struct StatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get-statistics", abstract: "Print what the running daemon counts.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        let statistics = try options.fetch(Statistics.self, .statistics)
        if options.json { return try Output.json(statistics) }
        let portal = statistics.portal
        Output.say("state        \(statistics.state), up \(Output.span(seconds: statistics.uptimeSeconds)), hooks \(statistics.hookSet.isEmpty ? "none" : statistics.hookSet), visibility \(statistics.visibilityLevel)")
        Output.say("definitions  \(statistics.definitionsVersion.isEmpty ? "none" : statistics.definitionsVersion), \(statistics.rules) rules")
        Output.say("portal       \(portal.state), \(portal.failures) failures\(portal.lastContact.map { ", last contact \($0)" } ?? "")")
        if portal.state != "connected", let explanation = portal.explanation { Output.say("             \(explanation)\(portal.detail.map { " (\($0))" } ?? "")") }
        if let runtime = statistics.containerRuntime { Output.say("containers   \(runtime.state.rawValue)\(runtime.detail.isEmpty ? "" : " (\(runtime.detail))"), \(runtime.containers) known to the runtime") }
        Output.say("detections   \(statistics.detections.made) made, \(statistics.detections.suppressed) repeats, \(statistics.detections.sent) delivered")
        Output.say("spool        \(statistics.spool.records) records, \(Output.bytes(UInt64(max(0, statistics.spool.bytes)))), oldest \(Output.span(seconds: statistics.spool.oldestSeconds))\(Self.causes(statistics.spool.evicted, "evicted"))")
        Output.say("resources    \(Output.bytes(statistics.memory.residentBytes)) resident, \(statistics.cpuMillicores) millicores, \(statistics.processes) processes known")
        for issue in statistics.healthIssues { Output.say("issue        \(issue.severity) \(issue.code): \(issue.message)") }
        Output.say("")
        Output.table(
            ["EVENT", "SEEN", "DROPPED"],
            statistics.events.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value.seen)", Self.causes($0.value.dropped, "").isEmpty ? "0" : Self.causes($0.value.dropped, "")] })
        Output.say("")
        Output.table(
            ["QUEUE", "DEPTH", "CAPACITY", "DROPPED"],
            statistics.queues.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value.depth)", "\($0.value.capacity)", "\($0.value.dropped)"] })
        for (place, causes) in statistics.losses.sorted(by: { $0.key < $1.key }) { Output.say("lost at \(place):\(Self.causes(causes, ""))") }
    }

    private static func causes(_ counts: [String: UInt64], _ verb: String) -> String {
        guard !counts.isEmpty else { return "" }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return verb.isEmpty ? " \(list)" : ", \(verb) \(list)"
    }
}
