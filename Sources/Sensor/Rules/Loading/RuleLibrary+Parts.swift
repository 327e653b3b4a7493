internal import Events
internal import Foundations

/// The parts of a rule that are no plain texts.
extension RuleLibrary {
    func priority(_ text: SourceText) throws(Diagnostic) -> Priority {
        guard let priority = Priority(text.text) else {
            throw text.start.diagnostic("'\(text.text)' is no priority" + ConditionParser.suggestion(text.text.lowercased(), Priority.allCases.map(\.rawValue)))
        }
        return priority
    }

    func severity(_ item: ItemReader) throws(Diagnostic) -> Severity? {
        guard let text = try item.text("severity") else { return nil }
        guard let severity = Severity(rawValue: text.text.uppercased()) else {
            throw text.start.diagnostic("'\(text.text)' is no severity: CRITICAL, HIGH, MEDIUM, LOW or INFORMATIONAL")
        }
        return severity
    }

    func techniques(_ item: ItemReader) throws(Diagnostic) -> [String] {
        let texts = try item.texts("techniques") ?? []
        for text in texts where !Attack.isTechnique(text.text) { throw text.start.diagnostic("'\(text.text)' is no ATT&CK technique like T1059 or T1059.004") }
        return texts.map(\.text)
    }

    func tactics(_ item: ItemReader) throws(Diagnostic) -> [String] {
        let texts = try item.texts("tactics") ?? []
        for text in texts where !Attack.isTactic(text.text) { throw text.start.diagnostic("'\(text.text)' is no ATT&CK tactic like TA0002") }
        return texts.map(\.text)
    }

    func exceptions(_ item: ItemReader) throws(Diagnostic) -> [ExceptionDraft] {
        var out: [ExceptionDraft] = []
        for exception in try item.items("exceptions") ?? [] {
            guard let name = try exception.text("name") else { throw exception.place.diagnostic("an exception has a name") }
            guard !out.contains(where: { $0.name == name.text }) else { throw exception.place.diagnostic("there are two exceptions '\(name.text)'") }
            var isSingle = false
            if case .text? = try exception.tree("fields") { isSingle = true }
            let values: [ItemReader.Tree] =
                switch try exception.tree("values") {
                case .list(let list, _)?: list
                case .text(let text)?:
                    if text.text.isEmpty { [] } else { throw text.start.diagnostic("'values' is a list") }
                case nil: []
                }
            let fields = try exception.texts("fields") ?? []
            let comparators = try exception.texts("comps") ?? []
            if !comparators.isEmpty, comparators.count != fields.count, !fields.isEmpty {
                throw exception.place.diagnostic("exception '\(name.text)' has \(fields.count) fields and \(comparators.count) comps")
            }
            out.append(ExceptionDraft(name: name.text, place: exception.place, fields: fields, comparators: comparators, isSingle: isSingle, values: values))
        }
        return out
    }

    /// Most events that one threshold waits for, and the longest time; what a rule may keep is bounded by them.
    static let thresholdCountMax = 10_000
    static let sequenceStepsMax = 8
    static let correlationSpanMax: Duration = .seconds(3600)

    func correlation(_ item: ItemReader) throws(Diagnostic) -> CorrelationDraft? {
        if item.has("threshold"), item.has("sequence") { throw item.place(of: "sequence").diagnostic("a rule has a threshold or a sequence, not both") }
        if let threshold = try item.item("threshold") {
            guard let count = try threshold.number("count"), count >= 2, count <= Self.thresholdCountMax else {
                throw threshold.place.diagnostic("a threshold has a 'count' from 2 to \(Self.thresholdCountMax)")
            }
            return CorrelationDraft(
                place: threshold.place, by: try threshold.texts("by") ?? [], within: try span(threshold), kind: .threshold(count: count, distinct: try threshold.text("distinct")))
        }
        if let sequence = try item.item("sequence") {
            let steps = try sequence.texts("steps") ?? []
            guard steps.count >= 1, steps.count <= Self.sequenceStepsMax else {
                throw sequence.place.diagnostic("a sequence has 1 to \(Self.sequenceStepsMax) 'steps' before the condition")
            }
            return CorrelationDraft(place: sequence.place, by: try sequence.texts("by") ?? [], within: try span(sequence), kind: .sequence(steps))
        }
        return nil
    }

    private func span(_ item: ItemReader) throws(Diagnostic) -> Duration {
        guard let within = try item.duration("within") else { throw item.place.diagnostic("'within' says in which time, like 10s") }
        guard within <= Self.correlationSpanMax else { throw item.place(of: "within").diagnostic("'within' is at most 1h") }
        return within
    }
}

extension Diagnostic {
    /// The same, about a named item unless it says already what it is about.
    func about(_ subject: String) -> Diagnostic {
        var out = self
        out.subject = out.subject ?? subject
        return out
    }
}
