import Events
import Rules
import Testing

/// What programs were started with: compared by rules, shown only by name.
struct EnvironmentFieldTests {
    private let event: EnrichedEvent = {
        var kit = EventKit("/usr/bin/curl", "/bin/sh", "/usr/sbin/sshd")
        kit.process.exec.environment = ["HOME=/root", "http_proxy=http://10.9.8.7:3128", "DB_PASSWORD=correct-horse", "HOMER=doh", "7=seven", "EMPTY="]
        kit.process.parent?.exec.environment = ["HOME=/home/shell", "SSH_CONNECTION=192.0.2.7 40000 10.0.0.5 22"]
        kit.process.parent?.parent?.exec.environment = ["HOME=/", "LANG=C"]
        return kit.exec()
    }()

    @Test(arguments: [
        "proc.env icontains HTTP_PROXY", "proc.env contains 'HOME=/root '", "proc.env[HOME] = /root", "proc.env.HOME = /root", "proc.env[7] = seven", "proc.env[EMPTY] = ''", "proc.env exists",
        "proc.env[http_proxy] startswith 'http://10.'", "tolower(proc.env) contains db_password", "concat(proc.name, proc.env[HOME]) = curl/root", "not proc.env[NONE] exists",
        "proc.aenv contains 'LANG=C'", "proc.aenv[HOME] = /home/shell", "proc.aenv[LANG] = C", "proc.aenv[1] contains 'SSH_CONNECTION='", "proc.aenv[2] = 'HOME=/ LANG=C'", "not proc.aenv[http_proxy] exists",
    ])
    func holds(_ condition: String) { #expect(RuleKit.holds("evt.type = execve and " + condition, event)) }

    @Test(arguments: ["proc.env[HOM] exists", "proc.env[NONE] = ''", "proc.env contains SSH_CONNECTION", "proc.aenv[3] exists", "proc.aenv contains DB_PASSWORD"])
    func doesNotHold(_ condition: String) { #expect(!RuleKit.holds("evt.type = execve and " + condition, event)) }

    @Test func whatNobodyCopiedHasNoValue() {
        let unknown = EventKit("/usr/bin/curl").exec()
        for condition in ["proc.env exists", "proc.env contains ''", "proc.aenv exists", "proc.env[HOME] exists"] { #expect(!RuleKit.holds("evt.type = execve and " + condition, unknown)) }
    }

    @Test(arguments: [
        ("%proc.env", "HOME http_proxy DB_PASSWORD HOMER 7 EMPTY"), ("%proc.env[DB_PASSWORD]", "DB_PASSWORD=correct-horse"), ("%toupper(proc.env)", "HOME HTTP_PROXY DB_PASSWORD HOMER 7 EMPTY"),
        ("%proc.aenv", "HOME SSH_CONNECTION,HOME LANG"), ("%proc.aenv[LANG]", "LANG=C"), ("%proc.aenv[2]", "HOME LANG"), ("%proc.env[NONE]", "<NA>"),
    ])
    func anOutputSaysNamesAlone(_ output: String, _ text: String) {
        let rules = RuleKit.load("- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: '\(output)'\n  priority: INFO\n").rules
        #expect(RuleKit.evaluate(rules, [event]).map(\.output) == [text])
    }

    @Test func aDetectionCarriesNoneOfIt() {
        let rules = RuleKit.load(RuleKit.file("evt.type = execve and proc.env exists")).rules
        let tree = RuleKit.evaluate(rules, [event]).first?.processTree ?? []
        #expect(tree.count == 3 && tree.allSatisfy { $0.exec.environment == nil })
    }

    @Test(arguments: [
        "evt.type = execve and proc.env contains x", "evt.type = execve and not proc.aenv[X] exists", "evt.type = execve and concat(proc.name, proc.env) = x", "evt.type = execve and proc.name = val(proc.env[X])",
    ])
    func theKernelIsAskedForItByWhoeverComparesIt(_ condition: String) {
        #expect(Interest(RuleKit.load(RuleKit.file(condition)).rules).environment)
        #expect(!Interest(RuleKit.load(RuleKit.file(condition, keys: "  enabled: false\n")).rules).environment)
    }

    @Test func anOutputAndAStepOfASequenceAskForItToo() throws {
        let shown = "- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: '%proc.env[HOME]'\n  priority: INFO\n"
        #expect(Interest(RuleKit.load(shown).rules).environment)
        let step = "  sequence:\n    within: 10s\n    steps: [evt.type = execve and proc.env contains X]\n"
        #expect(Interest(RuleKit.load(RuleKit.file("evt.type = connect", keys: step)).rules).environment)
        #expect(try ConditionFilter("proc.env contains X").usesEnvironment)
        #expect(!Interest(RuleKit.load(RuleKit.file("evt.type = execve and proc.name = x")).rules).environment)
        #expect(try !ConditionFilter("proc.name = x").usesEnvironment)
    }
}
