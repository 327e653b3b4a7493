import ArgumentParser
import CommandEntry
import Foundation
import Glibc

struct WaitForReadyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait-for-ready", abstract: "Wait until probes are attached and the first definitions are in use.",
        discussion: "Exit status 0 when ready; 1 when not in time, with what is missing.")

    @Option(help: "Seconds to wait.") var timeout: Double = 60
    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard timeout >= 0, timeout <= 86_400 else { throw ValidationError("--timeout '\(timeout)' is not between 0 and 86400 seconds") }
    }

    func run() async throws {
        let deadline = ContinuousClock.now + .milliseconds(Int64(timeout * 1000))
        var last = "no daemon answers at \(options.controlSocket)"
        while true {
            if let readiness = try? options.client.fetch(Readiness.self, ControlRequest(verb: .ready)) {
                if readiness.isReady { return options.json ? try Output.json(readiness) : Output.say("ready") }
                last = readiness.missing.joined(separator: "; ")
            }
            guard ContinuousClock.now < deadline else { throw Failed(description: "not ready after \(Int(timeout)) s: \(last)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

/// The answer to `ready`.
struct Readiness: Codable, Sendable {
    var isReady: Bool
    /// What is not there yet, in words; empty when ready.
    var missing: [String]
}
