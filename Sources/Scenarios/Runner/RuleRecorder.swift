package import Foundation
import Glibc
package import ScenarioModel

/// Records the captures of rule cases: each attack and each twin is done once while `wiz-sensor record` looks at it and its children.
package struct RuleRecorder: Sendable {
    package var root: PackageRoot
    package var cases: RuleCases
    /// Gets `RULE.attack.capture` and `RULE.twin.capture`.
    package var output: URL
    /// Rule files that say what the kernel is asked for.
    package var rules: [URL]

    package init(root: PackageRoot, cases: RuleCases, output: URL, rules: [URL]) {
        self.root = root
        self.cases = cases
        self.output = output
        self.rules = rules
    }

    /// - Returns: what could not be done as it should, a line each.
    /// - Throws: nothing could be recorded at all.
    package func run(only wanted: Set<String>, tell: @escaping @Sendable (String) -> Void) async throws -> [String] {
        guard geteuid() == 0 else { throw Shell.Failure(description: "recording needs root") }
        _ = await WorkFolder.removeLeftovers()
        let work = try WorkFolder()
        let place = ActionPlace(work: work)
        let chosen = cases.cases.filter { wanted.isEmpty || wanted.contains($0.rule) || wanted.contains($0.slug) }
        let needed = Set(chosen.flatMap { [$0.attack.container, $0.twin.container] }.compactMap { $0 })
        var host: ContainerHost?
        var problems: [String] = []
        do {
            try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
            try place.prepare()
            let specs = cases.containers.filter { needed.contains($0.name) }
            if !specs.isEmpty { host = try await ContainerHost(work: work) }
            for spec in specs { _ = try await host?.start(spec) }
            for item in chosen {
                for (side, call) in [("attack", item.attack), ("twin", item.twin)] {
                    try Task.checkCancellation()
                    let file = output.appending(path: "\(item.slug).\(side).capture")
                    do {
                        tell(try await record(call, to: file, place: place, host: host))
                    } catch let failure as Shell.Failure {
                        problems.append("\(item.rule), \(side): \(failure)")
                    }
                }
            }
        } catch {
            await host?.stopAll()
            try? work.remove()
            throw error
        }
        await host?.stopAll()
        try work.remove()
        return problems
    }

    private func record(_ call: ActionCall, to file: URL, place: ActionPlace, host: ContainerHost?) async throws -> String {
        let command = try await place.command(call, host: host)
        let sensor = try root.executable("wiz-sensor")
        let arguments = [sensor.path, "record", "--output", file.path, "--rules"] + rules.map(\.path) + ["--"] + command.arguments
        let result = try await Shell.run(arguments, environment: command.environment, folder: place.folder, limit: call.limit + .seconds(60))
        if let expected = call.exit, result.status != expected {
            let how = result.status.map { "exit status \($0)" } ?? "not done in time"
            throw Shell.Failure(description: "\(how) instead of \(expected)\n\(result.output.suffix(1000))")
        }
        chmod(file.path, 0o644)
        let line = result.output.split(separator: "\n").last { $0.contains(" messages of the command") }
        guard let line else { throw Shell.Failure(description: "nothing was recorded\n\(result.output.suffix(1000))") }
        return file.lastPathComponent + line.dropFirst(file.path.count)
    }
}
