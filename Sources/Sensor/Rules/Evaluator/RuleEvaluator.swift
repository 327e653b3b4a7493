package import Events
package import Foundations

/// Asks the rules about events, one after the other, on the pipeline's thread.
///
/// An event that matches nothing costs no allocation: answers are remembered in memory that is there already, and text is compared
/// where it lies. State exists only for rules with a threshold or a sequence; it is bounded and goes with the evaluator.
package final class RuleEvaluator {
    package let rules: RuleSet
    /// What the rules need from the kernel.
    package let interest: Interest
    /// What correlations had to forget.
    package var ledger: Ledger { correlations.ledger }
    private let memo: EvaluationMemo
    private var correlations: CorrelationStates

    package init(_ rules: RuleSet) {
        self.rules = rules
        interest = Interest(rules)
        memo = EvaluationMemo(nodes: rules.buckets.map(\.nodeCount).max() ?? 0, slots: rules.buckets.map(\.slotCount).max() ?? 0)
        correlations = CorrelationStates(ruleCount: rules.rules.count)
    }

    /// How many rules are in use.
    package var count: Int { rules.count }

    /// Appends a detection for each rule that matches, in the order of the rule files.
    package func evaluate(_ event: EnrichedEvent, into out: inout [Detection]) {
        let kind = Int(event.event.kind.rawValue)
        guard !rules.buckets[kind].roots.isEmpty else { return }
        memo.begin()
        for root in rules.buckets[kind].roots where rules.buckets[kind].holds(root.node, event, memo) {
            if rules.rules[root.rule].correlation != nil {
                guard correlations.handle(event, rules.rules[root.rule], index: root.rule, step: root.step) else { continue }
            }
            out.append(rules.rules[root.rule].detection(of: event))
        }
    }
}
