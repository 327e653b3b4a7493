internal import Foundations

/// A check of text by itself: what patterns need, and comparisons whose literal is only known with the event.
enum TextTest: Sendable {
    case group(TextGroup)
    case globs([GlobPattern])
    case automata([RegularAutomaton])

    /// - Parameter literals: valid ones; the compiler has tried each regular expression before.
    init(_ op: ValueTest.TextOperator, _ literals: Set<[UInt8]>) {
        let sorted = literals.sorted { $0.lexicographicallyPrecedes($1) }
        switch op {
        case .glob: self = .globs(sorted.map { GlobPattern($0, isCaseInsensitive: false) })
        case .iglob: self = .globs(sorted.map { GlobPattern($0, isCaseInsensitive: true) })
        case .regex: self = .automata(sorted.compactMap { try? RegularAutomaton(RegularExpression($0)) })
        default: self = .group(TextGroup(op, [literals]))
        }
    }

    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .group(let group):
            var answer: UInt64 = 0
            group.collect(text, into: &answer)
            return answer != 0
        case .globs(let globs): return globs.contains { $0.matches(text) }
        case .automata(let automata): return automata.contains { $0.matches(text) }
        }
    }

    func accepts(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { accepts($0) }
    }
}

extension ValueTest.TextOperator {
    init?(_ comparator: Comparator) {
        switch comparator {
        case .equal, .notEqual, .in, .intersects: self = .equal
        case .contains, .bcontains: self = .contains
        case .icontains: self = .icontains
        case .startswith, .bstartswith: self = .startswith
        case .endswith: self = .endswith
        case .glob: self = .glob
        case .iglob: self = .iglob
        case .regex: self = .regex
        case .pmatch: self = .pmatch
        case .exists, .less, .lessOrEqual, .greater, .greaterOrEqual: return nil
        }
    }
}
