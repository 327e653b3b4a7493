import ScenarioModel
import Testing

@Suite struct RuleCaseParserTests {
    private func parse(_ text: String) throws -> RuleCases { try RuleCaseParser.parse(text, file: "cases.yaml", actions: ["shell", "run"]) }

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

    @Test func readsContainersAndCases() throws {
        let cases = try parse(
            """
            containers:
              - container: web
                capabilities: [SYS_ADMIN]
            cases:
              - rule: Execution from /dev/shm
                attack: { action: run, container: web, arguments: [/bin/x], exit: any }
                twin: { action: shell, command: echo }
            """)
        #expect(cases.containers.map(\.capabilities) == [["SYS_ADMIN"]])
        #expect(cases.cases.map(\.slug) == ["execution-from-dev-shm"])
        #expect(cases.cases.first?.attack.container == "web" && cases.cases.first?.attack.exit == nil)
        #expect(cases.cases.first?.twin == ActionCall(name: "shell", arguments: ["echo"]))
    }

    @Test(arguments: [
        ("cases: []\nother: 1\n", "unknown key 'other'"), ("containers: []\n", "needs 'cases'"), ("cases:\n  - rule: x\n    attack: { action: run }\n", "needs 'rule', 'attack' and 'twin'"),
        ("cases:\n  - { rule: x, attack: { action: rnu }, twin: { action: run } }\n", "no action 'rnu'"),
        ("cases:\n  - { rule: x, attack: { wait: 5s }, twin: { action: run } }\n", "must be an 'action' step"),
        ("cases:\n  - { rule: x, attack: { action: run, container: web }, twin: { action: run } }\n", "no container 'web'"),
        ("cases:\n  - { rule: x, attack: { action: run }, twin: { action: run } }\n  - { rule: X, attack: { action: run }, twin: { action: run } }\n", "another case 'x'"),
        ("cases:\n  - { rule: x, attack: { action: run, times: 2 }, twin: { action: run } }\n", "is done once"),
        ("", "the file is empty"), ("cases: [", "cases.yaml:"),
    ])
    func mistakesAreTold(text: String, message: String) {
        #expect(diagnostics(text).contains { $0.contains(message) && $0.hasPrefix("cases.yaml") }, "\(diagnostics(text))")
    }
}
