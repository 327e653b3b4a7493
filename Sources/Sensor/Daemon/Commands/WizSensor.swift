import ArgumentParser
import CommandEntry
import Foundation
import Glibc

@main
struct WizSensor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wiz-sensor", abstract: "A Linux runtime security sensor on eBPF.",
        version: "wiz-sensor \(SensorVersion.sensor)",
        subcommands: [
            DaemonCommand.self, WaitForReadyCommand.self, StatisticsCommand.self, EventsCommand.self, ActorsCommand.self, ContainersCommand.self,
            CheckCommand.self, RecordCommand.self, ReplayCommand.self, RulesCommand.self, RedactCommand.self, VersionCommand.self,
        ])

    static func main() async {
        await runToExit()
    }
}

enum SensorVersion {
    static let sensor = "0.1.0"
    /// Of the conversation with the portal: Sources/Contract/Protos.
    static let `protocol` = "1"
}
