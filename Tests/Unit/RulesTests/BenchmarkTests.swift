import Events
import Glibc
import Rules
import Testing

@Suite("Benchmark")
struct BenchmarkTests {
    static let suspicious: Set<EventKind> = [.ptrace, .unshare, .setns, .bpf, .vmWrite, .userfaultfd, .ioUring, .module]

    static func threadTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The figures of a debug build say nothing; that every kind is measured and that the samples are benign does.
    @Test func everyKindIsMeasuredAndNoSampleIsADetection() {
        for (name, rules) in [("pack", RuleKit.pack.rules)] + (PublicRulesTests.text.map { [("public", RuleSet.load(files: [("falco_rules.yaml", $0)]).rules)] } ?? []) {
            let results = RuleBenchmark.run(rules, rounds: 50, nanoseconds: Self.threadTime)
            #expect(Set(results.map(\.kind)) == Set(EventKind.allCases))
            for result in results {
                // of the calls that are suspicious by themselves there is no benign sample
                if !Self.suspicious.contains(result.kind) { #expect(result.detections == 0, "\(name) \(result.kind.name)") }
                if result.rules > 0 { print("benchmark: \(name) \(result.kind.name): \(result.rules) rules, \(result.nodes) checks, \(Int(result.nanosecondsPerEvent)) ns/event") }
            }
        }
    }
}
