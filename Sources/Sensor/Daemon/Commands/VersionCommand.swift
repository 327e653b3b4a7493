import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of the sensor, its protocol and the definitions in use.",
        discussion: "The definitions' version is the running daemon's; it is left out when none runs.")

    @OptionGroup var options: ControlOptions

    private struct Answer: Encodable {
        var version: String
        var `protocol`: String
        var definitionsVersion: String?
    }

    func run() throws {
        let statistics = try? options.client.fetch(Statistics.self, ControlRequest(verb: .statistics))
        let answer = Answer(version: SensorVersion.sensor, protocol: SensorVersion.protocol, definitionsVersion: statistics.flatMap { $0.definitionsVersion.isEmpty ? nil : $0.definitionsVersion })
        if options.json { return try Output.json(answer) }
        Output.say("wiz-sensor \(answer.version), protocol \(answer.protocol), definitions \(answer.definitionsVersion ?? "unknown: no daemon runs")")
    }
}
