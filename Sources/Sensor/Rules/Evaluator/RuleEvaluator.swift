package import Events
package import Foundations

/// Asks the rules about events, one after the other, on the pipeline's thread.
///
/// An event that matches nothing costs no allocation: answers are remembered in memory that is there already, and text is compared
/// where it lies. State exists only for rules with a threshold or a sequence; it is bounded, and handed on to the next evaluator.
package final class RuleEvaluator {
    package let rules: RuleSet
    /// What the rules need from the kernel.
    package let interest: Interest
    /// What correlations had to forget.
    package var ledger: Ledger { correlations.ledger }
    /// By the raw value of the event kind; nil for those that no rule asks.
    private let evaluators: [BucketEvaluator?]
    private let matching: RuleMatching
    private var correlations: CorrelationStates
    /// Grows whenever an event has changed what the answers to later ones depend on.
    package private(set) var changes: UInt64 = 0

    /// - Parameter old: what judged until now; what it remembers for thresholds and sequences of rules that did not change goes on counting.
    package init(_ rules: RuleSet, matching: RuleMatching = .all, after old: RuleEvaluator? = nil) {
        self.matching = matching
        self.rules = rules
        interest = Interest(rules)
        evaluators = rules.buckets.map { $0.roots.isEmpty ? nil : BucketEvaluator($0) }
        correlations = old?.correlations.carried(from: old?.rules.rules ?? [], to: rules.rules) ?? CorrelationStates(ruleCount: rules.rules.count)
    }

    /// How many rules are in use.
    package var count: Int { rules.count }

    /// Appends a detection for each rule that matches, in the order of the rule files; for the first alone where that is enough.
    package func evaluate(_ event: EnrichedEvent, into out: inout [Detection]) {
        guard let evaluator = evaluators[Int(event.event.kind.rawValue)] else { return }
        let before = out.count
        evaluator.forEachMatch(event) { root in
            let rule = rules.rules[root.rule]
            if let correlation = rule.correlation {
                changes &+= 1
                guard correlations.handle(event, correlation, index: root.rule, step: root.step) else { return }
            }
            if matching == .first, out.count > before { return }
            out.append(rule.detection(of: event))
        }
    }
}
