import Foundation
import Glibc
import Rules

/// The rule engine alone, over events as a busy machine makes them: with the rules of the package, and with public rules beside them.
struct RuleBench {
    let rulesFolder: String?
    let publicFolder: String

    func run() throws {
        try measure(BenchRules.load(folder: rulesFolder), "the package's rules")
        if FileManager.default.fileExists(atPath: publicFolder) {
            try measure(BenchRules.load(folder: rulesFolder, withPublic: publicFolder), "the package's and all public rules of \(publicFolder)")
        } else {
            print("\nno public rules in \(publicFolder) (--public-rules FOLDER): measured without them")
        }
    }

    private func measure(_ rules: RuleSet, _ what: String) {
        print("\n### The rule engine alone\n\n\(rules.count) rules: \(what); processor time of one thread.\n")
        let table = Table("kind", "rules", "nodes", "ns an event")
        for result in RuleBenchmark.run(rules, nanoseconds: ThreadClock.processorTime) where result.rules > 0 {
            let detections = result.detections > 0 ? " (\(result.detections) detections a round)" : ""
            table.row(result.kind.name, "\(result.rules)", "\(result.nodes)", Figure.count(Int(result.nanosecondsPerEvent)) + detections)
        }
    }
}
