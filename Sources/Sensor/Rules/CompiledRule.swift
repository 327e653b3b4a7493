internal import Events
internal import Foundations

/// A rule that is in use, without its condition: that lives in the buckets of the event kinds that it can match.
struct CompiledRule: Sendable {
    var id: String
    var name: String
    var description: String
    var severity: Severity
    var tactics: [String]
    var techniques: [String]
    var tags: [String]
    var output: OutputTemplate
    var kinds: Set<EventKind>
    var reads: ReadNeeds
    var correlation: Correlation?

    func detection(of event: EnrichedEvent) -> Detection {
        Detection(
            ruleID: id, ruleName: name, description: description, severity: severity, tactics: tactics, techniques: techniques, tags: tags,
            output: output.filled(with: event), time: event.wallTime, event: event.event, userName: event.userName,
            processTree: ProcessSnapshot.tree(of: event.process), container: event.container)
    }
}

/// What a rule waits for beyond one event.
struct Correlation: Sendable {
    /// Events are told apart by the values of these fields.
    var by: [ResolvedOperand]
    var within: Duration
    var kind: Kind

    enum Kind: Sendable {
        /// So many matching events, or so many distinct values of a field in them.
        case threshold(count: Int, distinct: ResolvedOperand?)
        /// So many other conditions in their order before the rule's own.
        case sequence(steps: Int)
    }
}
