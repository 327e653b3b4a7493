/// `range.all(x, test)` and its like.
struct CELIteration: Sendable {
    enum Macro: String, Sendable { case all, exists, existsOne = "exists_one", map, filter, transformList, transformMap, transformMapEntry, optionalMap = "optMap", optionalFlatMap = "optFlatMap" }

    var macro: Macro
    var range: CELNode
    /// One variable is the element (the key of a map); of two the first is the index or key.
    var variables: [String]
    /// A filter, for `map` with three arguments and the transforms with four.
    var filter: CELNode?
    var body: CELNode

    var bodies: [CELNode] { (filter.map { [$0] } ?? []) + [body] }
}
