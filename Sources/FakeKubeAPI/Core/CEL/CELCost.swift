/// What a call costs, by the sizes of what it goes through.
enum CELCost {
    static func of(_ function: String, _ values: [CELValue]) -> Int {
        func size(_ index: Int) -> Int { index < values.count ? values[index].size ?? 1 : 0 }
        func traversal(_ size: Int) -> Int { CELEvaluation.traversal(size) }
        switch function {
        case "startsWith", "endsWith": return traversal(size(1))
        case "contains": return max(1, traversal(size(0)) * traversal(size(1)))
        // A quarter for each character of the pattern.
        case "matches", "find", "findAll": return max(1, traversal(size(0) + 1) * ((size(1) + 3) / 4))
        case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_": return max(1, traversal(min(size(0), size(1))))
        case "_+_": return max(1, traversal(size(0) + size(1)))
        case "@in": if case .list(let items)? = values.last { return max(1, items.count) } else { return 1 }
        case "indexOf", "lastIndexOf": return max(1, traversal(size(0)) * traversal(size(1)))
        case "replace", "split", "lowerAscii", "upperAscii", "substring", "trim", "format", "string", "bytes", "quantity", "isQuantity", "url", "isURL", "ip", "isIP", "cidr", "isCIDR": return 1 + traversal(size(0))
        case "sum", "min", "max", "isSorted", "join", "flatten", "reverse", "sort", "distinct": return 1 + size(0)
        case "sets.contains", "sets.equivalent", "sets.intersects": return 1 + size(0) * size(1)
        // The price of asking the authorizer.
        case "check": return 350_000
        default: return 1
        }
    }
}
