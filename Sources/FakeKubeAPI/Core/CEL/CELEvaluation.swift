/// Gives expressions their values, and counts what that costs: as the reference implementation counts it, by parts that are looked at and
/// characters that are gone through. One evaluation may be asked for several expressions, which then share a budget.
struct CELEvaluation {
    /// Of one expression (`PerCallLimit` in k8s.io/apiserver/pkg/apis/cel), and of all the expressions that an object is held against.
    static let callCostMax = 1_000_000
    static let budget = 10_000_000
    static let matchBudget = 2_500_000

    typealias Failure = CELError

    var variables: [String: CELValue]
    /// Expressions behind the members of `variables`, evaluated when they are first asked for.
    var composed: [String: CELNode] = [:]
    private var composedValues: [String: Result<CELValue, CELError>] = [:]
    /// Whether an attempt is allowed, and why: what `check(verb)` of an authorizer asks.
    var authorize: (CELAuthorizer, String) -> (Bool, String) = { _, _ in (false, "") }
    /// Of the current expression.
    private(set) var cost = 0
    /// Patterns that have been read in this evaluation.
    private var patterns: [String: CELPattern] = [:]

    init(_ variables: [String: CELValue]) { self.variables = variables }

    /// The value of a whole expression, with its cost.
    mutating func run(_ node: CELNode) -> (Result<CELValue, CELError>, cost: Int) {
        cost = 0
        let result: Result<CELValue, CELError>
        do throws(CELError) { result = .success(try value(node)) } catch { result = .failure(error) }
        return (result, cost)
    }

    mutating func charge(_ more: Int) throws(CELError) {
        cost += max(more, 0)
        if cost > Self.callCostMax { throw CELError("operation cancelled: actual cost limit exceeded", isFatal: true) }
    }

    /// A tenth of what has been gone through, and at least one.
    static func traversal(_ size: Int) -> Int { (size + 9) / 10 }

    mutating func value(_ node: CELNode) throws(CELError) -> CELValue {
        switch node.kind {
        case .literal(let value): return value
        case .name(let name): return try named(name)
        case .select(let inner, let field, let tests, let isOptional): return try select(inner, field, tests: tests, isOptional: isOptional)
        case .call(let function, let target, let arguments): return try call(function, target, arguments)
        case .list(let items, let optional): return try list(items, optional)
        case .map(let keys, let values, let optional): return try map(keys, values, optional)
        case .message(let name, let fields, let values, let optional): return try message(name, fields, values, optional)
        case .iteration(let iteration): return try iterate(iteration)
        case .bind(let name, let value, let body):
            let bound = try self.value(value)
            return try with([name: bound]) { (evaluation) throws(CELError) in try evaluation.value(body) }
        }
    }

    /// Evaluates with more variables, which may hide others.
    mutating func with<Result>(_ more: [String: CELValue], _ body: (inout CELEvaluation) throws(CELError) -> Result) throws(CELError) -> Result {
        let hidden = variables
        variables.merge(more) { $1 }
        defer { variables = hidden }
        return try body(&self)
    }

    // MARK: Names and members

    private static let types: Set = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type"]

    private mutating func named(_ name: String) throws(CELError) -> CELValue {
        if let value = variables[name] {
            try charge(1)
            return value
        }
        if Self.types.contains(name) { return .type(name) }
        throw CELError("no such attribute(s): \(name)")
    }

    private mutating func select(_ inner: CELNode, _ field: String, tests: Bool, isOptional: Bool) throws(CELError) -> CELValue {
        if case .name("variables") = inner.kind, !composed.isEmpty, variables["variables"] == nil { return try composedValue(field, tests: tests) }
        if let name = CELMacros.qualifiedName(inner), case .string(let kind)? = Self.wellKnown["\(name).\(field)"] { return .type(kind) }
        if case .name(let name) = inner.kind, let known = variables["\(name).\(field)"] { return known }
        let whole = try value(inner)
        try charge(1)
        var isViral = isOptional
        var holder = whole
        if case .optional(let inside) = whole {
            isViral = true
            guard let inside else { return tests ? .bool(false) : .optional(nil) }
            holder = inside
        }
        guard case .map(let members) = holder else {
            if isViral, case .null = holder { return tests ? .bool(false) : .optional(nil) }
            throw .noOverload
        }
        let member = members[.string(field)]
        if tests { return .bool(member != nil) }
        if isViral { return .optional(member) }
        guard let member else { throw CELError("no such key: \(field)") }
        return member
    }

    private static let wellKnown: [String: CELValue] = ["google.protobuf.Timestamp": .string("google.protobuf.Timestamp"), "google.protobuf.Duration": .string("google.protobuf.Duration")]

    private mutating func composedValue(_ name: String, tests: Bool) throws(CELError) -> CELValue {
        guard let node = composed[name] else {
            if tests { return .bool(false) }
            throw CELError("no such key: \(name)")
        }
        if tests { return .bool(true) }
        if let known = composedValues[name] { return try known.get() }
        // Until it is known, asking for it again is asking in a circle.
        composedValues[name] = .failure(CELError("no such key: \(name)"))
        let result: Result<CELValue, CELError>
        do throws(CELError) { result = .success(try value(node)) } catch { result = .failure(error) }
        composedValues[name] = result
        return try result.get()
    }

    // MARK: Literals

    private mutating func list(_ nodes: [CELNode], _ optional: Set<Int>) throws(CELError) -> CELValue {
        try charge(10)
        var items: [CELValue] = []
        for (index, node) in nodes.enumerated() {
            let item = try value(node)
            guard optional.contains(index) else {
                items.append(item)
                continue
            }
            guard case .optional(let inside) = item else { throw .noOverload }
            if let inside { items.append(inside) }
        }
        return .list(items)
    }

    private mutating func map(_ keys: [CELNode], _ values: [CELNode], _ optional: Set<Int>) throws(CELError) -> CELValue {
        try charge(30)
        var members: [CELValue: CELValue] = [:]
        for (index, (key, node)) in zip(keys, values).enumerated() {
            let name = try value(key)
            guard Self.isKey(name) else { throw CELError("unsupported key type: \(name.typeName)") }
            guard members[name] == nil else { throw CELError("Failed with repeated key") }
            let member = try value(node)
            guard optional.contains(index) else {
                members[name] = member
                continue
            }
            guard case .optional(let inside) = member else { throw .noOverload }
            if let inside { members[name] = inside }
        }
        return .map(members)
    }

    static func isKey(_ value: CELValue) -> Bool {
        switch value {
        case .bool, .int, .uint, .string: true
        default: false
        }
    }

    private mutating func message(_ name: String, _ fields: [String], _ values: [CELNode], _ optional: Set<Int>) throws(CELError) -> CELValue {
        try charge(40)
        // Objects of admission policies are written as messages; the types of their fields are the schema's to judge.
        guard name == "Object" || name.hasPrefix("Object.") || name == "JSONPatch" else { throw CELError("unknown type: \(name)") }
        var members: [CELValue: CELValue] = [:]
        for (index, (field, node)) in zip(fields, values).enumerated() {
            let member = try value(node)
            guard optional.contains(index) else {
                members[.string(field)] = member
                continue
            }
            guard case .optional(let inside) = member else { throw .noOverload }
            if let inside { members[.string(field)] = inside }
        }
        return .map(members)
    }

    // MARK: Calls

    private mutating func call(_ function: String, _ target: CELNode?, _ arguments: [CELNode]) throws(CELError) -> CELValue {
        switch function {
        case "_&&_": return try logic(arguments, decidedBy: false)
        case "_||_": return try logic(arguments, decidedBy: true)
        case "_?_:_":
            guard case .bool(let condition) = try value(arguments[0]) else { throw .noOverload }
            return try value(arguments[condition ? 1 : 2])
        case "orValue", "or":
            guard let target, arguments.count == 1 else { throw .noOverload }
            guard case .optional(let inside) = try value(target) else { throw .noOverload }
            try charge(1)
            guard let inside else { return try value(arguments[0]) }
            return function == "or" ? .optional(inside) : inside
        default: break
        }
        var values: [CELValue] = []
        if let target { values.append(try value(target)) }
        for argument in arguments { values.append(try value(argument)) }
        try charge(CELCost.of(function, values))
        return try CELFunctions.call(function, isMember: target != nil, values, &self)
    }

    /// One operand that decides absorbs errors of the others, whichever comes first.
    private mutating func logic(_ operands: [CELNode], decidedBy decisive: Bool) throws(CELError) -> CELValue {
        var failure: CELError?
        for operand in operands {
            do throws(CELError) {
                guard case .bool(let holds) = try value(operand) else { throw .noOverload }
                if holds == decisive { return .bool(decisive) }
            } catch {
                if error.isFatal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    /// A pattern, read once.
    mutating func pattern(_ text: String) throws(CELError) -> CELPattern {
        if let known = patterns[text] { return known }
        let made: CELPattern
        do { made = try CELPattern(text) } catch { throw CELError("error parsing regexp: \(error.message)") }
        patterns[text] = made
        return made
    }
}
