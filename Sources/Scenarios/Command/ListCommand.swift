import ArgumentParser
import Foundation
import ScenarioModel
import ScenarioRunner

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the built-in scenarios, or the actions that steps can name.")

    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "List actions instead.") var actions = false

    func run() async throws {
        if actions { return try printActions() }
        let library = ScenarioLibrary(root: PackageRoot())
        for rejection in library.rejected { FileHandle.standardError.write(Data("\(rejection)\n".utf8)) }
        if json {
            let entries = library.scenarios.map { scenario -> JSONValue in
                [
                    "name": .string(scenario.name), "kind": .string(scenario.kind.rawValue), "description": .string(scenario.description),
                    "techniques": .array(scenario.techniques.map { .string($0) }), "needs": .array(scenario.needs.map { .string($0.rawValue) }),
                    "tags": .array(scenario.tags.map { .string($0) }),
                ]
            }
            say(String(decoding: try JSONValue.array(entries).json(pretty: true), as: UTF8.self))
        } else {
            let width = library.scenarios.map(\.name.count).max() ?? 0
            for scenario in library.scenarios {
                let facts = [scenario.kind.rawValue, scenario.techniques.joined(separator: " "), "needs " + scenario.needs.map(\.rawValue).joined(separator: ", ")]
                say("\(scenario.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(facts.filter { !$0.isEmpty }.joined(separator: "; "))")
                say("\(String(repeating: " ", count: width))  \(scenario.description)")
            }
        }
        if !library.rejected.isEmpty { throw ExitCode(1) }
    }

    private func printActions() throws {
        if json {
            let entries = ActionLibrary.all.map { action -> JSONValue in ["name": .string(action.name), "summary": .string(action.summary)] }
            return say(String(decoding: try JSONValue.array(entries).json(pretty: true), as: UTF8.self))
        }
        let width = ActionLibrary.all.map(\.name.count).max() ?? 0
        for action in ActionLibrary.all { say("\(action.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(action.summary)") }
    }
}
