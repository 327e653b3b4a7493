/// A part of a parsed expression. Operators are calls of functions that are named as messages name them: `_+_`, `!_`, `_[_]`.
struct CELNode: Sendable {
    indirect enum Kind: Sendable {
        case literal(CELValue)
        case name(String)
        /// `a.b`; with `tests` it is `has(a.b)`, with `isOptional` `a.?b`.
        case select(CELNode, String, tests: Bool, isOptional: Bool)
        case call(String, target: CELNode?, [CELNode])
        /// Elements, and which of them are optional (`[?a]`).
        case list([CELNode], optional: Set<Int>)
        case map([CELNode], [CELNode], optional: Set<Int>)
        /// `Type{field: value}`.
        case message(String, [String], [CELNode], optional: Set<Int>)
        case iteration(CELIteration)
        case bind(String, CELNode, CELNode)
    }

    var kind: Kind
    /// Of the character that errors point at: of a call its operator or parenthesis.
    var offset: Int
    /// Levels below and with this one.
    var depth: Int

    init(_ kind: Kind, _ offset: Int) {
        self.kind = kind
        self.offset = offset
        depth = 1 + (Self.children(kind).map(\.depth).max() ?? 0)
    }

    private static func children(_ kind: Kind) -> [CELNode] {
        switch kind {
        case .literal, .name: []
        case .select(let inner, _, _, _): [inner]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .list(let items, _): items
        case .map(let keys, let values, _): keys + values
        case .message(_, _, let values, _): values
        case .iteration(let iteration): [iteration.range] + iteration.bodies
        case .bind(_, let value, let body): [value, body]
        }
    }

    var children: [CELNode] { Self.children(kind) }

    /// All names that are read, those of variables of iterations too.
    var names: Set<String> {
        var found: Set<String> = []
        if case .name(let name) = kind { found.insert(name) }
        for child in children { found.formUnion(child.names) }
        return found
    }
}
