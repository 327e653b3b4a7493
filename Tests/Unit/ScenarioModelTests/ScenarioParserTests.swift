import ScenarioModel
import Testing

private let actions: Set = ["shell", "run", "fileless"]

private func parse(_ text: String) throws -> Scenario { try ScenarioParser.parse(text, file: "mine.yaml", actions: actions) }

private func diagnostics(_ text: String) -> [String] {
    do {
        _ = try parse(text)
        return []
    } catch let rejection as ScenarioParser.Rejection {
        return rejection.diagnostics.map(\.description)
    } catch {
        return ["another error: \(error)"]
    }
}

@Suite struct ScenarioParserTests {
    @Test func readsEveryKindOfStep() throws {
        let scenario = try parse(
            """
            name: everything
            kind: outage
            description: All of it.
            techniques: [T1059.004]
            needs: [root, bpf, containers]
            audit: true
            faults:
              - match: { surface: grpc }
                fault: { delayMs: 5 }
            steps:
              - clock: { scale: 3600 }
              - container: web
                pod: shop-0
                namespace: shop
                owner: Deployment/shop
                files:
                  - { path: /usr/bin/x, program: payload, unique: true }
                  - { path: /etc/x, text: hello, mode: "600" }
              - action: shell
                container: web
                command: echo hi
                exit: any
                terminal: true
              - action: run
                arguments: [/bin/true, "1"]
                times: 3
              - reputation: { file: /usr/bin/x, container: web, family: Test }
              - outage: begin
              - wait: 500ms
              - wait: { virtual: 30h }
              - outage: end
              - wait: { until: { detections: [{ rule: A }], within: 5s } }
              - sensor: kill
              - faults: []
              - say: done
              - clock: { ahead: 25h }
              - link: half-close
              - portal: kill
              - disk: full
              - kills: { count: 3, seed: 9, within: 2s }
            expect:
              within: 1m
              heartbeats: { min: 2 }
              ledger: { detections: { received: 3, duplicates: { max: 1 } } }
              statistics: { spool.evicted.stale: 1 }
            """)
        #expect(scenario.steps.count == 18)
        #expect(scenario.steps.suffix(5).map(\.step) == [
            .bootClock(ahead: .seconds(25 * 3600)), .link(.halfClose), .portal(.kill), .disk(.full), .kills(KillPlan(count: 3, seed: 9, within: .seconds(2))),
        ])
        #expect(!scenario.isLong)
        #expect(scenario.steps[0].step == .clock(scale: 3600))
        guard case .container(let container) = scenario.steps[1].step else { Issue.record("no container"); return }
        #expect(container.owner == .init(kind: "Deployment", name: "shop"))
        #expect(container.files == [.init(path: "/usr/bin/x", content: .program("payload", unique: true), mode: 0o755), .init(path: "/etc/x", content: .text("hello"), mode: 0o600)])
        #expect(scenario.steps[2].step == .action(ActionCall(name: "shell", container: "web", arguments: ["echo hi"], exit: nil, terminal: true)))
        #expect(scenario.steps[7].step == .waitVirtual(.seconds(30 * 3600)))
        #expect(scenario.steps[2].line == 19)
        #expect(scenario.faults?.faults.count == 1)
        #expect(scenario.expectation.ledger.map(\.description) == ["detections.received = 3", "detections.duplicates <= 1"])
        #expect(scenario.expectation.statistics.map(\.description) == ["spool.evicted.stale = 1"])
        #expect(scenario.expectation.within == .seconds(60))
    }

    @Test func namesFileLineAndColumnOfEveryMistakeAtOnce() {
        let found = diagnostics(
            """
            name: bad name
            techniques: [T99]
            steps:
              - action: shel
                comand: x
              - wait: soon
              - action: run
                container: ghost
            expect:
              detections:
                - rule: A
                  severty: HIGH
            """)
        #expect(found.contains { $0.hasPrefix("mine.yaml:1:7: ") })
        #expect(found.contains { $0.hasPrefix("mine.yaml:2:13: 'T99' is no ATT&CK technique") })
        #expect(found.contains { $0.hasPrefix("mine.yaml:4:13: no action 'shel'") })
        #expect(found.contains { $0.hasPrefix("mine.yaml:5:5: unknown key 'comand'") })
        #expect(found.contains { $0.hasPrefix("mine.yaml:6:11: 'wait' must be a span") || $0.contains("'wait' must be a span") })
        #expect(found.contains { $0.contains("mine.yaml:8:16: no container 'ghost'") })
        #expect(found.contains { $0.contains("mine.yaml:12:7: unknown key 'severty' in a detection; did you mean 'severity'?") })
        #expect(found.count == 7)
    }

    @Test(arguments: ["", "- 1", "name: x", "a: [", "{{{", "name: x\nname: x", "\u{0}", "steps: {}\nexpect: 3", String(repeating: "[", count: 2000), "&a [*a, *a]", "name: x\nsteps:\n  - {}\nexpect: {}"])
    func anythingElseIsRejectedWithTheFileName(_ text: String) {
        let found = diagnostics(text)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.hasPrefix("mine.yaml") }, "\(found)")
    }

    @Test func aFileBeyondTheBoundIsRejected() {
        #expect(diagnostics("# " + String(repeating: "x", count: ScenarioParser.bytesMax)) == ["mine.yaml: larger than 262144 bytes"])
    }

    @Test func aScenarioMustSayWhatItExpects() {
        let found = diagnostics("name: x\nkind: benign\nsteps:\n  - wait: 1s\n")
        #expect(found.count == 1 && found[0].contains("needs 'expect'"))
    }

    @Test(arguments: [("500ms", 0.5), ("10s", 10), ("1.5m", 90), ("30h", 108_000), ("2d", 172_800)])
    func readsSpans(_ text: String, _ seconds: Double) throws {
        let scenario = try parse("name: x\nkind: benign\nsteps:\n  - wait: \(text)\nexpect: {}\n")
        #expect(scenario.steps[0].step == .wait(.milliseconds(Int64(seconds * 1000))))
    }

    @Test(arguments: ["10", "s", "-1s", "1w", "1e9h", "500d", "1 s", "nan"])
    func refusesOtherSpans(_ text: String) {
        #expect(diagnostics("name: x\nkind: benign\nsteps:\n  - wait: \(text)\nexpect: {}\n").count == 1)
    }

    @Test func theWholeCatalogueIsThereAndParses() throws {
        #expect(Catalogue.files.count >= 5)
    }
}
