import Events
import Rules
import Testing

/// What happens when several rules match one event.
struct RuleMatchingTests {
    private func names(_ text: String, _ matching: RuleMatching, _ events: [EnrichedEvent]) -> [String] {
        let evaluator = RuleEvaluator(RuleKit.load(text).rules, matching: matching)
        var out: [Detection] = []
        for event in events { evaluator.evaluate(event, into: &out) }
        return out.map(\.ruleName)
    }

    private static let three =
        RuleKit.file("evt.type = execve and proc.name = none", name: "A") + RuleKit.file("evt.type = execve", name: "B") + RuleKit.file("evt.type = execve and proc.name = cat", name: "C")

    @Test func allOrOnlyTheFirst() {
        let events = [EventKit("/bin/cat").exec(), EventKit("/bin/ls").exec()]
        #expect(names(Self.three, .all, events) == ["B", "C", "B"])
        #expect(names(Self.three, .first, events) == ["B", "B"])
    }

    @Test func whatTheFirstRuleShadowsStillCounts() {
        let threshold = RuleKit.file("evt.type = execve", name: "T", keys: "  threshold:\n    count: 2\n    within: 10s\n")
        let cat = RuleKit.file("evt.type = execve and proc.name = cat", name: "C")
        let events = [EventKit("/bin/cat").exec(), EventKit("/bin/ls").exec()]
        // counted behind C, made by the event that C does not match
        #expect(names(cat + threshold, .first, events) == ["C", "T"])
        // a rule that is only counting shadows nothing
        #expect(names(threshold + cat, .first, events) == ["C", "T"])
    }

    @Test func anEventIsJudgedByItself() {
        var out: [Detection] = []
        let evaluator = RuleEvaluator(RuleKit.load(Self.three).rules, matching: .first)
        evaluator.evaluate(EventKit("/bin/cat").exec(), into: &out)
        evaluator.evaluate(EventKit("/bin/cat").exec(), into: &out)
        #expect(out.map(\.ruleName) == ["B", "B"])
    }
}
