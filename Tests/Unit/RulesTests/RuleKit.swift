import Events
import Foundation
import Foundations
import Rules
import Testing

/// Rules for tests.
enum RuleKit {
    /// A rule around a condition, and what else a file may have before it.
    static func file(_ condition: String, name: String = "R", before: String = "", keys: String = "") -> String {
        let quoted = condition.replacingOccurrences(of: "'", with: "''")
        return before + "\n- rule: \(name)\n  desc: test\n  condition: '\(quoted)'\n  output: out\n  priority: WARNING\n" + keys
    }

    static func load(_ text: String...) -> (rules: RuleSet, report: RuleReport) {
        RuleSet.load(files: text.enumerated().map { ("f\($0.offset).yaml", $0.element) })
    }

    /// Whether a condition holds for an event; the condition has to compile.
    static func holds(_ condition: String, _ event: EnrichedEvent, before: String = "") -> Bool {
        let (rules, report) = load(file(condition, before: before))
        #expect(report.rejected.isEmpty, "\(condition): \(report.rejected.map(\.description))")
        return !evaluate(rules, [event]).isEmpty
    }

    /// What a condition is rejected for.
    static func problem(_ condition: String, before: String = "") -> RuleReport.Rejected? {
        load(file(condition, before: before)).report.rejected.first
    }

    static func evaluate(_ rules: RuleSet, _ events: [EnrichedEvent]) -> [Detection] {
        let evaluator = RuleEvaluator(rules)
        var out: [Detection] = []
        for event in events { evaluator.evaluate(event, into: &out) }
        return out
    }

    /// The package that these tests belong to.
    static let packageRoot: URL = {
        var folder = URL(fileURLWithPath: #filePath)
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) { folder.deleteLastPathComponent() }
        return folder
    }()

    /// The rule pack of the package.
    static let pack: (rules: RuleSet, report: RuleReport) = {
        let folder = packageRoot.appending(path: "rules")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.filter { $0.hasSuffix(".yaml") }.sorted() ?? []
        return RuleSet.load(files: files.map { ("rules/" + $0, (try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)) ?? "") })
    }()
}
