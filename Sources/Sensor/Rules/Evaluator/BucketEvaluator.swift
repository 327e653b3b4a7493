internal import Events

/// Asks the conditions of a bucket about one event after the other.
///
/// An answer is found at most once per event and only when somebody asks. Nothing is allocated, and no references are counted, except
/// where a field's value has to be made.
final class BucketEvaluator {
    private let bucket: Bucket
    private let values: EventValues
    private let nodes: UnsafeMutablePointer<Bucket.Node>
    private let children: UnsafeMutablePointer<Bucket.Edge>
    private let matchers: UnsafeMutablePointer<ValueMatcher>
    private let groups: UnsafeMutablePointer<Group>
    /// By node: the number of the event, and the answer in the lowest bit.
    private let answers: UnsafeMutablePointer<UInt32>
    /// Of each group: which checks one of the values passes, which all of them do, and room for those of a single value.
    private let words: UnsafeMutablePointer<UInt64>

    private struct Group {
        /// Held by the bucket.
        let texts: Unmanaged<TextGroup>
        let wordCount: Int
        let firstWord: Int
        var generation: UInt32 = 0
    }

    init(_ bucket: Bucket) {
        self.bucket = bucket
        values = EventValues(bucket.slots)
        nodes = Self.allocate(bucket.nodes)
        children = Self.allocate(bucket.children)
        matchers = Self.allocate(bucket.matchers)
        var firstWord = 0
        groups = Self.allocate(
            bucket.groups.map { group in
                defer { firstWord += 3 * group.wordCount }
                return Group(texts: .passUnretained(group), wordCount: group.wordCount, firstWord: firstWord)
            })
        answers = Self.allocate([UInt32](repeating: 0, count: bucket.nodes.count))
        words = Self.allocate([UInt64](repeating: 0, count: firstWord))
    }

    deinit {
        nodes.deallocate()
        children.deallocate()
        matchers.deinitialize(count: bucket.matchers.count)
        matchers.deallocate()
        groups.deallocate()
        answers.deallocate()
        words.deallocate()
    }

    private static func allocate<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let out = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        out.initialize(from: elements, count: elements.count)
        return out
    }

    /// Calls `body` with each root whose condition holds, in the order of the rules.
    func forEachMatch(_ event: EnrichedEvent, _ body: (Bucket.Root) -> Void) {
        if values.begin() {
            answers.update(repeating: 0, count: bucket.nodes.count)
            for group in 0..<bucket.groups.count { groups[group].generation = 0 }
        }
        bucket.roots.withUnsafeBufferPointer { roots in
            for root in roots where holds(root.condition, event) { body(root) }
        }
    }

    @inline(__always)
    private func holds(_ edge: Bucket.Edge, _ event: EnrichedEvent) -> Bool {
        let remembered = answers[edge.node]
        if remembered >> 1 == values.generation { return (remembered & 1 == 1) != edge.isNegated }
        return answer(edge.node, event) != edge.isNegated
    }

    private func answer(_ at: Int, _ event: EnrichedEvent) -> Bool {
        let node = nodes[at]
        let answer: Bool
        switch node.operation {
        case .constant: return node.number == 1
        case .all: answer = !isFound(node, event, sought: false)
        case .any: answer = isFound(node, event, sought: true)
        default: answer = check(node, event)
        }
        answers[at] = values.generation << 1 | (answer ? 1 : 0)
        return answer
    }

    /// Whether one of the parts answers as sought.
    @inline(__always)
    private func isFound(_ node: Bucket.Node, _ event: EnrichedEvent, sought: Bool) -> Bool {
        var child = Int(node.first)
        let end = child + Int(node.count)
        while child < end {
            if holds(children[child], event) == sought { return true }
            child += 1
        }
        return false
    }

    // MARK: Checks

    /// A field without a value passes no check, `!=` included.
    @inline(__always)
    private func check(_ node: Bucket.Node, _ event: EnrichedEvent) -> Bool {
        let range = values.range(Int(node.slot), of: event)
        if range.isEmpty { return false }
        switch node.operation {
        case .exists: return !node.isNegated
        case .text:
            let group = groups + Int(node.first)
            if group.pointee.generation != values.generation { collect(group, range) }
            // some value fails the test when not all pass it, and all fail it when none passes
            let half = node.isNegated == node.isAll ? 0 : group.pointee.wordCount
            let word = words[group.pointee.firstWord + half + Int(node.count) >> 6]
            return (word >> UInt64(node.count & 63) & 1 == 1) != node.isNegated
        default:
            for index in range {
                let passes = accepts(node, index, event) != node.isNegated
                if passes != node.isAll { return passes }
            }
            return node.isAll
        }
    }

    private func accepts(_ node: Bucket.Node, _ index: Int, _ event: EnrichedEvent) -> Bool {
        switch node.operation {
        case .flag: return values[index].kind == .flag && values[index].number == node.number
        case .number: return values.number(index).map { node.comparator.holds($0, node.number) } ?? false
        default: return accepts(matchers + Int(node.first), index, event)
        }
    }

    private func accepts(_ matcher: UnsafeMutablePointer<ValueMatcher>, _ index: Int, _ event: EnrichedEvent) -> Bool {
        switch matcher.pointee {
        case .numbers(let numbers): return values.number(index).map { ValueMatcher.contains(numbers, $0) } ?? false
        case .addresses(let ranges):
            let value = values[index]
            return value.kind == .address && ranges.contains { $0.contains(value.address) }
        case .text(let test): return test.accepts(values.text(index))
        case .field(let comparator, let other):
            let value = values.fieldValue(index)
            return other.visit(event) { comparator.holds(value, $0) }
        }
    }

    private func collect(_ group: UnsafeMutablePointer<Group>, _ range: Range<Int>) {
        let count = group.pointee.wordCount
        let passedByOne = words + group.pointee.firstWord
        let passedByAll = passedByOne + count
        let passed = passedByAll + count
        passedByOne.update(repeating: 0, count: count)
        group.pointee.texts._withUnsafeGuaranteedRef { $0.collect(values.text(range.lowerBound), into: passedByOne) }
        passedByAll.update(from: passedByOne, count: count)
        for index in range.dropFirst() {
            passed.update(repeating: 0, count: count)
            group.pointee.texts._withUnsafeGuaranteedRef { $0.collect(values.text(index), into: passed) }
            for word in 0..<count {
                passedByOne[word] |= passed[word]
                passedByAll[word] &= passed[word]
            }
        }
        group.pointee.generation = values.generation
    }
}
