import Foundation
import Rules

/// The rules that a benchmark runs with: those of the package.
enum BenchRules {
    static func load(folder: String?) throws -> RuleSet {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder ?? "rules").filter { $0.hasSuffix(".yaml") }.sorted()
        return RuleSet.load(files: try files.map { ($0, try String(contentsOfFile: (folder ?? "rules") + "/" + $0, encoding: .utf8)) }).rules
    }
}
