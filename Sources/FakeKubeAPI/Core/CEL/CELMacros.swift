/// What a call means when its function is no function: `has`, the iterations, `cel.bind`, and functions with dots in their names.
enum CELMacros {
    static let keywords: Set = ["true", "false", "null", "in"]
    static let reserved: Set = ["as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"]
    /// Functions that look like members of something.
    private static let qualified: Set = ["optional.of", "optional.none", "optional.ofNonZeroValue", "sets.contains", "sets.equivalent", "sets.intersects", "ip.isCanonical", "format.named", "jsonpatch.escapeKey"]

    /// `a.b.c` of names alone.
    static func qualifiedName(_ node: CELNode) -> String? {
        switch node.kind {
        case .name(let name): name
        case .select(let inner, let field, tests: false, isOptional: false): qualifiedName(inner).map { "\($0).\(field)" }
        default: nil
        }
    }

    static func call(_ function: String, target: CELNode?, _ arguments: [CELNode], _ offset: Int) throws(CELProblem) -> CELNode {
        guard let target else {
            guard function == "has", arguments.count == 1 else { return CELNode(.call(function, target: nil, arguments), offset) }
            guard case .select(let inner, let field, _, let isOptional) = arguments[0].kind else { throw CELProblem(offset: arguments[0].offset, message: "invalid argument to has() macro") }
            return CELNode(.select(inner, field, tests: true, isOptional: isOptional), offset)
        }
        if case .name("cel") = target.kind, function == "bind", arguments.count == 3 {
            guard case .name(let name) = arguments[0].kind else { throw CELProblem(offset: arguments[0].offset, message: "cel.bind() variable names must be simple identifiers") }
            return CELNode(.bind(name, arguments[1], arguments[2]), offset)
        }
        if case .name(let space) = target.kind {
            if qualified.contains("\(space).\(function)") { return CELNode(.call("\(space).\(function)", target: nil, arguments), offset) }
            // format.dns1123Label() is format.named('dns1123Label').value()
            if space == "format", arguments.isEmpty, CELFormats.names.contains(function) { return CELNode(.literal(.format(function)), offset) }
        }
        if let macro = macro(function, arguments.count) { return try iteration(macro, target, arguments, offset) }
        return CELNode(.call(function, target: target, arguments), offset)
    }

    private static func macro(_ function: String, _ count: Int) -> CELIteration.Macro? {
        switch (function, count) {
        case ("existsOne", 2), ("existsOne", 3): return .existsOne
        case ("all", 2...3), ("exists", 2...3), ("exists_one", 2...3), ("map", 2...3), ("filter", 2), ("optMap", 2), ("optFlatMap", 2), ("transformList", 3...4), ("transformMap", 3...4), ("transformMapEntry", 3...4):
            return .init(rawValue: function)
        default: return nil
        }
    }

    private static func iteration(_ macro: CELIteration.Macro, _ range: CELNode, _ arguments: [CELNode], _ offset: Int) throws(CELProblem) -> CELNode {
        let isTransform = [.transformList, .transformMap, .transformMapEntry].contains(macro)
        let count = isTransform || arguments.count == 3 && macro != .map ? 2 : 1
        var variables: [String] = []
        for argument in arguments.prefix(count) {
            guard case .name(let name) = argument.kind else { throw CELProblem(offset: argument.offset, message: "argument must be a simple name") }
            variables.append(name)
        }
        if count == 2, variables[0] == variables[1] { throw CELProblem(offset: arguments[1].offset, message: "duplicate variable name: \(variables[0])") }
        let bodies = arguments.dropFirst(count)
        guard let body = bodies.last else { throw CELProblem(offset: offset, message: "argument is missing") }
        return CELNode(.iteration(CELIteration(macro: macro, range: range, variables: variables, filter: bodies.count == 2 ? bodies.first : nil, body: body)), offset)
    }
}
