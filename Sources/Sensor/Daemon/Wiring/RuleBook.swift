import CommandEntry
import Contract
import Foundation
import Foundations
import Portal
import Rules
import Synchronization

/// The rule files in force: those of the definitions, then those of the command line. Compiled together, because lists and macros of one
/// file serve the rules of another.
final class RuleBook: Sendable {
    private struct State {
        var definitions: [(name: String, text: String)] = []
        var version = ""
        var own: [(name: String, text: String)] = []
    }
    private let state = Mutex(State())

    struct Compiled: Sendable {
        var rules: RuleSet
        var version: String
        /// What was wrong with single rules; the others are in the set.
        var report: RuleReport
    }

    /// Reads the files of the command line anew.
    /// - Throws: `WrongInput` that names the file that cannot be read; nothing has changed then.
    func readOwn(_ paths: [String]) throws {
        let files = try paths.map { path in
            guard let data = FileManager.default.contents(atPath: path) else { throw WrongInput(description: "--rules: \(path) cannot be read") }
            guard let text = String(validating: data, as: UTF8.self) else { throw WrongInput(description: "--rules: \(path) is not UTF-8") }
            return (name: path, text: text)
        }
        state.withLock { $0.own = files }
    }

    func use(_ definitions: VerifiedDefinitions) {
        state.withLock {
            $0.definitions = definitions.package.rules.map { ($0.name, $0.content) }
            $0.version = definitions.package.version
        }
    }

    var version: String { state.withLock { $0.version } }

    func compile() -> Compiled {
        let (files, version) = state.withLock { ($0.definitions + $0.own, $0.version) }
        let loaded = RuleSet.load(files: files)
        return Compiled(rules: loaded.rules, version: version, report: loaded.report)
    }
}
