/// Macros that go through a list, a map's keys, or an optional value.
extension CELEvaluation {
    mutating func iterate(_ iteration: CELIteration) throws(CELError) -> CELValue {
        let range = try value(iteration.range)
        if iteration.macro == .optionalMap || iteration.macro == .optionalFlatMap { return try optional(range, iteration) }
        let pairs = try Self.pairs(range)
        switch iteration.macro {
        case .all: return try quantify(pairs, iteration, decidedBy: false)
        case .exists: return try quantify(pairs, iteration, decidedBy: true)
        case .existsOne:
            var count = 0
            for pair in pairs where try holds(iteration.body, pair, iteration) { count += 1 }
            return .bool(count == 1)
        case .filter:
            var items: [CELValue] = []
            for pair in pairs where try holds(iteration.body, pair, iteration) { items.append(pair.element) }
            return .list(items)
        case .map, .transformList:
            var items: [CELValue] = []
            try transform(pairs, iteration) { _, value in items.append(value) }
            return .list(items)
        case .transformMap:
            var members: [CELValue: CELValue] = [:]
            try transform(pairs, iteration) { key, value in members[key] = value }
            return .map(members)
        case .transformMapEntry:
            var members: [CELValue: CELValue] = [:]
            var failure: CELError?
            try transform(pairs, iteration) { _, value in
                guard case .map(let entry) = value else { return failure = .noOverload }
                for (key, member) in entry where members.updateValue(member, forKey: key) != nil { failure = CELError("insert failed: key \(key.text ?? "") already exists") }
            }
            if let failure { throw failure }
            return .map(members)
        case .optionalMap, .optionalFlatMap: return .null
        }
    }

    /// What is gone through: of a list its elements, of a map its keys in order. `element` is what one variable stands for, key and value what two do.
    private typealias Pair = (key: CELValue, value: CELValue, element: CELValue)

    private static func pairs(_ range: CELValue) throws(CELError) -> [Pair] {
        switch range {
        case .list(let items): return items.enumerated().map { (.int(Int64($0)), $1, $1) }
        case .map(let members): return members.sorted { ($0.key.order($1.key) ?? 0) < 0 }.map { ($0, $1, $0) }
        default: throw .noOverload
        }
    }

    private mutating func value(_ body: CELNode, _ pair: Pair, _ iteration: CELIteration) throws(CELError) -> CELValue {
        // What the loop itself costs: its condition and its accumulator.
        try charge(3)
        let names = iteration.variables
        let more = names.count == 2 ? [names[0]: pair.key, names[1]: pair.value] : [names[0]: pair.element]
        return try with(more) { (evaluation) throws(CELError) in try evaluation.value(body) }
    }

    private mutating func holds(_ body: CELNode, _ pair: Pair, _ iteration: CELIteration) throws(CELError) -> Bool {
        guard case .bool(let holds) = try value(body, pair, iteration) else { throw .noOverload }
        return holds
    }

    /// all and exists: one element that decides absorbs errors of the others.
    private mutating func quantify(_ pairs: [Pair], _ iteration: CELIteration, decidedBy decisive: Bool) throws(CELError) -> CELValue {
        var failure: CELError?
        for pair in pairs {
            do throws(CELError) {
                if try holds(iteration.body, pair, iteration) == decisive { return .bool(decisive) }
            } catch {
                if error.isFatal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    private mutating func transform(_ pairs: [Pair], _ iteration: CELIteration, _ take: (CELValue, CELValue) -> Void) throws(CELError) {
        for pair in pairs {
            if let filter = iteration.filter, !(try holds(filter, pair, iteration)) { continue }
            take(pair.key, try value(iteration.body, pair, iteration))
        }
    }

    private mutating func optional(_ range: CELValue, _ iteration: CELIteration) throws(CELError) -> CELValue {
        guard case .optional(let inside) = range else { throw .noOverload }
        guard let inside else { return .optional(nil) }
        let result = try with([iteration.variables[0]: inside]) { (evaluation) throws(CELError) in try evaluation.value(iteration.body) }
        if iteration.macro == .optionalMap { return .optional(result) }
        guard case .optional = result else { throw .noOverload }
        return result
    }
}
