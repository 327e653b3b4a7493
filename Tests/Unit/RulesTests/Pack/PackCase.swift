import Events
import Foundation
import Foundations
import Rules
import Testing

/// What a rule of the pack has to see, and something close to it that is meant well and that no rule may report.
struct PackCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let attacks: @Sendable () -> [[EnrichedEvent]]
    let twins: @Sendable () -> [[EnrichedEvent]]

    var testDescription: String { rule }

    /// Each attack and each twin is one event.
    init(_ rule: String, attacks: @escaping @Sendable () -> [EnrichedEvent], twins: @escaping @Sendable () -> [EnrichedEvent]) {
        self.rule = rule
        self.attacks = { attacks().map { [$0] } }
        self.twins = { twins().map { [$0] } }
    }

    /// Each attack and each twin is a series of events.
    init(series rule: String, attacks: @escaping @Sendable () -> [[EnrichedEvent]], twins: @escaping @Sendable () -> [[EnrichedEvent]]) {
        self.rule = rule
        self.attacks = attacks
        self.twins = twins
    }

    static let all: [PackCase] = execution + programs + credentials + persistence + escape + evasion + network
}

/// Short words for the cases.
extension EventKit {
    /// A process in a container.
    static func inside(_ lineage: String..., arguments: [String]? = nil, image: String = "registry.example/shop/web:2.4") -> EventKit {
        EventKit(lineage: lineage, arguments: arguments, container: container(image: image))
    }

    /// A program started with these arguments, argv[0] included.
    static func run(_ path: String, _ arguments: String..., by parents: [String] = ["/bin/sh"], inside: Bool = false, change: (inout ExecDetails) -> Void = { _ in }) -> EnrichedEvent {
        EventKit(lineage: [path] + parents, arguments: arguments.isEmpty ? nil : arguments, container: inside ? container(image: "registry.example/shop/web:2.4") : nil).exec(change)
    }
}

@Suite("Rule pack")
struct PackTests {
    @Test func theWholePackLoadsAndNothingInItIsUnsupported() {
        #expect(RuleKit.pack.report.rejected.map(\.description) == [])
        #expect(RuleKit.pack.report.unsupported == [])
        #expect(RuleKit.pack.report.warnings.map(\.description) == [])
        print("pack: \(RuleKit.pack.report.enabled) rules")
        #expect(RuleKit.pack.report.enabled >= 60)
    }

    @Test func everyRuleHasAnIdASeverityTechniquesAndWords() {
        var ids: Set<String> = []
        for rule in RuleKit.pack.rules.descriptions {
            #expect(ids.insert(rule.id).inserted, "\(rule.name): the id is taken")
            #expect(!rule.techniques.isEmpty && !rule.tactics.isEmpty, "\(rule.name)")
            #expect(rule.description.utf8.count > 40, "\(rule.name)")
        }
    }

    @Test func everyRuleHasAnAttackAndATwinAndEveryCaseARule() {
        #expect(Set(PackCase.all.map(\.rule)) == Set(RuleKit.pack.rules.descriptions.map(\.name)))
    }

    @Test func everyRuleIsInTheDocumentWithItsSeverityAndTechniques() throws {
        let text = try String(contentsOf: RuleKit.packageRoot.appending(path: "docs/RULES.md"), encoding: .utf8)
        for rule in RuleKit.pack.rules.descriptions {
            let file = rule.file.split(separator: "/").last.map(String.init) ?? ""
            let line = "| \(rule.name) | \(rule.severity.rawValue) | \(rule.techniques.joined(separator: ", ")) | `\(file)` |"
            #expect(text.contains(line), "docs/RULES.md lacks: \(line)")
        }
    }

    @Test(arguments: PackCase.all)
    func firesOnEachAttack(_ item: PackCase) {
        let attacks = item.attacks()
        #expect(!attacks.isEmpty)
        for (n, events) in attacks.enumerated() {
            let names = RuleKit.evaluate(RuleKit.pack.rules, events).map(\.ruleName)
            #expect(names.contains(item.rule), "attack \(n)")
        }
    }

    @Test(arguments: PackCase.all)
    func staysSilentOnEachTwin(_ item: PackCase) {
        let twins = item.twins()
        #expect(!twins.isEmpty)
        for (n, events) in twins.enumerated() {
            #expect(RuleKit.evaluate(RuleKit.pack.rules, events).map(\.ruleName) == [], "twin \(n)")
        }
    }
}
