import Events
import Foundations
import Rules
import Testing

@Suite("Thresholds and sequences")
struct CorrelationTests {
    let second: UInt64 = 1_000_000_000

    func count(_ keys: String, _ condition: String, _ events: [EnrichedEvent]) -> Int {
        let (rules, report) = RuleKit.load(RuleKit.file(condition, keys: keys))
        #expect(report.rejected.map(\.description) == [])
        return RuleKit.evaluate(rules, events).count
    }

    @Test func aThresholdFiresWhenEnoughComesInTimeAndThenStartsAnew() {
        let kit = EventKit("/bin/x")
        let keys = "  threshold: {count: 5, within: 10s, by: [proc.pid]}\n"
        #expect(count(keys, "evt.type = unlink", (0..<4).map { kit.change(.unlink, "/a", after: $0 * second) }) == 0)
        #expect(count(keys, "evt.type = unlink", (0..<5).map { kit.change(.unlink, "/a", after: $0 * second) }) == 1)
        #expect(count(keys, "evt.type = unlink", (0..<10).map { kit.change(.unlink, "/a", after: $0 * second) }) == 2)
        #expect(count(keys, "evt.type = unlink", (0..<50).map { kit.change(.unlink, "/a", after: $0 * 3 * second) }) == 0)
    }

    @Test func keysAreCountedApart() {
        let other = EventKit("/bin/y")
        other.process.key.pid = 999
        let kit = EventKit("/bin/x")
        let keys = "  threshold: {count: 4, within: 10s, by: [proc.pid]}\n"
        let mixed = (0..<3).flatMap { [kit.change(.unlink, "/a", after: $0), other.change(.unlink, "/a", after: $0)] }
        #expect(count(keys, "evt.type = unlink", mixed) == 0)
        #expect(count("  threshold: {count: 4, within: 10s}\n", "evt.type = unlink", mixed) == 1)
    }

    @Test func distinctValuesAreCountedOnce() {
        let kit = EventKit("/bin/nmap")
        let keys = "  threshold: {count: 20, within: 5s, by: [proc.pid], distinct: fd.rport}\n"
        #expect(count(keys, "evt.type = connect", (0..<200).map { kit.connect("10.1.1.1", 443, after: $0) }) == 0)
        #expect(count(keys, "evt.type = connect", (0..<20).map { kit.connect("10.1.1.1", UInt16($0), after: $0) }) == 1)
    }

    @Test func aSequenceFiresInItsOrderOnly() {
        let keys = "  sequence: {within: 60s, by: [container.id], steps: [proc.name = curl, evt.type = chmod]}\n"
        let condition = "evt.type = execve and proc.name = payload"
        let curl = EventKit("/usr/bin/curl"), chmod = EventKit("/bin/chmod"), payload = EventKit("/tmp/payload")
        #expect(count(keys, condition, [curl.exec(), chmod.change(.chmod, "/tmp/payload", mode: 0o755), payload.exec()]) == 1)
        #expect(count(keys, condition, [chmod.change(.chmod, "/tmp/payload"), curl.exec(), payload.exec()]) == 0)
        #expect(count(keys, condition, [curl.exec(), payload.exec()]) == 0)
        #expect(count(keys, condition, [payload.exec(), payload.exec()]) == 0)
        let late = payload.event(.exec, .exec(payload.process.exec), after: 61 * second)
        #expect(count(keys, condition, [curl.exec(), chmod.change(.chmod, "/tmp/payload"), late]) == 0)
    }

    /// Three events before a swap of rules and two after it.
    func acrossASwap(_ before: String, _ after: String) -> [String] {
        let kit = EventKit("/bin/x")
        var out: [Detection] = []
        let old = RuleEvaluator(RuleKit.load(before).rules)
        for n in 0..<3 { old.evaluate(kit.change(.unlink, "/a\(n)", after: UInt64(n) * second), into: &out) }
        let new = RuleEvaluator(RuleKit.load(after).rules, after: old)
        for n in 3..<5 { new.evaluate(kit.change(.unlink, "/a\(n)", after: UInt64(n) * second), into: &out) }
        return out.map(\.ruleName)
    }

    @Test func newDefinitionsKeepTheCountsOfRulesThatDidNotChange() {
        let five = "  threshold: {count: 5, within: 10s, by: [proc.pid], distinct: fs.path.name}\n"
        let rule = RuleKit.file("evt.type = unlink and proc.name in (x, y)", keys: five)
        let other = RuleKit.file("proc.name = cat", name: "Other")
        #expect(acrossASwap(rule, rule) == ["R"])
        #expect(acrossASwap(other + rule, rule + other) == ["R"], "its place in the file does not matter")
        #expect(acrossASwap(rule, RuleKit.file("evt.type = unlink and proc.name in (l)", before: "- list: l\n  items: [y, x]\n", keys: five)) == ["R"], "nor how it is written")
        #expect(acrossASwap(rule, RuleKit.file("evt.type = unlink and proc.name in (x, z)", keys: five)) == [])
        #expect(acrossASwap(rule, RuleKit.file("evt.type = unlink and proc.name in (x, y)", keys: five.replacingOccurrences(of: "10s", with: "9s"))) == [])
        #expect(acrossASwap(rule, RuleKit.file("evt.type = unlink and proc.name in (x, y)", name: "S", keys: five)) == [])
    }

    @Test func newDefinitionsKeepTheStepsOfSequencesThatDidNotChange() {
        let text = RuleKit.file("evt.type = unlink and fs.path.name = /a4", keys: "  sequence: {within: 60s, steps: [evt.type = unlink and fs.path.name = /a0]}\n")
        #expect(acrossASwap(text, text) == ["R"])
        #expect(acrossASwap(text, text.replacingOccurrences(of: "/a0", with: "/a1")) == [])
    }

    @Test func whatWasForgottenStaysCountedAcrossASwap() {
        let rules = RuleKit.load(RuleKit.file("evt.type = unlink", keys: "  threshold: {count: 3, within: 1h, by: [fs.path.name]}\n")).rules
        let old = RuleEvaluator(rules)
        var out: [Detection] = []
        for n in 0..<1100 { old.evaluate(EventKit("/bin/x").change(.unlink, "/a\(n)", after: UInt64(n)), into: &out) }
        #expect(old.ledger.lost(at: "rules", "correlationFull") > 0)
        #expect(RuleEvaluator(.empty, after: old).ledger == old.ledger)
    }

    @Test func aKeyHasAsManyFieldsAsItNeeds() {
        let kit = EventKit("/bin/x")
        func fired(_ by: String) -> Int {
            count("  threshold: {count: 4, within: 10s, by: [\(by)]}\n", "evt.type = connect", (0..<8).map { kit.connect("10.1.1.\($0 % 2)", UInt16($0 % 4), after: UInt64($0)) })
        }
        #expect(fired("") == 2)
        #expect(fired("proc.pid") == 2)
        #expect(fired("proc.pid, fd.rip") == 2)
        #expect(fired("proc.pid, fd.rip, fd.rport") == 0)
        #expect(fired("proc.aname, toupper(proc.name)") == 2)
    }

    @Test func whatIsRememberedIsBounded() {
        let (rules, _) = RuleKit.load(RuleKit.file("evt.type = unlink", keys: "  threshold: {count: 3, within: 1h, by: [fs.path.name]}\n"))
        let evaluator = RuleEvaluator(rules)
        var out: [Detection] = []
        let kit = EventKit("/bin/x")
        for n in 0..<3000 { evaluator.evaluate(kit.change(.unlink, "/a\(n)", after: UInt64(n)), into: &out) }
        #expect(out.isEmpty)
        let forgotten = evaluator.ledger.lost(at: "rules", "correlationFull")
        #expect(forgotten >= 3000 - 1024 && forgotten < 3000 - 1024 + 64)
    }

    @Test func whatIsOutOfItsTimeMakesRoomAndIsNoLoss() {
        let (rules, _) = RuleKit.load(RuleKit.file("evt.type = unlink", keys: "  threshold: {count: 3, within: 1s, by: [fs.path.name]}\n"))
        let evaluator = RuleEvaluator(rules)
        var out: [Detection] = []
        let kit = EventKit("/bin/x")
        for n in 0..<3000 { evaluator.evaluate(kit.change(.unlink, "/a\(n)", after: UInt64(n) * 10_000_000), into: &out) }
        #expect(out.isEmpty && evaluator.ledger.counts.isEmpty)
    }
}
