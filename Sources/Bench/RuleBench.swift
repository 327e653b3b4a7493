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
        print("\nrule engine, \(rules.count) rules: \(what); processor time of one thread")
        print("kind            rules  nodes   ns/event")
        func column(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
        for result in RuleBenchmark.run(rules, nanoseconds: ThreadClock.processorTime) where result.rules > 0 {
            print(
                column(result.kind.name, 16) + column("\(result.rules)", 7) + column("\(result.nodes)", 8) + String(format: "%.0f", result.nanosecondsPerEvent)
                    + (result.detections > 0 ? "   (\(result.detections) detections a round)" : ""))
        }
    }
}
