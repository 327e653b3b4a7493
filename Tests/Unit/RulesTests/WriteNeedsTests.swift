import Events
import Rules
import Testing

/// What a filter ahead of the rules lets through, against the evaluator: it never holds back what a rule matches.
@Suite("Write needs") struct WriteNeedsTests {
    private func needs(_ condition: String) throws -> WriteNeeds {
        let (rules, report) = RuleKit.load(RuleKit.file("evt.type in (open, openat) and evt.is_open_write = true and (\(condition))", name: "R"))
        #expect(report.rejected.map(\.description) == [])
        return try #require(rules.writeNeeds(ofRule: "R"))
    }

    private func wants(_ needs: WriteNeeds, _ event: EnrichedEvent) -> Bool {
        guard case .file(let file) = event.event.details else { return false }
        return needs.wants(path: file.path, program: event.process.comm, executable: event.process.exec.path, isInContainer: event.container != nil)
    }

    @Test(arguments: [
        ("fd.name startswith /etc/cron", "/etc/cron.d/x", "/etc/passwd"), ("fd.name in (/etc/shadow, /etc/sudoers)", "/etc/sudoers", "/tmp/sudoers"),
        ("fd.name endswith /.ssh/authorized_keys", "/root/.ssh/authorized_keys", "/root/.ssh/config"), ("fd.filename = release_agent", "/x/release_agent", "/x/release"),
        ("fd.directory = /etc/pam.d", "/etc/pam.d/su", "/etc/passwd"), ("fd.name pmatch (/usr/lib)", "/usr/lib/x", "/usr/bin/x"), ("fd.name glob /proc/[0-9]*/mem", "/proc/1/mem", "/tmp/mem"),
        ("fd.name regex '(/usr)?/lib(64|32)?(/[^/]+)?/ld-[^/]*'", "/usr/lib/ld-x", "/tmp/lib/ld-x"), ("fd.name startswith /boot and not proc.name = dpkg", "/boot/x", "/tmp/x"),
        ("fd.name endswith oneof (.service, .timer)", "/x/y.service", "/x/y"), ("fd.name contains secret and fd.name startswith /srv/", "/srv/secret", "/tmp/secret"),
    ])
    func aRuleAboutAPlaceWantsThatPlaceAlone(condition: String, inside: String, outside: String) throws {
        let needs = try needs(condition)
        let kit = EventKit("/usr/bin/touch")
        #expect(!needs.isEverything && wants(needs, kit.write(inside)) && !wants(needs, kit.write(outside)))
    }

    @Test(arguments: [("proc.name in (curl, wget)", "/usr/bin/curl"), ("proc.name startswith python", "/usr/bin/python3.11"), ("proc.exepath endswith oneof (/bash, /sh)", "/opt/bash")])
    func aRuleAboutAProgramWantsAllThatItWritesAndNothingElse(condition: String, program: String) throws {
        let needs = try needs(condition)
        #expect(!needs.isEverything && wants(needs, EventKit(program).write("/tmp/x")) && !wants(needs, EventKit("/usr/bin/touch").write("/tmp/x")))
    }

    @Test func whatAContainerWritesIsToldFromTheHosts() throws {
        let needs = try needs("container.id != host and fd.name contains x")
        #expect(wants(needs, EventKit("/bin/cp", container: EventKit.container()).write("/tmp/x")) && !wants(needs, EventKit("/bin/cp").write("/tmp/x")))
    }

    @Test(arguments: ["fd.name contains x", "not fd.name startswith /tmp", "fd.name regex '.*x'", "user.name = root", "fd.name startswith /", "tolower(fd.name) = /etc/x"])
    func aRuleThatTheseDoNotTellWantsEveryWrite(condition: String) throws {
        #expect(try needs(condition).isEverything)
    }

    @Test func aRuleAboutReadsWantsNoWrite() throws {
        let (rules, _) = RuleKit.load(RuleKit.file("evt.type = openat and evt.is_open_write = false and fd.name contains x", name: "R"))
        #expect(rules.writeNeeds(ofRule: "R") == WriteNeeds.none && rules.wantEveryWrite == [])
    }

    /// A step of a sequence counts as much as the rule itself.
    @Test func theRulesOfThePackage() {
        let rules = RuleKit.pack.rules
        let needs = rules.writeNeeds
        #expect(rules.wantEveryWrite == [])
        print("write needs: \(needs.prefixes.count) prefixes, \(needs.names.count) names, \(needs.endings.count) endings, \(needs.programs.count + needs.programPrefixes.count + needs.executables.count) programs, containers: \(needs.hasContainers)")
        #expect(!needs.prefixes.isEmpty && !needs.names.isEmpty && !needs.programs.isEmpty)
    }

    @Test(arguments: 0..<UInt64(EvaluatorPropertyTests.files))
    func whatARuleMatchesIsAlwaysWanted(_ seed: UInt64) throws {
        let paths = ["/etc/shadow", "/etc/cron.d/x", "/usr/lib/libx.so", "/tmp/a", "/proc/1/mem", "/home/u/.ssh/authorized_keys", "/", "", "memfd:x", "/usr/bin/ls"]
        let kits = [
            EventKit("/bin/bash", "/usr/sbin/sshd"), EventKit("/usr/bin/cat"), EventKit("/usr/bin/curl", "/bin/sh", container: EventKit.container(image: "registry.example/shop/web:2.4")),
        ]
        let events = kits.flatMap { kit in paths.map { kit.write($0) } + [kit.open("/var/lib/x", flags: 0o2)] }
        var generator = ConditionGenerator(seed: seed &+ 1000, events: events)
        // half of them about a place or a program besides
        var (text, conditions) = generator.rules(40)
        let places = ["fd.name startswith /etc/", "fd.name endswith oneof (/shadow, .so)", "fd.filename in (a, mem)", "proc.name startswith cu", "proc.exepath endswith /bash", "container.id != host"]
        for n in 0..<20 { text += RuleKit.file("\(places[n % places.count]) and (\(conditions[n].written))", name: "r\(n + 40)") }
        let (rules, report) = RuleKit.load(text)
        #expect(report.rejected.isEmpty)
        let evaluator = RuleEvaluator(rules)
        var (matched, heldBack) = (0, 0)
        for event in events {
            var found: [Detection] = []
            evaluator.evaluate(event, into: &found)
            let names = Set(found.map(\.ruleName))
            for n in 0..<60 {
                guard let needs = rules.writeNeeds(ofRule: "r\(n)") else { continue }
                let isWanted = wants(needs, event)
                if names.contains("r\(n)") { matched += 1 }
                if !isWanted { heldBack += 1 }
                if names.contains("r\(n)"), !isWanted {
                    guard case .file(let file) = event.event.details else { return }
                    Issue.record("seed \(seed): r\(n) matches \(file.path) by \(event.process.comm) and did not want it; in\n\(text)")
                    return
                }
            }
        }
        #expect(matched > 0 && heldBack > 0)
    }
}
