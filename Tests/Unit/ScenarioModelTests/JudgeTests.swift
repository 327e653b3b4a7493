import ScenarioModel
import Testing

@Suite struct JudgeTests {
    private static func event(_ rule: String, severity: String = "HIGH", container: String? = nil, path: String = "/bin/sh", ancestors: [String] = [], pid: Int = 7) -> JSONValue {
        func process(_ path: String, _ pid: Int) -> JSONValue {
            var node: [String: JSONValue] = ["path": .string(path), "name": .string(String(path.split(separator: "/").last ?? "")), "pid": .number(Double(pid))]
            if let container { node["container"] = ["id": .string(container), "pod": ["name": "web-0", "namespace": "shop"]] }
            return .object(node)
        }
        let tree = [process(path, pid)] + ancestors.enumerated().map { process($1, 100 + $0) }
        return ["name": .string(rule), "severity": .string(severity), "mitreTechniques": ["T1059", "T1059.004"], "runtimeDetails": ["processTree": .array(tree)]]
    }

    private func seen(_ events: [JSONValue]) -> Observation {
        Observation(cloudEvents: events, lastHeartbeat: ["spool": ["evicted": ["stale": 4]]], ledger: ["detections": ["received": 2]], statistics: ["spool": ["evicted": ["stale": 1]]], containers: ["web": "aa11"], runnerPID: 1, workFolder: "/var/lib/x/1")
    }

    private func expectation(_ yaml: String) throws -> Expected {
        let text = "name: x\nkind: benign\nsteps:\n  - container: web\nexpect:\n" + yaml.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        return try ScenarioParser.parse(text, file: "x.yaml", actions: []).expectation
    }

    private func presence(_ yaml: String, _ events: [JSONValue]) throws -> [Bool] { Judge.presence(try expectation(yaml), seen(events)).map(\.passed) }

    @Test func findsByRuleSeverityPlaceAndTechnique() throws {
        let event = Self.event("A", container: "aa11")
        #expect(try presence("detections: [{ rule: A, severity: HIGH, container: web, techniques: [T1059.004], pod: web-0, namespace: shop }]", [event]) == [true])
        #expect(try presence("detections: [{ rule: A, severity: LOW }]", [event]) == [false])
        #expect(try presence("detections: [{ rule: A, container: host }]", [event]) == [false])
        #expect(try presence("detections: [{ rule: A, techniques: [T1105] }]", [event]) == [false])
        #expect(try presence("detections: [{ rule: B }]", [event]) == [false])
    }

    @Test func looksIntoThePortalsLastHeartbeat() throws {
        #expect(try presence("lastHeartbeat: { spool.evicted.stale: { min: 4 } }", []) == [true])
        #expect(try presence("lastHeartbeat: { spool.evicted.stale: 5 }", []) == [false])
        #expect(try presence("lastHeartbeat: { spool.evicted.spoolFull: 1 }", []) == [false])
    }

    @Test func processTreeIsReadFromTheActorToItsAncestorsWithGaps() throws {
        let event = Self.event("A", container: "aa11", ancestors: ["/opt/network", "/usr/sbin/nginx", "/sbin/init"])
        #expect(try presence("detections: [{ rule: A, processTree: [sh, /usr/sbin/nginx] }]", [event]) == [true])
        #expect(try presence("detections: [{ rule: A, processTree: [/usr/sbin/nginx, sh] }]", [event]) == [false])
        #expect(try presence("detections: [{ rule: A, processTree: { contains: network } }]", [event]) == [true])
        #expect(try presence("detections: [{ rule: A, processTree: [{ path: { endsWith: nginx } }] }]", [event]) == [true])
    }

    @Test func countsAreHeldExactly() throws {
        let two = [Self.event("A", container: "aa11"), Self.event("A", container: "aa11")]
        #expect(try presence("detections: [{ rule: A, count: 1 }]", two) == [false])
        #expect(try presence("detections: [{ rule: A, count: 2 }]", two) == [true])
        #expect(try presence("detections: [{ rule: A, count: { min: 1, max: 2 } }]", two) == [true])
        #expect(try presence("detections: [{ rule: A, count: 0 }]", two) == [false])
    }

    @Test func whatOthersOnTheMachineCauseIsNotOurs() throws {
        let foreign = [Self.event("A", container: "bb22"), Self.event("A", path: "/usr/bin/cc", pid: 9)]
        #expect(try presence("detections: [{ rule: A }]", foreign) == [false])
        #expect(try Judge.absence(expectation("detections: []"), seen(foreign)).allSatisfy { $0.passed })
    }

    @Test func hostActionsAreOursByTheRunnerOrTheFolder() throws {
        var below = Self.event("A", ancestors: ["/usr/bin/scenarios"])
        #expect(try presence("detections: [{ rule: A }]", [below]) == [false])
        below = Self.event("A", pid: 1)
        #expect(try presence("detections: [{ rule: A, container: host }]", [below]) == [true])
        #expect(try presence("detections: [{ rule: A }]", [Self.event("A", path: "/var/lib/x/1/programs/payload")]) == [true])
    }

    @Test func anythingUnexpectedIsNamed() throws {
        let events = [Self.event("A", container: "aa11"), Self.event("Surprise", container: "aa11")]
        let checks = Judge.absence(try expectation("detections: [{ rule: A }]"), seen(events))
        #expect(checks.map(\.passed) == [false])
        #expect(checks[0].detail.contains("Surprise"))
        #expect(try Judge.absence(expectation("detections: [{ rule: A }]\nothers: any"), seen(events)).isEmpty)
    }

    @Test func absentIsHeldEvenWhenOthersMayCome() throws {
        let events = [Self.event("A", container: "aa11")]
        #expect(try Judge.absence(expectation("absent: [{ rule: A }]\nothers: any"), seen(events)).map(\.passed) == [false])
    }

    @Test func ledgerAndStatisticsGoByPath() throws {
        #expect(try presence("ledger: { detections: { received: 2 } }", []) == [true])
        #expect(try presence("ledger: { detections.received: { min: 3 } }", []) == [false])
        #expect(try presence("ledger: { detections.duplicates: 0 }", []) == [false])
        #expect(try presence("statistics: { spool: { evicted: { stale: 1 } } }", []) == [true])
    }

    @Test func aNearMissNamesTheFieldThatIsWrong() throws {
        let check = try #require(try Judge.presence(expectation("detections: [{ rule: A, severity: CRITICAL }]"), seen([Self.event("A", container: "aa11")])).first)
        #expect(check.detail.contains("severity = CRITICAL, found HIGH"))
    }

    @Test(arguments: [
        ("{ contains: er }", true), ("{ startsWith: b }", false), ("{ oneOf: [a, under] }", true), ("{ not: under }", false), ("{ not: { contains: zz } }", true), ("{ exists: true }", true),
        ("{ exists: false }", false), ("under", true), ("{ endsWith: der }", true),
    ])
    func matchersAccept(_ matcher: String, _ expected: Bool) throws {
        var event = Self.event("A", container: "aa11")
        if case .object(var members) = event {
            members["word"] = "under"
            event = .object(members)
        }
        #expect(try presence("detections: [{ where: { word: \(matcher) } }]", [event]) == [expected])
    }

    @Test(arguments: ["a..b", "", "a[", "a[x]", "a]b[", ".a", "a[-1]"])
    func refusesWhatIsNoPath(_ text: String) { #expect(JSONPath(text) == nil || text == "a]b[") }
}
