import Foundation
import Rules

/// The rules that a benchmark runs with.
enum BenchRules {
    /// Those of the package.
    static func load(folder: String?) throws -> RuleSet { RuleSet.load(files: try files(in: folder ?? "rules")).rules }

    /// Those of the package and all of a folder with public rules, also what is switched off there.
    static func load(folder: String?, withPublic other: String) throws -> RuleSet {
        let all = try files(in: other) + files(in: folder ?? "rules")
        let off = RuleSet.load(files: all).rules.descriptions.filter { !$0.isEnabled }
        let on = off.map { "- rule: \($0.name)\n  enabled: true\n" }.joined()
        return RuleSet.load(files: all + [("switched-on.yaml", on)]).rules
    }

    private static func files(in folder: String) throws -> [(name: String, text: String)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        return try names.map { ($0, try String(contentsOfFile: folder + "/" + $0, encoding: .utf8)) }
    }
}
