import Foundation
import Glibc
import Rules

/// The rule engine alone: all rules of the package over events as a busy machine makes them.
struct RuleBench {
    let rulesFolder: String?

    func run() throws {
        let rules = try BenchRules.load(folder: rulesFolder)
        print("\nrule engine, \(rules.count) rules, processor time of one thread")
        print("kind            rules  checks  ns/event")
        func column(_ text: String, _ width: Int) -> String { text.padding(toLength: width, withPad: " ", startingAt: 0) }
        for result in RuleBenchmark.run(rules, nanoseconds: Self.threadCPU) where result.rules > 0 {
            print(
                column(result.kind.name, 16) + column("\(result.rules)", 7) + column("\(result.nodes)", 8) + String(format: "%.0f", result.nanosecondsPerEvent)
                    + (result.detections > 0 ? "   (\(result.detections) detections a round)" : ""))
        }
    }

    private static func threadCPU() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
