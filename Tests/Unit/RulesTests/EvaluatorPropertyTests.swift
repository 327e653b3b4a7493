import Events
import Foundation
import Rules
import Testing

/// The compiled, shared and reordered conditions against conditions that are asked one by one, over random rules and events.
@Suite("Evaluator against the reference")
struct EvaluatorPropertyTests {
    /// Rule files of one run; more with `FUZZ_INPUTS`.
    static let files = max(12, FuzzTests.count / 2000)
    private static let rulesPerFile = 25

    private let events: [EnrichedEvent] = {
        var out = EventKind.allCases.flatMap(RuleBenchmark.samples)
        let shell = EventKit("/bin/bash", "/usr/sbin/sshd", "/usr/lib/systemd/systemd", arguments: ["bash", "-c", "cat /etc/shadow | Base64 -d", "", "ärger"])
        let bare = EventKit("/usr/bin/cat")
        let inside = EventKit("/usr/bin/curl", "/bin/sh", arguments: ["curl", "-s", "http://203.0.113.7/x"], container: EventKit.container(image: "registry.example:5000/shop/web:2.4"))
        for kit in [shell, bare, inside] {
            out += [
                kit.exec { $0.isUpperLayer = true }, kit.read("/etc/shadow"), kit.write("/usr/bin/ls"), kit.read(""), kit.open("/", flags: 0o200000, type: 0o040000),
                kit.change(.rename, "/etc/passwd", to: "/etc/passwd.bak"), kit.change(.rename, "/usr/x", to: "/usr"), kit.change(.rmdir, "/tmp/a"), kit.change(.chmod, "/usr/bin/sh", mode: 0o4755),
                kit.connect("203.0.113.7", 443), kit.connect("2001:db8::1", 22), kit.connect("127.0.0.1", 80, kind: .accept), kit.dns("Evil.Example."),
                kit.call(.dup, "dup2", [3, 0, 0, 2], result: 0), kit.call(.dup, "dup3", [4, 1, 0, 1], result: 1), kit.call(.setuid, "setuid", [0]),
            ]
        }
        return out
    }()

    @Test(arguments: 0..<UInt64(files))
    func sameAnswersForRandomRulesAndEvents(_ seed: UInt64) {
        var generator = ConditionGenerator(seed: seed, events: events)
        let (text, conditions) = generator.rules(Self.rulesPerFile)
        let (rules, report) = RuleKit.load(text)
        #expect(report.rejected.isEmpty, "seed \(seed): \(report.rejected.map(\.description))")
        let evaluator = RuleEvaluator(rules)
        var (matches, answers) = (0, 0)
        for event in events {
            var found: [Detection] = []
            evaluator.evaluate(event, into: &found)
            let got = Set(found.map(\.ruleName))
            #expect(got.count == found.count, "seed \(seed): a rule matched twice")
            for (n, condition) in conditions.enumerated() {
                let expected = condition.holds(event)
                answers += 1
                matches += expected ? 1 : 0
                if got.contains("r\(n)") != expected {
                    let smallest = condition.spelledOut.parts.first { $0.holds(event) != (try? ConditionFilter($0.written).matches(event)) }
                    Issue.record("seed \(seed), \(event.event.kind.name) by \(event.process.nameLine), r\(n) should \(expected ? "hold" : "not hold"): \((smallest ?? condition).written)")
                    return
                }
            }
        }
        // neither side says the same to everything
        #expect(matches > answers / 20 && matches < answers * 19 / 20, "seed \(seed): \(matches) of \(answers)")
    }
}
