import ArgumentParser
import CommandEntry
import Foundation
import ScenarioModel
import ScenarioRunner

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record the captures by which the rules are tested without root.",
        discussion: "Reads FILE (Tests/Fixtures/rules/cases.yaml) and writes two captures a case beside it. Exit status 1: some could not be recorded.")

    @Argument(help: "A file of rule cases.") var file: String
    @Option(parsing: .upToNextOption, help: "Only these rules.") var only: [String] = []
    @Option(parsing: .upToNextOption, help: "Rule files that say what is wanted of the kernel, besides those of the package.") var rules: [String] = []

    func run() async throws {
        guard let data = FileManager.default.contents(atPath: file) else { throw WrongInput(description: "\(file): cannot be read") }
        let cases: RuleCases
        do {
            cases = try RuleCaseParser.parse(String(decoding: data, as: UTF8.self), file: file, actions: ActionLibrary.names)
        } catch {
            throw WrongInput(description: "\(error)")
        }
        let root = PackageRoot()
        let recorder = RuleRecorder(
            root: root, cases: cases, output: URL(fileURLWithPath: file).deletingLastPathComponent(), rules: try root.rules() + rules.map { URL(fileURLWithPath: $0) })
        let only = Set(only)
        let problems = try await interruptible { try await recorder.run(only: only, tell: say) }
        for problem in problems { say("not recorded: \(problem)") }
        if !problems.isEmpty { throw ExitCode(1) }
    }
}
