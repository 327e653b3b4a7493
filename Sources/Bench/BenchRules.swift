import Foundation
import Rules
import ScenarioRunner

/// The rules that a benchmark runs with.
enum BenchRules {
    /// Those of the package.
    static func load(folder: String?) throws -> RuleSet { RuleSet.load(files: try read(files(folder: folder))).rules }

    /// Those of the package and all of a folder with public rules, also what is switched off there.
    static func load(folder: String?, withPublic other: String) throws -> RuleSet {
        let all = try publicFiles(in: other) + files(folder: folder)
        return RuleSet.load(files: try read(all) + [("switched-on.yaml", try switchingOn(all))]).rules
    }

    /// The files of the package, or of that folder.
    static func files(folder: String?) throws -> [URL] { try folder.map { try publicFiles(in: $0) } ?? PackageRoot().rules() }

    /// The rule files of a folder, sorted.
    static func publicFiles(in folder: String) throws -> [URL] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        return names.map { URL(fileURLWithPath: folder).appending(path: $0) }
    }

    /// A rule file that switches on what these leave switched off.
    static func switchingOn(_ files: [URL]) throws -> String {
        let off = RuleSet.load(files: try read(files)).rules.descriptions.filter { !$0.isEnabled }
        return off.map { "- rule: \($0.name)\n  enabled: true\n" }.joined()
    }

    private static func read(_ files: [URL]) throws -> [(name: String, text: String)] {
        try files.map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }
}
