internal import Events
internal import Foundations

/// Makes a RuleSet and its report of everything that the files said.
struct RuleCompiler {
    private let library: RuleLibrary
    private var conditions: ConditionCompiler
    private var report = RuleReport()
    private var rules: [CompiledRule] = []
    private var kindConditions: [RuleSet.KindCondition] = []
    private var descriptions: [RuleDescription] = []
    private var ids: Set<String> = []

    init(_ library: RuleLibrary) {
        self.library = library
        var macros: [String: ConditionCompiler.MacroDefinition] = [:]
        for (name, text) in library.macros {
            do throws(Diagnostic) {
                macros[name] = ConditionCompiler.MacroDefinition(expression: .success(try ConditionParser.parse(text)), place: text.start)
            } catch {
                macros[name] = ConditionCompiler.MacroDefinition(expression: .failure(error), place: text.start)
                report.reject(error.about("macro \(name)"))
            }
        }
        conditions = ConditionCompiler(macros: macros, lists: library.lists)
        for problem in library.rejected { report.reject(problem) }
        report.warnings = library.warnings
        report.macros = macros.count
        report.lists = library.lists.count
    }

    mutating func run() -> (rules: RuleSet, report: RuleReport) {
        for draft in library.rules {
            do throws(Diagnostic) {
                try compile(draft)
            } catch {
                if draft.skipsUnknownFields, Self.namesSomethingUnknown(error) {
                    report.warnings.append(error.about(draft.name))
                } else {
                    report.reject(error.about(draft.name))
                }
            }
        }
        checkMacros()
        report.rules = descriptions.count
        report.enabled = rules.count
        report.sort()
        return (RuleSet(rules: rules, conditions: kindConditions, descriptions: descriptions), report)
    }

    /// A macro that no rule uses is still held to the grammar. That it names what events of system calls do not have costs nothing until
    /// a rule for them uses it, and for rules of other sources it is right.
    private mutating func checkMacros() {
        let foreign = foreignMacros()
        for (name, macro) in conditions.macros.sorted(by: { $0.key < $1.key }) where !foreign.contains(name) {
            guard case .success(let expression) = macro.expression else { continue }
            do throws(Diagnostic) {
                _ = try conditions.compile(expression)
            } catch {
                if Self.namesSomethingUnknown(error) {
                    report.warnings.append(error.about("macro \(name)"))
                } else {
                    report.reject(error.about("macro \(name)"))
                }
            }
        }
    }

    private static func namesSomethingUnknown(_ problem: Diagnostic) -> Bool {
        problem.message.contains("unknown field") || problem.message.contains("unknown event type")
    }

    /// The macros that rules of other sources use, and those that these use.
    private func foreignMacros() -> Set<String> {
        var found: Set<String> = []
        var next: [Expression] = library.rules.compactMap { $0.source == Self.source ? nil : try? ConditionParser.parse($0.condition) }
        while let expression = next.popLast() {
            switch expression {
            case .any(let parts), .all(let parts): next += parts
            case .not(let inner): next.append(inner)
            case .macro(let name):
                if found.insert(name.text).inserted, case .success(let inner)? = conditions.macros[name.text]?.expression { next.append(inner) }
            case .comparison: break
            }
        }
        return found
    }

    /// The source of the events that are judged here.
    private static let source = "syscall"

    private mutating func compile(_ draft: RuleDraft) throws(Diagnostic) {
        guard draft.source == Self.source else {
            reportUnsupported("source=\(draft.source)", in: draft)
            return describe(draft, kinds: [], reads: .none)
        }
        let (condition, unsupported) = try conditions.compile(try expression(of: draft))
        for what in unsupported { reportUnsupported(what, in: draft) }
        let output = try OutputTemplate(draft.output)
        for warning in output.warnings { report.warnings.append(warning.about(draft.name)) }
        var steps: [Condition] = []
        var correlation: Correlation?
        if let wanted = draft.correlation { (correlation, steps) = try compile(wanted, draft, condition) }

        let specialized = Self.specialize(condition)
        if specialized.isEmpty, unsupported.isEmpty {
            report.warnings.append(draft.condition.start.diagnostic("no event can meet the condition", subject: draft.name))
        }
        if specialized.count == EventKind.allCases.count {
            report.warnings.append(draft.condition.start.diagnostic("the condition names no evt.type: every event is asked", subject: draft.name))
        }
        let stepKinds = steps.map(Self.specialize)
        var kinds = Set(specialized.map(\.kind))
        for step in stepKinds { kinds.formUnion(step.map(\.kind)) }
        var reads = ReadNeeds.none
        var writes = WriteNeeds.none
        var knownFiles: Set<String> = []
        for (kind, condition) in specialized + stepKinds.flatMap({ $0 }) {
            if kind == .open || kind == .openFailed {
                reads.formUnion(ReadNeeds(of: condition))
                knownFiles.formUnion(ReadNeeds.knownFiles(of: condition))
            }
            if kind == .open { writes.formUnion(WriteNeeds(of: condition)) }
            if kind == .connect { reads.formUnion(ReadNeeds.sockets(of: condition)) }
        }
        describe(draft, kinds: kinds, reads: reads)
        guard draft.isEnabled, !specialized.isEmpty else { return }

        let index = rules.count
        let tags = draft.tags
        rules.append(
            CompiledRule(
                id: identifier(draft), name: draft.name, description: draft.description, severity: draft.severity ?? draft.priority.severity,
                tactics: Self.tactics(draft), techniques: Self.techniques(draft), tags: tags, output: output, kinds: kinds, reads: reads, writes: writes, knownFiles: knownFiles,
                correlation: correlation, usesEnvironment: output.usesEnvironment || ([condition] + steps).contains(where: \.usesEnvironment)))
        // later steps first, so that one event is not two steps of a sequence
        for (kind, condition) in specialized { kindConditions.append(RuleSet.KindCondition(kind: kind, rule: index, step: steps.count, condition: condition)) }
        for (step, found) in stepKinds.enumerated().reversed() {
            for (kind, condition) in found { kindConditions.append(RuleSet.KindCondition(kind: kind, rule: index, step: step, condition: condition)) }
        }
    }

    private mutating func reportUnsupported(_ what: String, in rule: RuleDraft) {
        report.unsupported.append(RuleReport.Unsupported(rule: rule.name, what: what, file: rule.place.file, line: rule.place.line))
    }

    private static func specialize(_ condition: Condition) -> [(kind: EventKind, condition: Condition)] {
        EventKind.allCases.compactMap { kind in
            let rest = KindSpecializer(kind: kind).specialize(condition)
            if case .constant(false) = rest { return nil }
            return (kind, rest)
        }
    }

    private func expression(of draft: RuleDraft) throws(Diagnostic) -> Expression {
        var parts = [try ConditionParser.parse(draft.condition)]
        for exception in draft.exceptions {
            guard !exception.fields.isEmpty else { throw exception.place.diagnostic("exception '\(exception.name)' has no fields") }
            if let without = try exception.expression() { parts.append(without) }
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func compile(_ draft: CorrelationDraft, _ rule: RuleDraft, _ condition: Condition) throws(Diagnostic) -> (Correlation, [Condition]) {
        var by: [ResolvedOperand] = []
        for text in draft.by { by.append(try Self.operand(text)) }
        switch draft.kind {
        case .threshold(let count, let distinct):
            var field: ResolvedOperand?
            if let distinct { field = try Self.operand(distinct) }
            return (Correlation(by: by, within: draft.within, kind: .threshold(count: count, distinct: field.map(CorrelationField.init)), conditions: [condition]), [])
        case .sequence(let steps):
            var out: [Condition] = []
            for step in steps {
                let (condition, unsupported) = try conditions.compile(try ConditionParser.parse(step))
                for what in unsupported { reportUnsupported(what, in: rule) }
                out.append(condition)
            }
            return (Correlation(by: by, within: draft.within, kind: .sequence(steps: steps.count), conditions: [condition] + out), out)
        }
    }

    private static func operand(_ text: SourceText) throws(Diagnostic) -> ResolvedOperand {
        guard case .comparison(let check) = try ConditionParser.parse(SourceText(standalone: text.text + " exists", file: text.file)) else {
            throw text.start.diagnostic("'\(text.text)' is no field")
        }
        var operand = check.left
        operand.place = text.start
        return try ResolvedOperand(operand)
    }

    private mutating func identifier(_ draft: RuleDraft) -> String {
        let wanted = draft.id ?? Self.slug(draft.name)
        var id = wanted
        var n = 2
        while !ids.insert(id).inserted {
            id = "\(wanted)-\(n)"
            n += 1
        }
        return id
    }

    /// `reverse-shell` of `Reverse shell`.
    private static func slug(_ name: String) -> String {
        name.lowercased().utf8.map { ConditionScanner.isNameByte($0) ? Character(UnicodeScalar($0)) : " " }.split(separator: " ").map { String($0) }.joined(separator: "-")
    }

    private static func techniques(_ draft: RuleDraft) -> [String] {
        let named = draft.techniques + draft.tags.filter(Attack.isTechnique)
        return named.enumerated().filter { named.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }

    private static func tactics(_ draft: RuleDraft) -> [String] {
        let named = draft.tactics + draft.tags.filter(Attack.isTactic) + draft.tags.compactMap(Attack.tactic)
        return named.enumerated().filter { named.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }

    private mutating func describe(_ draft: RuleDraft, kinds: Set<EventKind>, reads: ReadNeeds) {
        descriptions.append(
            RuleDescription(
                name: draft.name, id: draft.id ?? Self.slug(draft.name), description: draft.description, severity: draft.severity ?? draft.priority.severity,
                isEnabled: draft.isEnabled, tags: draft.tags, tactics: Self.tactics(draft), techniques: Self.techniques(draft), file: draft.place.file,
                line: draft.place.line, needs: RuleDescription.Needs(kinds: kinds, reads: reads)))
    }
}
