import Events
import Foundations
import Rules
import Testing

@Suite("Rule files")
struct RuleFileTests {
    /// A field ends where its name does, whatever stands behind it: files that are in use lean on that.
    @Test(arguments: [
        ("type=%evt.typeproc.args=%proc.args", "type=execveproc.args=-l"), ("%proc.name.Please", "ls.Please"), ("%proc.names", "lss"), ("%user.uid.%user.name", "0.root"),
        ("%evt.arg.exe-%proc.pname!", "/bin/ls-bash!"),
    ])
    func textMayFollowAFieldAtOnce(_ output: String, _ text: String) {
        let (rules, report) = RuleKit.load("- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: '\(output)'\n  priority: INFO\n")
        #expect(report.rejected.map(\.description) == [])
        #expect(RuleKit.evaluate(rules, [EventKit("/bin/ls", "/bin/bash", arguments: ["/bin/ls", "-l"]).exec()]).map(\.output) == [text])
    }

    @Test func aFieldWithTextBehindItIsOddAndAMisspeltOneIsWrong() {
        func report(_ output: String) -> RuleReport { RuleKit.load("- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: '\(output)'\n  priority: INFO\n").report }
        #expect(report("%proc.names").warnings.map(\.message) == ["'%proc.names' is the field 'proc.name' and the text 's'"])
        #expect(report("%proc.name.").warnings.isEmpty)
        for wrong in ["%proc.nmae", "%(proc.names)", "%toupper(proc.names)", "%proc.names[1]", "%evt.argument"] { #expect(report(wrong).rejected.count == 1, "\(wrong)") }
    }

    @Test func aListOfOneStandsForItsValue() {
        let lists = "- list: cats\n  items: [cat]\n- list: nested\n  items: [cats]\n- list: none\n  items: []\n- list: pets\n  items: [cat, dog]\n"
        let cat = EventKit("/bin/cat", "/bin/cats").exec()
        for condition in ["proc.name=cats", "proc.name = nested or proc.name=x", "proc.name startswith cats", "proc.pname != cats", "proc.pname = \"cats\"", "proc.name startswith anyof (pets)"] {
            #expect(RuleKit.holds("evt.type = execve and (" + condition + ")", cat, before: lists), "\(condition)")
        }
        #expect(!RuleKit.holds("evt.type = execve and proc.pname = cats", cat, before: lists))
        #expect(RuleKit.problem("proc.name = pets", before: lists)?.message == "'pets' is a list of 2 values: lists are compared by 'in'")
        #expect(RuleKit.problem("proc.name contains none", before: lists)?.message == "'none' is a list of 0 values: lists are compared by 'in'")
    }

    @Test func aNameThatNobodyCanWriteIsOdd() {
        let report = RuleKit.load("- macro: some macro\n  condition: evt.type = execve\n- macro: a-b\n  condition: evt.type = open\n- list: a, b\n  items: [x]\n").report
        #expect(report.rejected.isEmpty && report.macros == 2 && report.lists == 1)
        #expect(report.warnings.filter { $0.message.contains("cannot name it") }.count == 3)
    }

    @Test func anAppendThatAddsNothingIsOdd() {
        let (rules, report) = RuleKit.load(RuleKit.file("evt.type = execve") + "- rule: R\n  append: true\n")
        #expect(report.rejected.isEmpty && rules.count == 1)
        #expect(report.warnings.map(\.message) == ["'append' has neither a condition nor exceptions to add"])
    }

    @Test(arguments: ["evt.type = open and proc.nobody = cat", "evt.type = some_invalid_event"])
    func whatIsUnknownMayBeSkipped(_ condition: String) {
        #expect(RuleKit.load(RuleKit.file(condition, keys: "  skip-if-unknown-filter: true\n")).report.rejected.isEmpty)
        #expect(RuleKit.load(RuleKit.file(condition, keys: "  skip-if-unknown-filter: false\n")).report.rejected.count == 1)
    }

    @Test func theValuesOfAChartAreNoRuleFile() {
        let report = RuleKit.load("customRules:\n  mine.yaml: |-\n    - list: l\n      items: [a]\n").report
        #expect(report.rejected.map(\.description) == ["f0.yaml:1:1: a rule file is a list of items, each beginning with '- ': these are the values of a chart, and each text below 'customRules' is one"])
        #expect(RuleKit.load("title: x\ncondition: y\n").report.rejected.map(\.message) == ["a rule file is a list of items, each beginning with '- '"])
    }

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
        #expect(with("[{name: e, fields: [proc.name, fd.name], comps: [startswith oneof, endswith], values: [[[x, c], shadow]]}]") == [])
        #expect(with("[{name: e, fields: [proc.name, fd.name], comps: [startswith anyof, endswith], values: [[[x, y], shadow]]}]") == ["R"])
        #expect(with("[{name: e, fields: fd.name, comps: glob oneof, values: ['/x/*', '/etc/*']}]") == [])
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
            ("o.yaml", "- {rule: R, desc: d, condition: proc.name = cat, priority: INFO, output: '100%% %proc.name %(proc.pname)x %proc.aname[1]. %fd.sip %(toupper(proc.name)) %toupper(proc.name) 5% %'}")
        ])
        #expect(report.rejected.isEmpty)
        #expect(RuleKit.evaluate(rules, [cat]).first?.output == "100% cat bashx bash. <NA> CAT CAT 5% %")
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
        let report = RuleKit.load("- required_engine_version: 0.99.0\n- required_plugin_versions:\n  - {name: k8saudit, version: 0.1.0}\n  - {name: container, version: 0.4.0}\n").report
        #expect(report.rejected.isEmpty)
        #expect(report.warnings.count == 2)
    }

    @Test(arguments: ["9.0.0", "9999999"]) func anotherLanguageIsRefusedAndTheRulesAreTriedAllTheSame(_ version: String) {
        let (rules, report) = RuleKit.load("- required_engine_version: \(version)\n" + RuleKit.file("proc.name = cat"))
        #expect(report.rejected.map(\.column) == [28])
        #expect(rules.count == 1)
    }

    /// A byte order mark, documents, an empty one, null items, an item of a kind that is not known; each with line feeds and with carriage returns.
    @Test(arguments: [
        ("\u{FEFF}", ""), ("---\n", ""), ("- list: l\n  items: [a]\n---\n", "...\n"), ("---\n---\n", ""), ("-\n- ~\n", "-\n"), ("- exception: R\n  items: []\n", "# end"),
    ])
    func waysToWriteAFile(_ before: String, _ after: String) {
        let text = before + RuleKit.file("proc.name = cat") + after
        #expect(matches(text) == ["R"])
        #expect(matches(text.replacingOccurrences(of: "\n", with: "\r\n")) == ["R"])
    }

    @Test func placesInAFileWithCarriageReturnsAndAMarkAreThoseOfAnEditor() {
        let text = "\u{FEFF}" + "- rule: R\n  desc: d\n  condition: proc.nmae = cat\n  output: o\n  priority: INFO\n".replacingOccurrences(of: "\n", with: "\r\n")
        let problem = RuleKit.load(text).report.rejected.first
        #expect(problem?.line == 3)
        #expect(problem?.column == 14)
    }

    @Test func aDocumentThatIsNoYAMLCostsOnlyItsItem() {
        let (rules, report) = RuleKit.load(RuleKit.file("proc.name = a", name: "A") + "---\n- rule: [unclosed\n---\n" + RuleKit.file("proc.name = b", name: "B"))
        #expect(rules.descriptions.map(\.name) == ["A", "B"])
        #expect(report.rejected.count == 1)
    }

    @Test func ofAKeyThatIsThereTwiceTheFirstCounts() {
        let (rules, report) = RuleKit.load(
            RuleKit.file("proc.name = cat", keys: "  tags: [a]\n  tags: [b]\n  priority: CRITICAL\n") + "- list: l\n  items: &l [a]\n  items: [b]\n- list: m\n  items: *l\n")
        #expect(report.rejected.isEmpty)
        #expect(rules.descriptions.first?.tags == ["a"])
        #expect(rules.descriptions.first?.severity == .medium)
        #expect(report.lists == 2)
        #expect(report.warnings.map(\.message).filter { $0.contains("is there twice") }.count == 3)
    }

    @Test func anItemTakesTheKeysThatItLacksFromOthers() {
        #expect(matches("- &base\n  rule: A\n  desc: d\n  condition: proc.name = cat\n  output: o\n  priority: INFO\n- <<: *base\n  rule: B\n- <<: [*base]\n  rule: C\n  condition: proc.name = dog\n") == ["A", "B"])
    }

    @Test(arguments: ["  source:\n", "  source: ''\n", "  source: syscall\n"]) func aSourceThatIsNotNamedIsThatOfSystemCalls(_ source: String) {
        #expect(matches(RuleKit.file("proc.name = cat and not evt.type in ('<unknown>', execve)", keys: source)) == ["R"])
    }

    @Test func theOldAppendPassesOverWhatItNeverChanged() {
        let (rules, report) = RuleKit.load(
            RuleKit.file("proc.name exists"), "- rule: R\n  desc: other\n  condition: and proc.name = cat\n  output: other\n  priority: CRITICAL\n  enabled: false\n  append: true\n- rule: R\n  append: true\n")
        #expect(report.rejected.isEmpty)
        #expect(report.warnings.filter { $0.message.contains("passed over") }.count == 4)
        #expect(RuleKit.evaluate(rules, [cat]).map(\.output) == ["out"])
        #expect(RuleKit.evaluate(rules, [EventKit("/bin/dog").read("/etc/shadow")]).isEmpty)
    }

    @Test func macrosOfOtherSourcesAreNoMistake() {
        let (rules, report) = RuleKit.load(
            "- macro: kget\n  condition: ka.verb = get\n- macro: kevt\n  condition: (jevt.value[/stage] in (a) and kget)\n- macro: unused\n  condition: ka.verb = create\n"
                + RuleKit.file("kevt", name: "K", keys: "  source: k8s_audit\n") + RuleKit.file("proc.name = cat"))
        #expect(report.rejected.isEmpty)
        #expect(report.warnings.filter { $0.message.contains("unknown field") }.map(\.subject) == ["macro unused"])
        #expect(rules.count == 1)
    }

    @Test func aRuleThatMaySkipSkipsAlsoByAMacro() {
        let report = RuleKit.load(RuleKit.file("m", before: "- macro: m\n  condition: foo.bar = x\n", keys: "  skip-if-unknown-filter: true\n")).report
        #expect(report.rejected.isEmpty)
    }
}
