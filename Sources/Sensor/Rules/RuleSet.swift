internal import Events
internal import Foundations

/// Rules compiled for use: what each kind of event has to be asked, and what a match says. A value; a new set replaces the old
/// one between two events.
package struct RuleSet: Sendable {
    let rules: [CompiledRule]
    /// By the raw value of the event kind.
    let buckets: [Bucket]
    /// All rules that could be read, those that are not in use included, in the order of the files.
    package let descriptions: [RuleDescription]

    /// How many rules are in use.
    package var count: Int { rules.count }

    package static let empty = RuleSet(rules: [], conditions: [], descriptions: [])

    /// A condition of a rule, or of a step before it, for one kind.
    struct KindCondition {
        var kind: EventKind
        var rule: Int
        var step: Int
        var condition: Condition
    }

    init(rules: [CompiledRule], conditions: [KindCondition], descriptions: [RuleDescription]) {
        self.rules = rules
        self.descriptions = descriptions
        var byKind = [[(rule: Int, step: Int, condition: Condition)]](repeating: [], count: Self.kindCount)
        for condition in conditions { byKind[Int(condition.kind.rawValue)].append((condition.rule, condition.step, condition.condition)) }
        buckets = byKind.map { Bucket($0) }
    }

    private static let kindCount = Int(EventKind.allCases.map(\.rawValue).max() ?? 0) + 1

    /// Reads and compiles rule files.
    ///
    /// One bad rule, macro or list costs only itself and what uses it; everything wrong is in the report.
    /// - Parameter files: name and text, in the order in which they are to be read; later ones may change what earlier ones said.
    package static func load(files: [(name: String, text: String)]) -> (rules: RuleSet, report: RuleReport) {
        var library = RuleLibrary()
        for file in files { library.read(file: file.name, text: file.text) }
        var compiler = RuleCompiler(library)
        return compiler.run()
    }
}
