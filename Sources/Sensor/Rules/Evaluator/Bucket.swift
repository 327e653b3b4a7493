internal import Events

/// All conditions that events of one kind can meet, as one graph in which equal parts exist once.
///
/// Rule files repeat themselves (`container`, `spawned_process`, the same lists): each part is asked at most once per event, and
/// its answer remembered in the memo; so is the value of each field.
struct Bucket: Sendable {
    private enum Node: Sendable {
        case constant(Bool)
        case check(Predicate)
        case not(Int)
        case all(Range<Int>)
        case any(Range<Int>)
    }

    /// Index of a rule in its set, which of its steps the condition is, and the condition's node.
    struct Root: Sendable {
        var rule: Int
        var step: Int
        var node: Int
    }

    private var nodes: [Node] = []
    private var children: [Int] = []
    private(set) var roots: [Root] = []
    /// Fields with at most one value, by spelling: their values are kept for the length of an event.
    private var slots: [String: Int] = [:]

    var nodeCount: Int { nodes.count }
    var slotCount: Int { slots.count }

    init(_ conditions: [(rule: Int, step: Int, condition: Condition)]) {
        var known: [String: Int] = [:]
        for (rule, step, condition) in conditions { roots.append(Root(rule: rule, step: step, node: insert(condition, &known).node)) }
    }

    private mutating func insert(_ condition: Condition, _ known: inout [String: Int]) -> (node: Int, key: String) {
        let node: Node
        let key: String
        switch condition {
        case .constant(let value): (node, key) = (.constant(value), value ? "T" : "F")
        case .check(let check):
            key = Self.key(check)
            if let at = known[key] { return (at, key) }
            node = .check(Predicate(operand: check.operand, test: check.test, isAll: check.isAll, slot: slot(check.operand)))
        case .not(let inner):
            let (at, innerKey) = insert(inner, &known)
            (node, key) = (.not(at), "!" + innerKey)
        case .all(let parts):
            let inserted = parts.map { insert($0, &known) }
            key = "&(" + inserted.map { String($0.node) }.joined(separator: ",") + ")"
            if let at = known[key] { return (at, key) }
            node = .all(append(inserted.map(\.node)))
        case .any(let parts):
            let inserted = parts.map { insert($0, &known) }
            key = "|(" + inserted.map { String($0.node) }.joined(separator: ",") + ")"
            if let at = known[key] { return (at, key) }
            node = .any(append(inserted.map(\.node)))
        }
        if let at = known[key] { return (at, key) }
        nodes.append(node)
        known[key] = nodes.count - 1
        return (nodes.count - 1, key)
    }

    private mutating func slot(_ operand: ResolvedOperand) -> Int? {
        guard operand.transforms.isEmpty, case .single = operand.field.reading else { return nil }
        if let known = slots[operand.text] { return known }
        slots[operand.text] = slots.count
        return slots.count - 1
    }

    private mutating func append(_ nodes: [Int]) -> Range<Int> {
        let first = children.count
        children += nodes
        return first..<children.count
    }

    // unambiguous: literals are length-prefixed
    private static func key(_ check: Condition.Check) -> String { "\(check.isAll ? "A" : "O") \(check.operand.text) \(key(check.test))" }

    private static func key(_ test: ValueTest) -> String {
        switch test {
        case .exists: "exists"
        case .numbers(let numbers): "n" + numbers.sorted().map(String.init).joined(separator: ",")
        case .order(let comparator, let n): comparator.rawValue + String(n)
        case .flag(let flag): flag ? "true" : "false"
        case .text(let op, let literals):
            op.rawValue + literals.sorted { $0.lexicographicallyPrecedes($1) }.map { "\($0.count):" + String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
        case .addresses(let ranges): "ip" + ranges.map { "\($0.network)/\($0.bits)" }.sorted().joined(separator: ",")
        case .field(let comparator, let key): "f" + comparator.rawValue + " " + key.operand.text
        case .eventType(let names): "t" + names.sorted().joined(separator: ",")
        case .negated(let inner): "not " + key(inner)
        }
    }

    func holds(_ node: Int, _ event: EnrichedEvent, _ memo: EvaluationMemo) -> Bool {
        let remembered = memo.answers[node]
        if remembered >> 1 == memo.generation { return remembered & 1 == 1 }
        let answer: Bool
        switch nodes[node] {
        case .constant(let value): return value
        case .check(let predicate): answer = predicate.holds(event, memo)
        case .not(let inner): return !holds(inner, event, memo)
        case .all(let range):
            var all = true
            for i in range where !holds(children[i], event, memo) {
                all = false
                break
            }
            answer = all
        case .any(let range):
            var any = false
            for i in range where holds(children[i], event, memo) {
                any = true
                break
            }
            answer = any
        }
        memo.answers[node] = memo.generation << 1 | (answer ? 1 : 0)
        return answer
    }
}
