internal import Events

/// All conditions that events of one kind can meet, as one graph in which equal parts exist once. Made by `BucketBuilder`, asked by
/// `BucketEvaluator`.
///
/// Rule files repeat themselves (`container`, `spawned_process`, the same lists): each part is asked at most once per event. Each field
/// is read at most once, and what all checks want to know of a text is found in one pass over it.
struct Bucket: Sendable {
    /// A node, and whether its opposite is meant: `not` costs nothing.
    struct Edge: Sendable, Hashable {
        private let bits: Int32
        var node: Int { Int(bits >> 1) }
        var isNegated: Bool { bits & 1 == 1 }
        init(_ node: Int, isNegated: Bool = false) { bits = Int32(node) << 1 | (isNegated ? 1 : 0) }
        var opposite: Edge { Edge(node, isNegated: !isNegated) }
    }

    /// Plain memory, so that going through the graph counts no references.
    struct Node: Sendable {
        enum Operation: Sendable {
            /// `number`: 1 holds, 0 does not.
            case constant
            /// Nodes in `children`, `count` of them from `first`.
            case all, any
            // Checks of the field `slot`, to which `isNegated` and `isAll` apply.
            case exists
            /// The value is 1 or 0 as `number`.
            case flag
            /// The value stands to `number` as `comparator` says.
            case number
            /// Bit `count` of the group `first`.
            case text
            /// Matcher `first`.
            case other
        }
        var operation: Operation
        var comparator = Comparator.equal
        /// The value has to fail the test.
        var isNegated = false
        /// All values of the field have to pass, not only one.
        var isAll = false
        var slot: Int32 = 0
        var first: Int32 = 0
        var count: Int32 = 0
        var number: Int64 = 0
    }

    /// Index of a rule in its set, which of its steps the condition is, and the condition.
    struct Root: Sendable {
        var rule: Int
        var step: Int
        var condition: Edge
    }

    var nodes: [Node] = []
    var children: [Edge] = []
    var roots: [Root] = []
    /// The fields that are read, each once.
    var slots: [ResolvedOperand] = []
    /// Checks of text that share a field and an operator.
    var groups: [TextGroup] = []
    var matchers: [ValueMatcher] = []

    init() {}

    init(_ conditions: [(rule: Int, step: Int, condition: Condition)]) {
        var builder = BucketBuilder()
        for (rule, step, condition) in conditions { builder.insert(condition, rule: rule, step: step) }
        self = builder.finish()
    }
}
