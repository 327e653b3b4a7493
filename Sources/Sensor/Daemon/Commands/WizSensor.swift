import ArgumentParser
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

    /// Wrong input ends with status 2 and a message on standard error, as all programs of this package do; the parser's own is 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
        } catch let wrong as WrongInput {
            Output.complain(wrong.description)
            Glibc.exit(2)
        } catch let failure as Failed {
            Output.complain(failure.description)
            Glibc.exit(1)
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Glibc.exit(2)
        }
    }
}

enum SensorVersion {
    static let sensor = "0.1.0"
    /// Of the conversation with the portal: Sources/Contract/Protos.
    static let `protocol` = "1"
}

/// Input that cannot be used: the message names the flag, file, line or field. Nothing was changed.
struct WrongInput: Error, CustomStringConvertible { var description: String }

/// It ran, and the answer is no.
struct Failed: Error, CustomStringConvertible { var description: String }
