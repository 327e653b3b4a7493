import Events
import Foundations
import Rules
import Testing

@Suite("Rule files")
struct RuleFileTests {
    let cat = EventKit("/usr/bin/cat", "/bin/bash").read("/etc/shadow")

    func matches(_ files: String...) -> [String] {
        let (rules, report) = RuleSet.load(files: files.enumerated().map { ("f\($0.offset).yaml", $0.element) })
        #expect(report.rejected.map(\.description) == [])
        return RuleKit.evaluate(rules, [cat]).map(\.ruleName)
    }

    @Test func appendAndOverrideOfConditionsListsAndMacros() {
        let base = "- list: l\n  items: [dog]\n- macro: m\n  condition: proc.name in (l)\n" + RuleKit.file("m")
        #expect(matches(base) == [])
        #expect(matches(base, "- list: l\n  items: [cat]\n  append: true\n") == ["R"])
        #expect(matches(base, "- list: l\n  items: [cat]\n  override: {items: append}\n") == ["R"])
        #expect(matches(base, "- list: l\n  items: [cat]\n") == ["R"])
        #expect(matches(base, "- macro: m\n  condition: or proc.name = cat\n  append: true\n") == ["R"])
        #expect(matches(base, "- macro: m\n  condition: or proc.name = cat\n  override: {condition: append}\n") == ["R"])
        #expect(matches(base, "- rule: R\n  condition: or proc.name = cat\n  append: true\n") == ["R"])
        #expect(matches(base, "- rule: R\n  condition: proc.name = cat\n  override: {condition: replace}\n") == ["R"])
        #expect(matches(base, RuleKit.file("proc.name = cat")) == ["R"])
    }

    @Test func aRuleIsSwitchedOffAndOn() {
        let on = RuleKit.file("proc.name = cat")
        #expect(matches(on, "- rule: R\n  enabled: false\n") == [])
        #expect(matches(on, "- rule: R\n  enabled: false\n  override: {enabled: replace}\n") == [])
        #expect(matches(RuleKit.file("proc.name = cat", keys: "  enabled: false\n"), "- rule: R\n  enabled: true\n") == ["R"])
    }

    @Test func otherKeysAreReplacedAndAppendedEachByItself() {
        let (rules, report) = RuleKit.load(
            RuleKit.file("proc.name = cat", keys: "  tags: [a, T1003]\n"),
            "- rule: R\n  tags: [b, mitre_credential_access]\n  desc: more\n  output: is %proc.name\n  priority: CRITICAL\n  override: {tags: append, desc: append, output: append, priority: replace}\n")
        #expect(report.rejected.isEmpty)
        let found = RuleKit.evaluate(rules, [cat]).first
        #expect(found?.tags == ["a", "T1003", "b", "mitre_credential_access"])
        #expect(found?.techniques == ["T1003"])
        #expect(found?.tactics == ["TA0006"])
        #expect(found?.description == "test more")
        #expect(found?.output == "out is cat")
        #expect(found?.severity == .critical)
    }

    @Test func exceptionsTakeTuplesListsAndOperators() {
        func with(_ exceptions: String) -> [String] { matches(RuleKit.file("proc.name exists", keys: "  exceptions: \(exceptions)\n")) }
        #expect(with("[{name: e, fields: [proc.name, fd.name]}]") == ["R"])
        #expect(with("[{name: e, fields: [proc.name, fd.name], values: [[cat, /etc/shadow]]}]") == [])
        #expect(with("[{name: e, fields: [proc.name, fd.name], values: [[cat, /etc/passwd], [dog, /etc/shadow]]}]") == ["R"])
        #expect(with("[{name: e, fields: [proc.name, fd.name], comps: ['=', in], values: [[cat, [/etc/passwd, /etc/shadow]]]}]") == [])
        #expect(with("[{name: e, fields: [proc.name, fd.name], comps: [startswith, endswith], values: [[c, shadow]]}]") == [])
        #expect(with("[{name: e, fields: proc.name, values: [dog, cat]}]") == [])
        #expect(with("[{name: e, fields: fd.name, comps: pmatch, values: [/etc]}]") == [])
        #expect(with("[{name: e, fields: [proc.name], values: [[cat]]}]") == [])
        #expect(with("[{name: e, fields: proc.name, comps: startswith, values: [x, c]}]") == [])
    }

    @Test func exceptionValuesComeFromALaterFile() {
        let base = RuleKit.file("proc.name exists", keys: "  exceptions: [{name: e, fields: [proc.name, fd.name]}]\n")
        #expect(matches(base, "- rule: R\n  exceptions: [{name: e, values: [[cat, /etc/shadow]]}]\n  override: {exceptions: append}\n") == [])
        #expect(matches(base, "- rule: R\n  exceptions: [{name: e, values: [[cat, /etc/shadow]]}]\n  append: true\n") == [])
    }

    @Test func valuesOfExceptionsMayNameLists() {
        let list = "- list: names\n  items: [cat]\n"
        #expect(matches(RuleKit.file("proc.name exists", before: list, keys: "  exceptions: [{name: e, fields: proc.name, values: [names]}]\n")) == [])
    }

    @Test func outputsFillFieldsInBothSpellings() {
        let (rules, report) = RuleSet.load(files: [
            ("o.yaml", "- {rule: R, desc: d, condition: proc.name = cat, priority: INFO, output: '100%% %proc.name %(proc.pname)x %proc.aname[1]. %fd.sip %(toupper(proc.name)) 5% %'}")
        ])
        #expect(report.rejected.isEmpty)
        #expect(RuleKit.evaluate(rules, [cat]).first?.output == "100% cat bashx bash. <NA> CAT 5% %")
    }

    @Test func prioritiesGiveSeverities() {
        for (priority, severity) in [("EMERGENCY", Severity.critical), ("Alert", .critical), ("critical", .critical), ("ERROR", .high), ("WARNING", .medium), ("NOTICE", .low), ("INFO", .informational), ("INFORMATIONAL", .informational), ("DEBUG", .informational)] {
            let (rules, _) = RuleSet.load(files: [("p.yaml", "- {rule: R, desc: d, condition: proc.name = cat, priority: \(priority), output: o}")])
            #expect(rules.descriptions.first?.severity == severity)
        }
    }

    @Test func aDetectionCarriesItsEventProcessesAndTime() {
        let (rules, _) = RuleKit.load(RuleKit.file("proc.name = cat", keys: "  id: my-id\n  severity: HIGH\n  techniques: [T1003.008]\n"))
        let found = RuleKit.evaluate(rules, [cat]).first
        #expect(found?.ruleID == "my-id")
        #expect(found?.severity == .high)
        #expect(found?.techniques == ["T1003.008"])
        #expect(found?.processTree.map(\.exec.path) == ["/usr/bin/cat", "/bin/bash"])
        #expect(found?.time == cat.wallTime)
        #expect(found?.userName == "root")
    }

    @Test func everyMatchingRuleGivesItsDetectionInFileOrder() {
        #expect(matches(RuleKit.file("proc.name = cat", name: "B") + RuleKit.file("fd.name = /etc/shadow", name: "A") + RuleKit.file("fd.name = /x", name: "C")) == ["B", "A"])
    }

    @Test func whatALaterEngineNeedsIsAWarning() {
        let report = RuleKit.load("- required_engine_version: 9.0.0\n- required_plugin_versions:\n  - {name: k8saudit, version: 0.1.0}\n  - {name: container, version: 0.4.0}\n").report
        #expect(report.rejected.isEmpty)
        #expect(report.warnings.count == 2)
    }
}
