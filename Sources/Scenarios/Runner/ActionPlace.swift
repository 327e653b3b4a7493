package import Foundation
import ScenarioActions
package import ScenarioModel

/// Where actions run on this machine: the folder of the attack programs and one to write to, both in the work folder.
package struct ActionPlace: Sendable {
    package let programs: URL
    package let folder: URL

    package init(work: WorkFolder) {
        programs = work.url.appending(path: "programs")
        folder = work.url.appending(path: "host")
    }

    package func prepare() throws {
        for folder in [programs, folder] { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        for program in AttackProgram.allCases { _ = try program.write(to: programs) }
    }

    package struct Command: Sendable {
        package var arguments: [String]
        package var environment: [String: String]
    }

    /// What has to be run for a call.
    ///
    /// - Parameter host: who runs the container that the call names; nil for a call on the host.
    package func command(_ call: ActionCall, host: ContainerHost?) async throws -> Command {
        var environment = call.environment
        environment["HOST_NETNS"] = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        var arguments: [String]
        if let container = call.container {
            guard let host else { throw Shell.Failure(description: "container '\(container)' was not started") }
            let inside = try ActionLibrary.command(call, programs: RootFileSystem.programs, work: "/tmp")
            arguments = try await host.execution(of: inside, in: container, environment: environment, terminal: call.terminal)
        } else {
            arguments = try ActionLibrary.command(call, programs: programs.path, work: folder.path)
        }
        if call.terminal { arguments = Self.onTerminal(arguments) }
        return Command(arguments: arguments, environment: environment)
    }

    /// The command on a pseudo-terminal of its own, by script(1), also where we have none ourselves.
    package static func onTerminal(_ command: [String]) -> [String] {
        ["script", "--quiet", "--return", "--command", command.map(quoted).joined(separator: " "), "/dev/null"]
    }

    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
}
