/// What a rule has to see, and the closest thing to it that is meant well: each one action.
package struct RuleCase: Sendable, Hashable {
    /// The rule's id; of a public rule, which has none, its name.
    package var rule: String
    package var attack: ActionCall
    package var twin: ActionCall

    package init(rule: String, attack: ActionCall, twin: ActionCall) {
        self.rule = rule
        self.attack = attack
        self.twin = twin
    }

    /// What its captures are called: the letters and digits of the rule, with dashes between the words.
    package var slug: String { rule.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-") }
}

/// A file of rule cases: the containers that they happen in, and the cases.
package struct RuleCases: Sendable, Hashable {
    package var containers: [ContainerSpec]
    package var cases: [RuleCase]

    package init(containers: [ContainerSpec], cases: [RuleCase]) {
        self.containers = containers
        self.cases = cases
    }
}
