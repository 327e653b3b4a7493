import Events
import Foundations
import Rules
import Testing

@Suite("Interest")
struct InterestTests {
    func interest(_ conditions: String...) -> Interest {
        var text = ""
        for (n, condition) in conditions.enumerated() { text += RuleKit.file(condition, name: "R\(n)") }
        let (rules, report) = RuleKit.load(text)
        #expect(report.rejected.map(\.description) == [])
        return Interest(rules)
    }

    @Test func onlyKindsThatARuleCanMatchAreAskedFor() {
        #expect(interest("evt.type in (execve, execveat)").kinds == [.exec])
        #expect(interest("fd.sport = 22").kinds == [.connect, .accept, .listen, .bind, .datagram])
        #expect(interest("evt.type = execve and fd.name = /x", "evt.type = unlink").kinds == [.unlink])
    }

    @Test func readsAreAskedForByName() {
        let found = interest("evt.type = open and evt.is_open_read = true and (fd.name in (/etc/shadow, /etc/sudoers) or fd.directory = /etc/pam.d or fd.name startswith /root/.ssh/ or fd.filename = id_rsa)")
        #expect(found.readFiles == ["shadow", "sudoers", "id_rsa"])
        #expect(found.readDirectories == ["pam.d", ".ssh"])
        #expect(found.wantEveryRead == [])
    }

    @Test func rulesAboutWritesAskForNoReads() {
        let found = interest("evt.type = open and evt.is_open_write = true and fd.name startswith /bin and fd.num >= 0")
        #expect(found == Interest(kinds: [.open]))
    }

    /// Opens that failed come in any number: they are asked for when a condition can hold for one, and those that succeed when one can for those.
    @Test func failedOpensAreAskedForByConditionsThatCanHoldForThem() {
        for condition in ["fd.num = -1", "fd.num < 0", "evt.failed = true", "evt.rawres < 0", "evt.res startswith E", "not evt.res = SUCCESS", "not fd.num >= 0"] {
            #expect(interest("evt.type in (open, openat) and fd.name = /etc/shadow and \(condition)") == Interest(kinds: [.openFailed], readFiles: ["shadow"], knownFiles: ["/etc/shadow"]), "\(condition)")
        }
        for condition in ["fd.num >= 0", "evt.failed = false", "evt.rawres >= 0", "evt.res = SUCCESS", "not fd.num = -1", "not evt.failed = true"] {
            #expect(interest("evt.type in (open, openat) and fd.name = /etc/shadow and \(condition)").kinds == [.open], "\(condition)")
        }
        #expect(interest("evt.type = openat and fd.name = /etc/shadow").kinds == [.open, .openFailed])
    }

    /// A hard link made before or another mount leads to the same file: it has to be known by more than its name.
    @Test func filesNamedByTheirWholePathAreKnownFiles() {
        let found = interest(
            "evt.type = open and evt.is_open_read = true and (fd.name in (/etc/shadow, /etc/sudoers) or fd.filename = id_rsa)",
            "evt.type = open and evt.is_open_write = true and fd.name = /etc/passwd", "evt.type = unlink and fd.name = /etc/group")
        #expect(found.knownFiles == ["/etc/shadow", "/etc/sudoers", "/etc/passwd"])
    }

    @Test func abstractSocketsAreAskedForByAPartOfTheirName() {
        let found = interest("evt.type = connect and (fd.name startswith @/containerd-shim/ or fd.name = @/org/agent.sock or fd.name = @bus)")
        #expect(found == Interest(kinds: [.connect], readFiles: ["agent.sock", "bus"], readDirectories: ["containerd-shim"]))
    }

    @Test func unixSocketsAreAskedForByName() {
        let found = interest("evt.type = connect and fd.sockfamily = unix and fd.name endswith oneof (/docker.sock, /containerd.sock)")
        #expect(found == Interest(kinds: [.connect], readFiles: ["docker.sock", "containerd.sock"]))
    }

    @Test func aRuleThatNeedsEveryReadSaysSo() {
        #expect(interest("evt.type = open and evt.is_open_read=true and fd.name contains secret").wantEveryRead == ["R0"])
        #expect(RuleKit.load(RuleKit.file("evt.type = open and fd.name contains secret")).rules.descriptions[0].needs.everyRead)
    }

    @Test func aFilterMatchesWhatARuleWouldMatch() throws {
        let filter = try ConditionFilter("proc.name = cat and fd.name startswith /etc")
        #expect(filter.matches(EventKit("/bin/cat").read("/etc/x")))
        #expect(!filter.matches(EventKit("/bin/cat").read("/var/x")))
        #expect(!filter.matches(EventKit("/bin/cat").exec()))
        #expect(throws: Diagnostic.self) { try ConditionFilter("proc.nmae = cat") }
        #expect(throws: Diagnostic.self) { try ConditionFilter("proc.stdin.name contains x") }
    }

    @Test func anEventLineIsOneObjectWithTheCataloguesNames() {
        let line = EventLine.json(EventKit("/bin/cat", "/bin/sh", arguments: ["cat", "a\"b\\c\nd"]).read("/etc/x")) { $0.replacing("/etc/x", with: "[gone]") }
        #expect(line.contains(#""proc.cmdline":"cat a\"b\\c\nd""#))
        #expect(line.contains(#""fd.name":"[gone]""#))
        #expect(line.contains(#""fd.num":3"#))
        #expect(line.contains(#""proc.aname":["sh"]"#))
        #expect(line.contains(#""container.id":"host""#))
        #expect(!line.contains("\n"))
        #expect(!line.contains("fd.rip"))
    }
}
