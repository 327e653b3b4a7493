import ArgumentParser
import CommandEntry
import Foundation
import Glibc
import ScenarioRunner

@main
struct ScenariosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios", abstract: "Attacks, outages and simulations against portal, API server and sensor.",
        version: "scenarios 0.1.0",
        subcommands: [ListCommand.self, RunCommand.self, RecordCommand.self, SimulateCommand.self, FleetCommand.self, DemoCommand.self])

    static func main() async {
        HeapLayout.useOneArena()
        await runToExit()
    }
}

/// Writes a line to standard output at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Runs `body` in a task that SIGINT and SIGTERM cancel, so that everything it started is torn down.
func interruptible<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { task.cancel() }
        source.resume()
        return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
}
