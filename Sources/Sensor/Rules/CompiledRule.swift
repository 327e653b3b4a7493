internal import Events
internal import Foundations

/// A rule that is in use, without its condition: that lives in the buckets of the event kinds that it can match. A class, because a
/// match should take hold of one thing and not of all its texts.
final class CompiledRule: Sendable {
    let id: String
    let name: String
    let description: String
    let severity: Severity
    let tactics: [String]
    let techniques: [String]
    let tags: [String]
    let output: OutputTemplate
    let kinds: Set<EventKind>
    let reads: ReadNeeds
    let writes: WriteNeeds
    /// See `Interest.knownFiles`.
    let knownFiles: Set<String>
    let correlation: Correlation?
    /// It compares or shows what programs were started with.
    let usesEnvironment: Bool

    init(
        id: String, name: String, description: String, severity: Severity, tactics: [String], techniques: [String], tags: [String], output: OutputTemplate,
        kinds: Set<EventKind>, reads: ReadNeeds, writes: WriteNeeds, knownFiles: Set<String>, correlation: Correlation?, usesEnvironment: Bool
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.severity = severity
        self.tactics = tactics
        self.techniques = techniques
        self.tags = tags
        self.output = output
        self.kinds = kinds
        self.reads = reads
        self.writes = writes
        self.knownFiles = knownFiles
        self.correlation = correlation
        self.usesEnvironment = usesEnvironment
    }

    func detection(of event: EnrichedEvent) -> Detection {
        Detection(
            ruleID: id, ruleName: name, description: description, severity: severity, tactics: tactics, techniques: techniques, tags: tags,
            output: output.filled(with: event), time: event.wallTime, event: event.event, userName: event.userName,
            processTree: ProcessSnapshot.tree(of: event.process), container: event.container)
    }
}
