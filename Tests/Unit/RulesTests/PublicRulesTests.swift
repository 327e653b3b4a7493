import Events
import Foundation
import Rules
import Testing

/// The public rule file, where a copy of it is at hand: `WIZ_SHARED`, or a folder `shared` beside the package.
@Suite("Public rule file")
struct PublicRulesTests {
    static let text: String? = {
        let shared = ProcessInfo.processInfo.environment["WIZ_SHARED"].map { URL(fileURLWithPath: $0) } ?? RuleKit.packageRoot.deletingLastPathComponent().appending(path: "shared")
        return try? String(contentsOf: shared.appending(path: "data/falco/falco_rules.yaml"), encoding: .utf8)
    }()

    @Test func nothingOfThePublicFileIsRejected() {
        guard let text = Self.text else {
            print("public rule file: not at hand, not judged")
            return
        }
        let (rules, report) = RuleSet.load(files: [("falco_rules.yaml", text)])
        print("public rule file: \(report.rules) rules, \(report.macros) macros, \(report.lists) lists, \(report.enabled) enabled, \(report.rejected.count) rejected")
        print("public rule file: every write is wanted by \(rules.wantEveryWrite)")
        for item in report.unsupported { print("public rule file: unsupported: \(item.rule): \(item.what)") }
        #expect(report.rejected.map(\.description) == [])
        #expect(report.unsupported == [])
        #expect(report.rules == 25)
        #expect(rules.count == report.enabled)
    }

    /// Constructs of the other public files (incubating, sandbox, deprecated), in words of our own.
    @Test func whatOtherPublicFilesUseLoadsToo() {
        let text = #"""
            # a document marker, versions as numbers and as text, keys in any order
            ---
            - required_engine_version: 17
            - required_engine_version: '0.31.0'
            - list: networks
              items: ['"127.0.0.1/8"', '"10.0.0.0/8"']
            - list: ports
              items: [53, more_ports, 0]
            - list: more_ports
              items: [1194, 8080]
            - list: words
              items: ["[", "yes", '"(systemd)"', "runc:[1:CHILD]", in_heartbeat_r*]
            - condition: (proc.name in (words))
              macro: reversed
            - macro: port
              condition: fd.port in (ports)
            - macro: mounted
              condition: (not container.mount.dest[/proc*] in ("<NA>","N/A") or not container.mount.dest[/] in ("<NA>","N/A"))
            - macro: plain
              condition:
                (k8s.ns.name = kube-system
                and container.image.repository = gke.gcr.io/driver)
            - rule: Old output
              desc: d
              condition: evt.type=setuid and evt.dir=> and not evt.arg.uid=nobody and user.name != "N/A"
              output: >
                Text (file=%fd.name fd_proto=fd.l4proto env=%proc.env
                %container.info)
              priority:
                NOTICE
              tags: [
                maturity_deprecated, host
              ]
            - rule: Backslash
              desc: d
              condition: spawned_it and (proc.args contains -s or proc.args contains --login) and (proc.args contains "\ " or proc.args endswith \)
              output: o
              priority: CRITICAL
            - macro: spawned_it
              condition: (evt.type in (execve, execveat) and evt.dir=<)
            - rule: Empty and lists
              desc: d
              condition:
                spawned_it
                and not (proc.args = '' or proc.args intersects ("-V", "-l"))
              output: o
              priority: WARNING
            - rule: Rest
              desc: d
              condition: >
                (evt.type = connect and (fd.net != "127.0.0.0/8" and not fd.snet in (networks)) and fd.sport="443" and fd.sip.name in (a.example, "b.example"))
                or (evt.type=recvfrom and evt.buffer bcontains cafebabe) or reversed or mounted or plain or port or (evt.rawres >= 0 and evt.res != -1 and evt.arg.newpath pmatch (/etc/apt))
              output: o
              priority: INFO
            """#
        let (rules, report) = RuleSet.load(files: [("other.yaml", text)])
        #expect(report.rejected.map(\.description) == [])
        #expect(Set(report.unsupported.map(\.what)) == ["evt.type=recvfrom", "evt.buffer"])
        func names(_ events: EnrichedEvent...) -> [String] { RuleKit.evaluate(rules, events).map(\.ruleName) }
        #expect(names(EventKit("/bin/x").call(.setuid, "setuid", [0])) == ["Old output"])
        #expect(names(EventKit.run("/usr/bin/sudoedit", "sudoedit", "-s", "x\\")) == ["Backslash", "Empty and lists"])
        #expect(names(EventKit.run("/bin/mount", "mount", "-l")) == [])
        #expect(names(EventKit.run("/bin/mount", "mount", "-t", "tmpfs", "x")) == ["Empty and lists"])
        #expect(names(EventKit("/usr/bin/[").connect("10.1.1.1", 1194)) == ["Rest"])
    }

    /// Every rule of the public file fires on its attack and is silent on its twin.
    @Test func everyPublicRuleInUseHasAnAttackAndATwin() throws {
        guard let text = Self.text else { return }
        let rules = RuleSet.load(files: [("falco_rules.yaml", text)]).rules
        let document = try String(contentsOf: RuleKit.packageRoot.appending(path: "docs/RULES.md"), encoding: .utf8)
        for item in PackCase.publicRules {
            for (n, events) in item.attacks().enumerated() {
                let names = RuleKit.evaluate(rules, events).map(\.ruleName)
                #expect(names.contains(item.rule), "\(item.rule): attack \(n)")
            }
            for (n, events) in item.twins().enumerated() { #expect(RuleKit.evaluate(rules, events).map(\.ruleName) == [], "\(item.rule): twin \(n)") }
            #expect(document.contains("| \(item.rule) | fired"), "docs/RULES.md lacks \(item.rule)")
        }
        #expect(Set(rules.descriptions.map(\.name)) == Set(PackCase.publicRules.map(\.rule)))
    }
}
