package import Events
package import Foundations

/// A condition alone: what `events --filter` takes.
package struct ConditionFilter: Sendable {
    private let buckets: [Bucket]
    /// It compares what programs were started with.
    package let usesEnvironment: Bool

    /// - Throws: what is wrong with the text, with its column; a field that this build cannot fill counts as wrong.
    package init(_ text: String) throws(Diagnostic) {
        var compiler = ConditionCompiler()
        let source = SourceText(standalone: text, file: "filter")
        let (condition, unsupported) = try compiler.compile(try ConditionParser.parse(source))
        if let what = unsupported.first { throw source.start.diagnostic("'\(what)' is not available in this build") }
        var buckets = [Bucket](repeating: Bucket(), count: Int(EventKind.allCases.map(\.rawValue).max() ?? 0) + 1)
        for kind in EventKind.allCases {
            let rest = KindSpecializer(kind: kind).specialize(condition)
            if case .constant(false) = rest { continue }
            buckets[Int(kind.rawValue)] = Bucket([(0, 0, rest)])
        }
        self.buckets = buckets
        usesEnvironment = condition.usesEnvironment
    }

    package func matches(_ event: EnrichedEvent) -> Bool {
        var isMatch = false
        BucketEvaluator(buckets[Int(event.event.kind.rawValue)]).forEachMatch(event) { _ in isMatch = true }
        return isMatch
    }
}
