import Events
import Rules
import Testing

@Suite("Regular expressions and patterns")
struct RegularExpressionTests {
    func matches(_ pattern: String, _ text: String, by comparator: String = "regex") -> Bool {
        RuleKit.holds("proc.args \(comparator) \"\(pattern.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"", EventKit("/bin/x", arguments: ["x", text]).exec())
    }

    @Test(arguments: [
        ("a*b", "aaab"), ("(ab|cd)+", "abcdab"), ("[a-c]{2,3}", "abc"), ("x{2}", "xx"), ("\\d+\\.\\d+", "10.5"), (".*needle.*", "hay needle hay"), ("^abc$", "abc"), ("a?b?c?", ""),
        ("[^/]+", "name"), ("(?i)SHADOW", "shadow"), ("a.c", "a-c"), ("[[:digit:]]+", "123"), ("(?:a|b)c", "bc"), ("[]a]+", "]a"), ("\\w+\\s\\w+", "two words"), ("a{2,}", "aaaaa"), ("a|", ""),
        ("[a\\-z]+", "a-z"), ("(?P<n>x)y", "xy"), ("a+?b", "aab"), ("", ""),
    ])
    func matches(_ pattern: String, _ text: String) { #expect(matches(pattern, text, by: "regex")) }

    @Test(arguments: [("a*b", "aaac"), ("abc", "abcd"), ("[a-c]{2,3}", "abca"), ("x{2}", "x"), ("^$", "x"), ("a.c", "ac"), ("[^a]", "a"), ("\\d", "x")])
    func doesNotMatch(_ pattern: String, _ text: String) { #expect(!matches(pattern, text, by: "regex")) }

    @Test func aPatternThatBacktracksElsewhereTakesLinearTimeHere() {
        // 2^30 ways for an engine that goes back; here one pass
        let text = String(repeating: "a", count: 30_000)
        #expect(!matches("(a|a)*(a|a)*(a|a)*(a|aa)*b", text, by: "regex"))
        #expect(!matches("(a*)*b", text, by: "regex"))
    }

    @Test(arguments: [
        ("(", "never closed"), (")", "closes nothing"), ("[a", "never closed"), ("a{3,1}", "wrong way"), ("*a", "repeats nothing"), ("a\\", "backslash at the end"), ("(?=a)", "look-around"),
        ("\\q", "unknown escape"), ("((((((((a{99}){99}){99}){99}){99}){99}){99}){99})", "too much"), ("(){999}", ""), ("[z-a]", "wrong way"),
    ])
    func whatIsNoPatternIsToldWithItsPlace(_ pattern: String, _ message: String) {
        let problem = RuleKit.problem("proc.args regex \"\(pattern.replacing("\\", with: "\\\\"))\"")
        if message.isEmpty { #expect(problem == nil) } else { #expect(problem?.message.contains(message) == true, "\(pattern): \(problem?.message ?? "accepted")") }
    }

    @Test(arguments: [("*.sh", "/tmp/x.sh", true), ("/tmp/*", "/tmp/a/b", true), ("a?c", "abc", true), ("a?c", "ac", false), ("[!a]*", "bcd", true), ("[!a]*", "abc", false), ("\\*", "*", true), ("\\*", "x", false), ("*a*b*c*", "xaybzc", true), ("*a*b*c*", "xcybza", false), ("[x", "[x", true), ("", "", true)])
    func globs(_ pattern: String, _ text: String, _ expected: Bool) { #expect(matches(pattern, text, by: "glob") == expected) }

    @Test func prefixesOfPathsEndAtSlashes() {
        let kit = EventKit("/bin/x")
        for (path, expected) in [("/tmp/a", true), ("/tmp/a/b", true), ("/tmp/ab", false), ("/tm", false), ("/var/x", true), ("/var", false)] {
            #expect(RuleKit.holds("fd.name pmatch (/tmp/a, /var/)", kit.read(path)) == expected, "\(path)")
        }
    }

    @Test func manyLiteralsAreFoundWhereverOneEndsInsideAnother() {
        let kit = EventKit("/bin/x", arguments: ["x", "ushers"])
        #expect(RuleKit.holds("proc.args contains oneof (hers, his, she)", kit.exec()))
        #expect(RuleKit.holds("proc.args icontains SHE or proc.args icontains NOPE", kit.exec()))
        #expect(!RuleKit.holds("proc.args contains oneof (hershey, shed)", kit.exec()))
        #expect(RuleKit.holds("proc.args endswith oneof (rs, xx) and proc.args startswith oneof (ush, y)", kit.exec()))
    }
}
