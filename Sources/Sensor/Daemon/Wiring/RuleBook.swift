import CommandEntry
import Contract
import Foundation
import Foundations
import Indicators
import Portal
import Rules
import Synchronization

/// The rule files in force: those of the definitions, then those of the command line. Compiled together, because lists and macros of one
/// file serve the rules of another.
final class RuleBook: Sendable {
    private struct State {
        var definitions: [(name: String, text: String)] = []
        var indicators = KnownIndicators()
        var version = ""
        var own: [(name: String, text: String)] = []
    }
    private let state = Mutex(State())

    struct Compiled: Sendable {
        var rules: RuleSet
        var indicators: KnownIndicators
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
        let indicators = KnownIndicators(definitions.indicators)
        state.withLock {
            $0.definitions = Self.files(definitions)
            $0.indicators = indicators
            $0.version = definitions.manifest.version
        }
    }

    var version: String { state.withLock { $0.version } }

    /// - Parameter definitions: instead of those in use, to see what comes of them; nothing changes here.
    func compile(_ definitions: VerifiedDefinitions? = nil) -> Compiled {
        let state = state.withLock { $0 }
        let loaded = RuleSet.load(files: (definitions.map(Self.files) ?? state.definitions) + state.own)
        return Compiled(
            rules: loaded.rules, indicators: definitions.map { KnownIndicators($0.indicators) } ?? state.indicators,
            version: definitions?.manifest.version ?? state.version, report: loaded.report)
    }

    private static func files(_ definitions: VerifiedDefinitions) -> [(name: String, text: String)] { definitions.rules.map { ($0.name, $0.content) } }
}

extension KnownIndicators {
    /// Suspicious ones and those that cannot be read stay the reputation service's to judge.
    fileprivate init(_ entries: [IndicatorImport.Entry]) {
        self.init()
        for entry in entries where entry.disposition == "malicious" || entry.disposition == "benign" {
            _ = insert(kind: entry.kind, Entry(isMalicious: entry.disposition == "malicious", value: entry.value, family: entry.family ?? "", source: entry.source ?? "definitions"))
        }
    }
}
