import ArgumentParser
import Foundation
import Glibc
import ScenarioRunner

@main
struct ScenariosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenarios", abstract: "Attacks, outages and simulations against portal, API server and sensor.",
        version: "scenarios 0.1.0",
        subcommands: [ListCommand.self, RunCommand.self, RecordCommand.self, SimulateCommand.self, FleetCommand.self, DemoCommand.self])

    /// Wrong input ends with status 2, as all programs of this package do; the argument parser's own would be 64.
    static func main() async {
        HeapLayout.useOneArena()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
        } catch let wrong as WrongInput {
            FileHandle.standardError.write(Data("scenarios: \(wrong.description)\n".utf8))
            Glibc.exit(2)
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Glibc.exit(2)
        }
    }
}

/// Writes a line to standard output at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Input that cannot be used; nothing was started.
struct WrongInput: Error, CustomStringConvertible {
    var description: String
}

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
