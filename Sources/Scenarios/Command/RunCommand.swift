import ArgumentParser
import Foundation
import ScenarioModel
import ScenarioRunner

enum Driver: String, ExpressibleByArgument, CaseIterable {
    /// Everything on this machine: own processes, containers by runc.
    case local
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run scenarios and check what the portal saw.",
        discussion: "Exit status 0: all passed (a scenario that cannot run here is skipped, with the reason). 1: some did not. 2: wrong input.")

    @Argument(help: ArgumentHelp("Names of built-in scenarios, or paths of scenario files.", valueName: "name")) var names: [String] = []
    @Flag(help: "All built-in scenarios but those with the tag 'long'.") var all = false
    @Option(help: "All built-in scenarios with this tag, kind or technique.") var tag: String?
    @Option(help: "Write JUnit XML to this file.") var junit: String?
    @Option(help: "Write the report as JSON to this file.") var json: String?
    @Option(help: "Where: local.") var driver: Driver = .local
    @Flag(help: "Leave the last scenario's programs running until Ctrl-C.") var keep = false

    func validate() throws {
        if names.isEmpty, !all, tag == nil { throw ValidationError("Name scenarios, or give --all or --tag.") }
        if all, !names.isEmpty || tag != nil { throw ValidationError("--all goes without names and --tag.") }
    }

    func run() async throws {
        let root = PackageRoot()
        let scenarios = try chosen(from: ScenarioLibrary(root: root))
        // a report that cannot be written is found out before anything runs
        for path in [junit, json].compactMap({ $0 }) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else { throw WrongInput(description: "\(path): cannot be written") }
        }
        let suite = Suite(root: root, scenarios: scenarios, keep: keep)
        let printer = Printer()
        let report = try await interruptible { await suite.run(tell: printer.show) }
        if let junit { try JUnitWriter.xml(report).write(toFile: junit, atomically: true, encoding: .utf8) }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(report).write(to: URL(fileURLWithPath: json))
        }
        say(report.summary)
        if report.results.count < scenarios.count { say("interrupted before \(scenarios.count - report.results.count) more") }
        if !report.succeeded || report.results.count < scenarios.count { throw ExitCode(1) }
    }

    private func chosen(from library: ScenarioLibrary) throws -> [Scenario] {
        var chosen: [Scenario] = []
        do { chosen = try names.map(library.find) } catch { throw WrongInput(description: "\(error)") }
        if all {
            // a built-in scenario that cannot be read must not vanish from "all"
            if let first = library.rejected.first { throw WrongInput(description: first.description) }
            chosen = library.scenarios.filter { !$0.isLong }
        }
        if let tag {
            let tagged = library.scenarios.filter { $0.tags.contains(tag) || $0.kind.rawValue == tag || $0.techniques.contains(tag) }
            if tagged.isEmpty { throw WrongInput(description: "no scenario has the tag, kind or technique '\(tag)'") }
            chosen += tagged
        }
        return chosen
    }
}
