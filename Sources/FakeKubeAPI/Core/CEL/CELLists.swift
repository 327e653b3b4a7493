/// What lists are asked for, and sets, which are lists in which nothing but membership counts.
enum CELLists {
    static func call(_ function: String, _ items: [CELValue], _ rest: [CELValue]) throws(CELError) -> CELValue? {
        switch (function, rest.count) {
        case ("isSorted", 0):
            for (a, b) in zip(items, items.dropFirst()) {
                guard let order = a.order(b) else { throw .noOverload }
                if order > 0 { return .bool(false) }
            }
            return .bool(true)
        case ("sum", 0): return try sum(items)
        case ("min", 0), ("max", 0):
            guard var best = items.first else { throw CELError("\(function) called on empty list") }
            for item in items.dropFirst() {
                guard let order = item.order(best) else { throw .noOverload }
                if function == "min" ? order < 0 : order > 0 { best = item }
            }
            return best
        case ("indexOf", 1): return .int(Int64(items.firstIndex(of: rest[0]) ?? -1))
        case ("lastIndexOf", 1): return .int(Int64(items.lastIndex(of: rest[0]) ?? -1))
        case ("join", 0...1):
            var texts: [String] = []
            for item in items { texts.append(try CELTexts.string(item)) }
            return .string(texts.joined(separator: rest.isEmpty ? "" : try CELTexts.string(rest[0])))
        case ("reverse", 0): return .list(items.reversed())
        case ("distinct", 0):
            var seen: Set<CELValue> = []
            return .list(items.filter { seen.insert($0).inserted })
        case ("sort", 0):
            for (a, b) in zip(items, items.dropFirst()) where a.order(b) == nil { throw .noOverload }
            return .list(items.sorted { ($0.order($1) ?? 0) < 0 })
        case ("slice", 2):
            guard case .int(let start) = rest[0], case .int(let end) = rest[1] else { throw .noOverload }
            guard start >= 0, start <= end, end <= items.count else { throw CELError("cannot slice(\(start), \(end)), list is length \(items.count)") }
            return .list(Array(items[Int(start)..<Int(end)]))
        case ("first", 0): return .optional(items.first)
        case ("last", 0): return .optional(items.last)
        case ("flatten", 0): return .list(items.flatMap { if case .list(let inner) = $0 { inner } else { [$0] } })
        case ("sets.contains", 1): return .bool(try other(rest).allSatisfy(Set(items).contains))
        case ("sets.equivalent", 1): return .bool(try Set(items) == Set(other(rest)))
        case ("sets.intersects", 1): return .bool(!(try Set(items).isDisjoint(with: other(rest))))
        default: return nil
        }
    }

    private static func other(_ rest: [CELValue]) throws(CELError) -> [CELValue] {
        guard case .list(let items) = rest[0] else { throw .noOverload }
        return items
    }

    private static func sum(_ items: [CELValue]) throws(CELError) -> CELValue {
        guard var total = items.first else { return .int(0) }
        if items.count == 1, total.order(numeric: total) == nil, !{ if case .duration = total { true } else { false } }() { throw .noOverload }
        for item in items.dropFirst() {
            switch (total, item) {
            case (.int, .int), (.uint, .uint), (.double, .double), (.duration, .duration):
                guard let next = try CELOperators.call("_+_", [total, item]) else { throw .noOverload }
                total = next
            default: throw .noOverload
            }
        }
        return total
    }
}
