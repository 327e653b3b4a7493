import Foundations
import Rules
import Testing

@Suite("Diagnostics")
struct DiagnosticsTests {
    @Test(arguments: [
        ("proc.nmae = cat", "unknown field 'proc.nmae'; did you mean 'proc.name'?"),
        ("proc.name = ", "expected a value behind '='"),
        ("proc.name cat", "expected an operator behind 'proc.name'"),
        ("proc.name startwith cat", "did you mean 'startswith'?"),
        ("(proc.name = cat", "never closed"),
        ("proc.name = cat)", "closes nothing"),
        ("proc.name = cat proc.name = dog", "expected 'and', 'or' or the end"),
        ("proc.name in (a, b", "never closed"),
        ("proc.name in (a b)", "expected ',' or ')'"),
        ("proc.name = \"cat", "quotation mark is never closed"),
        ("and proc.name = cat", "expected a check, found 'and'"),
        ("proc.name = cat and", "expected a field, a macro or '('"),
        ("no_such_macro", "unknown macro 'no_such_macro'"),
        ("evt.type = opne", "unknown event type 'opne'; did you mean 'open'?"),
        ("fd.num = many", "'fd.num' is a number"),
        ("fd.num contains 3", "does not fit 'fd.num'"),
        ("proc.name > 3", "does not fit 'proc.name'"),
        ("fd.sip = example.com", "'fd.sip' is an address"),
        ("evt.is_open_read = maybe", "true or false"),
        ("proc.name[3] = cat", "takes no argument"),
        ("evt.arg = x", "needs an argument"),
        ("proc.aname[x] = cat", "is no argument"),
        ("proc.aname[ = cat", "expected an argument and ']'"),
        ("lower(proc.name) = cat", "unknown transformer 'lower'"),
        ("tolower(cat) = cat", "expected a field inside tolower()"),
        ("tolower(proc.name = cat", "expected ')'"),
        ("proc.name = val(cat)", "expected a field inside val()"),
        ("fd.name bcontains xyz", "hexadecimal"),
        ("   ", "the condition is empty"),
        ("%", "expected a field, a macro or '('"),
    ])
    func eachMistakeIsNamed(_ condition: String, _ message: String) {
        let problem = RuleKit.problem(condition)
        #expect(problem?.message.contains(message) == true, "\(condition): \(problem?.message ?? "accepted")")
        #expect(problem?.rule == "R")
        #expect(problem?.file == "f0.yaml")
    }

    @Test func aPlaceInsideAFoldedConditionIsThePlaceInTheFile() {
        let text = """
            - rule: Folded
              desc: d
              condition: >
                evt.type = openat
                and proc.name = cat
                and  proc.nmae = dog
              output: o
              priority: INFO
            """
        let problem = RuleKit.load(text).report.rejected.first
        #expect(problem?.line == 6)
        #expect(problem?.column == 10)
        #expect(problem?.rule == "Folded")
        #expect(problem?.excerpt(from: text).contains("    and  proc.nmae = dog\n") == true)
        #expect(problem?.excerpt(from: text).hasSuffix("             ^") == true)
    }

    @Test func aPlaceInsideQuotationMarksIsThePlaceInTheFile() {
        let text = "- rule: Q\n  desc: d\n  condition: \"proc.name = \\\"cat\\\" and evt.typ = open\"\n  output: o\n  priority: INFO\n"
        let problem = RuleKit.load(text).report.rejected.first
        #expect(problem?.line == 3)
        #expect(problem?.column == 39)
    }

    @Test func aPlaceInAnAppendedConditionIsInTheFileThatAppended() {
        let (_, report) = RuleKit.load(
            RuleKit.file("proc.name = cat"), "- rule: R\n  condition: or proc.nmae = x\n  override:\n    condition: append\n")
        #expect(report.rejected.first?.file == "f1.yaml")
        #expect(report.rejected.first?.line == 2)
        #expect(report.rejected.first?.column == 17)
    }

    @Test func oneBadRuleAmongAHundredCostsOnlyItself() {
        var text = "- macro: broken\n  condition: proc.name ===\n- list: nested\n  items: [[a]]\n"
        for n in 0..<99 { text += RuleKit.file("proc.name = cat\(n)", name: "good \(n)") }
        text += RuleKit.file("proc.name = cat and broken", name: "bad")
        let (rules, report) = RuleKit.load(text)
        #expect(rules.count == 99)
        #expect(report.rejected.map(\.rule) == ["macro broken", "list nested", "bad"])
    }

    @Test func anItemThatIsNoYAMLCostsOnlyItself() {
        let text = RuleKit.file("proc.name = a", name: "A") + "- rule: [unclosed\n  x: {\n" + RuleKit.file("proc.name = b", name: "B") + "- rule: C\n  rule: D\n" + RuleKit.file("proc.name = e", name: "E")
        let (rules, report) = RuleKit.load(text)
        #expect(rules.descriptions.map(\.name) == ["A", "B", "E"])
        #expect(report.rejected.count == 2)
        #expect(report.rejected.allSatisfy { $0.line > 6 })
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "[]"])
    func emptyFilesAreNoMistake(_ text: String) { #expect(RuleKit.load(text).report.rejected.isEmpty) }

    @Test(arguments: [
        "rule: x", "just text", "- just text", "- 1", "- []", "- {}", "- rule:", "- rule: x\n", "- macro: m\n", "- list: l\n", "- list: l\n  items: {a: b}\n", "- rule: x\n  macro: y\n",
        "\u{0}", "- rule: x\n  condition: [a]\n  output: o\n  priority: INFO\n", "- {rule: x, condition: 'proc.name = a', output: o, priority: LOUD}",
        "- {rule: x, condition: 'proc.name = a', output: '%proc.nmae', priority: INFO}", "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, enabled: perhaps}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, severity: HUGE}", "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, techniques: [X1]}",
        "- {rule: x, override: {condition: append}}", "- {rule: x, condition: or a.b = c, override: {condition: append}}", "- {macro: x, condition: a, append: true}",
        "- {list: x, items: [a], append: true}", "- {list: x, items: [a], append: true, override: {items: append}}", "- {list: x, items: [a], override: {items: prepend}}",
        "- {required_engine_version: soon}", "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: [proc.name], values: [[a, b]]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{fields: [proc.name]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: proc.nope, values: [a]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, threshold: {count: 1, within: 1s}}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, threshold: {count: 5, within: forever}}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, sequence: {within: 1s}}",
        "- {required_plugin_versions: [{name: x}]}",
        "- {required_plugin_versions: x}", "- {rule: x, condition: 'proc.name = a', output: 'is %nothing', priority: INFO}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO}\n- {rule: x, desc: d, output: p, override: {desc: replace}}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO}\n- {rule: x, source: y, override: {source: replace}}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: [no.such]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: [proc.name], comps: [like]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: [proc.name], comps: [in oneof]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: [proc.name], comps: [glob two words]}]}",
        "- {rule: x, condition: 'proc.name = a', output: o, priority: INFO, exceptions: [{name: e, fields: proc.name, values: a}]}",
        "- {exceptoin: x, condition: 'proc.name = a'}",
    ])
    func eachMalformedFileHasALocatedDiagnostic(_ text: String) {
        let report = RuleKit.load(text).report
        #expect(!report.rejected.isEmpty)
        #expect(report.rejected.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty && $0.file == "f0.yaml" })
    }

    @Test func aHundredThousandParenthesesAreADiagnostic() {
        let deep = String(repeating: "(", count: 100_000) + "proc.name = a" + String(repeating: ")", count: 100_000)
        #expect(RuleKit.problem(deep)?.message.contains("nested deeper than 100") == true)
        #expect(RuleKit.problem(String(repeating: "not ", count: 50_000) + "proc.name = a") == nil)
        #expect(RuleKit.problem(String(repeating: "tolower(", count: 20_000))?.message.contains("nested deeper") == true)
        #expect(RuleKit.problem(String(repeating: "x", count: 300_000))?.message.contains("longer than") == true)
    }

    @Test func aHundredThousandBracketsOfYAMLAreADiagnostic() {
        let report = RuleKit.load("- list: x\n  items: " + String(repeating: "[", count: 100_000)).report
        #expect(report.rejected.first?.message.contains("nested deeper") == true)
        let mixed = RuleKit.load("- list: x\n  items: " + String(repeating: "[a, ", count: 50_000)).report
        #expect(!mixed.rejected.isEmpty)
    }

    @Test func macrosThatGrowWithoutEndAreADiagnostic() {
        var text = "- macro: m0\n  condition: proc.name = a or proc.name = b\n"
        for n in 1...40 { text += "- macro: m\(n)\n  condition: (m\(n - 1) and m\(n - 1))\n" }
        let report = RuleKit.load(RuleKit.file("m40", before: text)).report
        #expect(report.rejected.contains { $0.rule == "R" && $0.message.contains("checks") })
    }

    @Test func aMacroOrListInsideItselfIsADiagnosticWithTheWayRound() {
        let loop = "- macro: a\n  condition: b\n- macro: b\n  condition: a\n"
        #expect(RuleKit.problem("a", before: loop)?.message.contains("contains itself") == true)
        let lists = "- list: a\n  items: [b]\n- list: b\n  items: [a]\n"
        #expect(RuleKit.problem("proc.name in (a)", before: lists)?.message.contains("a -> b -> a") == true)
    }

    @Test func unknownKeysAreWarningsWithASuggestion() {
        let report = RuleKit.load(RuleKit.file("proc.name = a", keys: "  prioritty: x\n")).report
        #expect(report.rejected.isEmpty)
        #expect(report.warnings.contains { $0.message.contains("'prioritty'") && $0.message.contains("'priority'") })
    }

    @Test func whatCannotBeKnownIsReportedByRuleAndField() {
        let (rules, report) = RuleKit.load(RuleKit.file("evt.type = mprotect and proc.stdin.name contains x or thread.cap_inheritable contains CAP_SYS_ADMIN and proc.name = a"))
        #expect(report.rejected.isEmpty)
        #expect(report.unsupported.map(\.what) == ["evt.type=mprotect", "proc.stdin.name", "thread.cap_inheritable"])
        #expect(rules.count == 0)
    }

    @Test func whatIsUnsupportedSaysWhereItsRuleBegins() {
        let report = RuleKit.load(RuleKit.file("proc.name = a", name: "First") + RuleKit.file("evt.type = mprotect", name: "Second")).report
        #expect(report.unsupported.map(\.description) == ["f0.yaml:8: Second: evt.type=mprotect"])
    }

    /// As long as a list is empty its rule waits to be filled: that is right, and nothing is missing here.
    @Test func aConditionThatNoEventCanMeetIsOdd() {
        let (rules, report) = RuleKit.load(RuleKit.file("evt.type = open and fd.name in (none)", before: "- list: none\n  items: []"))
        #expect(report.rejected.isEmpty && report.unsupported.isEmpty && rules.count == 0)
        #expect(report.warnings.map(\.message) == ["no event can meet the condition"])
    }

    @Test func aWarningIsShownInItsLine() throws {
        let text = RuleKit.file("evt.type = open", keys: "  colour: red\n")
        let warning = try #require(RuleKit.load(text).report.warnings.first)
        #expect(RuleReport.excerpt(of: warning, from: text) == "f0.yaml:7:3: warning: R: unknown key 'colour' is passed over\n      colour: red\n      ^")
        #expect(RuleReport.excerpt(of: warning, from: "") == "f0.yaml:7:3: warning: R: unknown key 'colour' is passed over")
    }

    @Test func rulesOfOtherSourcesAreUnsupportedAndNotRejected() {
        let report = RuleKit.load(RuleKit.file("ka.verb = create", keys: "  source: k8s_audit\n")).report
        #expect(report.rejected.isEmpty)
        #expect(report.unsupported.map(\.what) == ["source=k8s_audit"])
    }
}
