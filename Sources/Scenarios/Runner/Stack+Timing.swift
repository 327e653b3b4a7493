import Foundation
import ScenarioActions
import ScenarioModel

/// What a benchmark does with a stack: one harmless detection after the other, each told apart by its name.
extension Stack {
    /// Runs the payload from an anonymous file of that name, on the host, to its end.
    package func runFileless(_ name: String) async throws {
        let programs = try work.folder("programs")
        if !FileManager.default.fileExists(atPath: programs.appending(path: "process").path) {
            for program in AttackProgram.allCases { _ = try program.write(to: programs) }
        }
        let path = programs.path
        try await Shell.check([path + "/process", "fileless", path + "/payload", name], folder: programs)
    }

    /// Whether one of the newest cloud events has a process of that path.
    package func hasCloudEvent(naming path: String) async throws -> Bool {
        guard let portal else { return false }
        return try await portal.latestCloudEvents(5).contains { event in
            event["runtimeDetails"]?["processTree"]?.elements?.contains { $0["path"]?.text == path } ?? false
        }
    }
}
