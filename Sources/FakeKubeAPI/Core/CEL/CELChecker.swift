/// Holds an expression against the types of what it may name, before it is used: undeclared names, undefined fields, calls that fit no function.
struct CELChecker {
    private(set) var problems: [CELProblem] = []
    private var variables: [String: CELType]
    private let types: CELTypes
    /// Within what `format` is given, elements may be of any types.
    private var mixes = false

    init(variables: [String: CELType], types: CELTypes) {
        self.variables = variables
        self.types = types
    }

    private mutating func fail(_ offset: Int, _ message: String) -> CELType {
        problems.append(CELProblem(offset: offset, message: message))
        return .dyn
    }

    mutating func type(_ node: CELNode) -> CELType {
        switch node.kind {
        case .literal(let value): return Self.type(of: value)
        case .name(let name):
            if let known = variables[name] { return known }
            return Self.typeNames.contains(name) ? .type : fail(node.offset, "undeclared reference to '\(name)' (in container '')")
        case .select(let inner, let field, let tests, let isOptional): return select(node, inner, field, tests: tests, isOptional: isOptional)
        case .call(let function, let target, let arguments): return call(node, function, target, arguments)
        case .list(let items, let optional): return .list(common(items.enumerated().map { (optional.contains($0) ? unwrapped(type($1)) : type($1), $1.offset) }))
        case .map(let keys, let values, let optional):
            let key = common(keys.map { (type($0), $0.offset) })
            return .map(key, common(values.enumerated().map { (optional.contains($0) ? unwrapped(type($1)) : type($1), $1.offset) }))
        case .message(let name, _, let values, _):
            for value in values { _ = type(value) }
            return name == "Object" || name.hasPrefix("Object.") || name == "JSONPatch" ? .object(name) : fail(node.offset, "undeclared reference to '\(name)' (in container '')")
        case .iteration(let iteration): return iterate(node, iteration)
        case .bind(let name, let value, let body): return with([name: type(value)]) { $0.type(body) }
        }
    }

    private static let typeNames: Set = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type"]

    private static func type(of value: CELValue) -> CELType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .format: .opaque("kubernetes.NamedFormat")
        default: .dyn
        }
    }

    private mutating func with(_ more: [String: CELType], _ body: (inout CELChecker) -> CELType) -> CELType {
        let hidden = variables
        variables.merge(more) { $1 }
        defer { variables = hidden }
        return body(&self)
    }

    private func unwrapped(_ type: CELType) -> CELType { if case .optional(let inner) = type { inner } else { type } }

    /// Elements of a literal are of one type.
    private mutating func common(_ elements: [(CELType, offset: Int)]) -> CELType {
        guard var first = elements.first?.0 else { return .dyn }
        for (type, offset) in elements.dropFirst() {
            var bound: [String: CELType] = [:]
            if first == .dyn || type == .dyn || mixes { first = .dyn } else if !first.accepts(type, &bound) { return fail(offset, "expected type '\(first)' but found '\(type)'") }
        }
        return first
    }

    // MARK: Members

    private mutating func select(_ node: CELNode, _ inner: CELNode, _ field: String, tests: Bool, isOptional: Bool) -> CELType {
        if let name = CELMacros.qualifiedName(node) {
            if let known = variables[name] { return tests ? .bool : known }
            if name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration" { return .type }
        }
        var holder = type(inner)
        var isViral = isOptional
        if case .optional(let inside) = holder {
            holder = inside
            isViral = true
        }
        let member = self.member(field, of: holder, node.offset)
        return tests ? .bool : isViral ? .optional(unwrapped(member)) : member
    }

    private mutating func member(_ field: String, of holder: CELType, _ offset: Int) -> CELType {
        switch holder {
        case .dyn, .parameter: return .dyn
        case .map(_, let value): return value
        case .object(let name):
            guard let fields = types.fields(of: name) else { return .dyn }
            return fields[field] ?? fail(offset, "undefined field '\(field)'")
        default: return fail(offset, "type '\(holder)' does not support field selection")
        }
    }

    // MARK: Calls

    private mutating func call(_ node: CELNode, _ function: String, _ target: CELNode?, _ arguments: [CELNode]) -> CELType {
        let mixed = mixes
        mixes = mixes || function == "format"
        var given = arguments.map { type($0) }
        mixes = mixed
        if let target { given.insert(type(target), at: 0) }
        if function == "_&&_" || function == "_||_" {
            for (type, argument) in zip(given, arguments) where type != .bool && type != .dyn { return fail(argument.offset, "expected type 'bool' but found '\(type)'") }
            return .bool
        }
        if Self.comparisons.contains(function) {
            if given.contains(.dyn) || Self.isComparable(given[0], given[1]) { return .bool }
            return fail(node.offset, noOverload(function, nil, given))
        }
        guard let signatures = CELSignature.all[function] else { return fail(node.offset, "undeclared reference to '\(function)' (in container '')") }
        var results: Set<CELType> = []
        for signature in signatures where signature.isMember == (target != nil) && signature.arguments.count == given.count {
            var bound: [String: CELType] = [:]
            if zip(signature.arguments, given).allSatisfy({ wanted, actual in wanted.accepts(actual, &bound) }) { results.insert(signature.result.resolved(bound)) }
        }
        guard let result = results.first else { return fail(node.offset, noOverload(function, target == nil ? nil : given.removeFirst(), given)) }
        // Several may be meant while the kinds are not known.
        return results.count == 1 ? result : .dyn
    }

    private func noOverload(_ function: String, _ target: CELType?, _ arguments: [CELType]) -> String {
        let list = "(" + arguments.map(\.description).joined(separator: ", ") + ")"
        return "found no matching overload for '\(function)' applied to '\(target.map { "\($0)." } ?? "")\(list)'"
    }

    private static let comparisons: Set = ["_<_", "_<=_", "_>_", "_>=_"]
    private static let numbers: Set<CELType> = [.int, .uint, .double]
    private static let ordered: Set<CELType> = [.string, .bytes, .bool, .timestamp, .duration]

    private static func isComparable(_ a: CELType, _ b: CELType) -> Bool { numbers.contains(a) && numbers.contains(b) || a == b && ordered.contains(a) }

    // MARK: Macros

    private mutating func iterate(_ node: CELNode, _ iteration: CELIteration) -> CELType {
        let range = type(iteration.range)
        let key: CELType
        let value: CELType
        var element: CELType
        switch range {
        case .dyn, .parameter: (key, value, element) = (.dyn, .dyn, .dyn)
        case .list(let item): (key, value, element) = (.int, item, item)
        case .map(let name, let item): (key, value, element) = (name, item, name)
        case .optional(let inner) where iteration.macro == .optionalMap || iteration.macro == .optionalFlatMap: (key, value, element) = (.dyn, .dyn, inner)
        default: return fail(iteration.range.offset, "expression of type '\(range)' cannot be range of a comprehension (must be list, map, or dynamic)")
        }
        let names = iteration.variables
        let more = names.count == 2 ? [names[0]: key, names[1]: value] : [names[0]: element]
        var body = CELType.dyn
        _ = with(more) { checker in
            if let filter = iteration.filter { checker.expectBool(filter) }
            body = checker.type(iteration.body)
            return body
        }
        switch iteration.macro {
        case .all, .exists, .existsOne, .filter:
            if body != .bool, body != .dyn { _ = fail(iteration.body.offset, "expected type 'bool' but found '\(body)'") }
            if iteration.macro != .filter { return .bool }
            if case .map = range { element = key }
            return .list(element)
        case .map, .transformList: return .list(body)
        case .transformMap: return .map(key, body)
        case .transformMapEntry: return body
        case .optionalMap: return .optional(body)
        case .optionalFlatMap: return .optional(unwrapped(body))
        }
    }

    private mutating func expectBool(_ node: CELNode) {
        let type = type(node)
        if type != .bool, type != .dyn { _ = fail(node.offset, "expected type 'bool' but found '\(type)'") }
    }
}
