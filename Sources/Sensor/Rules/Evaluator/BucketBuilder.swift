internal import Events

/// Makes a Bucket: finds equal parts, brings checks of the same field together, and orders what is asked so that the cheap and
/// telling comes first.
struct BucketBuilder {
    /// Bytes of literals that share a group. Tables of automata grow with them and should stay in the processor's cache.
    static let groupBytesMax = 8192

    private var bucket = Bucket()
    private var known: [String: Int] = [:]
    private var slots: [String: Int] = [:]
    private var groups: [GroupKey: Int] = [:]
    private var openGroups: [(key: GroupKey, checks: [Set<[UInt8]>], bytes: Int)] = []
    /// By node: what it costs to ask, and how often it is expected to hold.
    private var estimates: [(cost: Double, chance: Double)] = []
    /// By node: how many conditions ask it.
    private var parents: [Int] = []

    private struct GroupKey: Hashable {
        var slot: Int
        var op: ValueTest.TextOperator
    }

    mutating func insert(_ condition: Condition, rule: Int, step: Int) {
        let edge = insert(condition)
        parents[edge.node] += 1
        bucket.roots.append(Bucket.Root(rule: rule, step: step, condition: edge))
    }

    mutating func finish() -> Bucket {
        bucket.groups = openGroups.map { TextGroup($0.key.op, $0.checks) }
        order()
        return bucket
    }

    // MARK: Equal parts

    private mutating func insert(_ condition: Condition) -> Bucket.Edge {
        switch condition {
        case .constant(let value): return Bucket.Edge(node("T") { _ in Bucket.Node(operation: .constant, number: 1) }, isNegated: !value)
        case .check(let check): return Bucket.Edge(node(Self.key(check)) { $0.node(of: check) })
        case .not(let inner): return insert(inner).opposite
        case .all(let parts): return insert(parts, .all, "&")
        case .any(let parts): return insert(parts, .any, "|")
        }
    }

    private mutating func insert(_ parts: [Condition], _ operation: Bucket.Node.Operation, _ sign: String) -> Bucket.Edge {
        let edges = parts.map { insert($0) }
        let key = sign + edges.map { "\($0.isNegated ? "-" : "+")\($0.node)" }.joined()
        return Bucket.Edge(
            node(key) { builder in
                let first = builder.bucket.children.count
                builder.bucket.children += edges
                for edge in edges { builder.parents[edge.node] += 1 }
                return Bucket.Node(operation: operation, first: Int32(first), count: Int32(edges.count))
            })
    }

    private mutating func node(_ key: String, _ make: (inout Self) -> Bucket.Node) -> Int {
        if let known = known[key] { return known }
        let node = make(&self)
        bucket.nodes.append(node)
        parents.append(0)
        known[key] = bucket.nodes.count - 1
        return bucket.nodes.count - 1
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

    // MARK: Checks

    private mutating func node(of check: Condition.Check) -> Bucket.Node {
        var test = check.test
        var isNegated = false
        while case .negated(let inner) = test {
            test = inner
            isNegated.toggle()
        }
        let slot = slot(check.operand)
        var node = Bucket.Node(operation: .exists, isNegated: isNegated, isAll: check.isAll, slot: Int32(slot))
        switch test {
        case .exists, .negated: break
        case .flag(let flag): (node.operation, node.number) = (.flag, flag ? 1 : 0)
        case .order(let comparator, let n): (node.operation, node.comparator, node.number) = (.number, comparator, n)
        case .numbers(let numbers) where numbers.count == 1: (node.operation, node.number) = (.number, numbers.first ?? 0)
        case .numbers(let numbers): matcher(.numbers(numbers.sorted()), &node)
        case .addresses(let ranges):
            matcher(.addresses(ranges.sorted { ($0.bits, $0.network.high, $0.network.low) < ($1.bits, $1.network.high, $1.network.low) }), &node)
        case .field(let comparator, let key): matcher(.field(comparator, key.operand), &node)
        case .eventType(let names): text(GroupKey(slot: slot, op: .equal), Set(names.map { Array($0.utf8) }), &node)
        case .text(let op, let literals) where TextGroup.serves(op): text(GroupKey(slot: slot, op: op), literals, &node)
        case .text(let op, let literals): matcher(.text(TextTest(op, literals)), &node)
        }
        return node
    }

    private mutating func slot(_ operand: ResolvedOperand) -> Int {
        if let known = slots[operand.text] { return known }
        bucket.slots.append(operand)
        slots[operand.text] = bucket.slots.count - 1
        return bucket.slots.count - 1
    }

    private mutating func matcher(_ matcher: ValueMatcher, _ node: inout Bucket.Node) {
        (node.operation, node.first) = (.other, Int32(bucket.matchers.count))
        bucket.matchers.append(matcher)
    }

    private mutating func text(_ key: GroupKey, _ literals: Set<[UInt8]>, _ node: inout Bucket.Node) {
        let bytes = ValueTest.bytes(literals)
        if let open = groups[key], openGroups[open].bytes + bytes <= Self.groupBytesMax {
            openGroups[open].checks.append(literals)
            openGroups[open].bytes += bytes
            (node.operation, node.first, node.count) = (.text, Int32(open), Int32(openGroups[open].checks.count - 1))
        } else {
            groups[key] = openGroups.count
            openGroups.append((key, [literals], bytes))
            (node.operation, node.first, node.count) = (.text, Int32(openGroups.count - 1), 0)
        }
    }

    // MARK: Order

    // Of parts that all have to hold, the one with the least cost per chance to fail comes first, of alternatives the one with the least
    // cost per chance to hold. What others ask as well costs each of them its share. Children always stand before their parents.
    private mutating func order() {
        var readers = [Int](repeating: 0, count: bucket.slots.count)
        for node in bucket.nodes where ![.constant, .all, .any].contains(node.operation) { readers[Int(node.slot)] += 1 }
        for (at, node) in bucket.nodes.enumerated() {
            guard node.operation == .all || node.operation == .any else {
                estimates.append(node.operation == .constant ? (0, 1) : estimate(node, readers: readers[Int(node.slot)]))
                continue
            }
            let isAll = node.operation == .all
            let range = Int(node.first)..<Int(node.first + node.count)
            let parts = bucket.children[range].map { edge in
                (edge: edge, cost: estimates[edge.node].cost / Double(parents[edge.node]), chance: edge.isNegated ? 1 - estimates[edge.node].chance : estimates[edge.node].chance)
            }
            func rank(_ part: (edge: Bucket.Edge, cost: Double, chance: Double)) -> Double { part.cost / max(0.01, isAll ? 1 - part.chance : part.chance) }
            let sorted = parts.enumerated().map { (rank($0.element), $0.offset, $0.element) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
            bucket.children.replaceSubrange(range, with: sorted.map(\.edge))
            // how likely it is that the next part has to be asked
            var reached = 1.0
            var cost = 1.0
            for part in sorted {
                cost += reached * part.cost
                reached *= isAll ? part.chance : 1 - part.chance
            }
            estimates.append((cost, isAll ? reached : 1 - reached))
            parents[at] = max(1, parents[at])
        }
    }

    private func estimate(_ node: Bucket.Node, readers: Int) -> (cost: Double, chance: Double) {
        let reading = Double(bucket.slots[Int(node.slot)].cost) / Double(readers)
        let (cost, chance): (Double, Double) =
            switch node.operation {
            case .exists: (2, 0.7)
            case .flag: (2, 0.5)
            case .number: (2, node.comparator.isOrder ? 0.5 : 0.1)
            case .text: (30 / Double(openGroups[Int(node.first)].checks.count), 0.1)
            default:
                switch bucket.matchers[Int(node.first)] {
                case .numbers: (5, 0.1)
                case .addresses(let ranges): (Double(5 + 2 * ranges.count), 0.3)
                case .text(.globs(let globs)): (Double(80 * globs.count), 0.1)
                case .text(.automata(let automata)): (Double(150 * automata.count), 0.1)
                case .text(.group): (60, 0.1)
                case .field: (150, 0.3)
                }
            }
        return (reading + cost, node.isNegated ? 1 - chance : chance)
    }
}
