/// Reads an expression. The grammar is that of the language definition (cel-spec, `langdef.md`), with macros as parts of their own:
///
///     expression = or , [ "?" , or , ":" , expression ] ;
///     or = and , { "||" , and } ;  and = relation , { "&&" , relation } ;
///     relation = sum , { ( "<" | "<=" | ">=" | ">" | "==" | "!=" | "in" ) , sum } ;  sum, product = likewise ;
///     unary = { "!" } , member | { "-" } , member ;
///     member = primary , { "." , [ "?" ] , name , [ arguments ] | "[" , [ "?" ] , expression , "]" | "{" , fields , "}" } ;
struct CELParser {
    /// Levels of parentheses, and of parts within parts (`a.b.c.d` has four).
    static let depthMax = 100
    /// Characters.
    static let lengthMax = 100_000

    private let tokens: [(CELLexer.Token, Int)]
    private var at = 0
    private var level = 0

    static func parse(_ source: String) throws(CELProblem) -> CELNode {
        guard source.unicodeScalars.count <= lengthMax else { throw CELProblem(offset: 0, message: "expression code point size exceeds limit: size: \(source.unicodeScalars.count), limit \(lengthMax)") }
        var parser = CELParser(tokens: try CELLexer.tokens(source))
        let node = try parser.expression()
        guard parser.token == .end else { throw parser.unexpected("extraneous input '\(parser.shown)' expecting <EOF>") }
        return node
    }

    private init(tokens: [(CELLexer.Token, Int)]) { self.tokens = tokens }

    // MARK: Tokens

    private var token: CELLexer.Token { tokens[at].0 }
    private var offset: Int { tokens[at].1 }
    private mutating func advance() { if at < tokens.count - 1 { at += 1 } }

    private mutating func take(_ symbol: String) -> Bool {
        guard token == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELProblem) {
        guard take(symbol) else { throw unexpected("mismatched input '\(shown)' expecting '\(symbol)'") }
    }

    private var shown: String {
        switch token {
        case .int(let value): String(value)
        case .uint(let value): "\(value)u"
        case .double(let value): String(value)
        case .string(let value): "\"\(value)\""
        case .bytes: "b\"\""
        case .identifier(let name): name
        case .quoted(let name): "`\(name)`"
        case .symbol(let symbol): symbol
        case .end: "<EOF>"
        }
    }

    private func unexpected(_ message: String) -> CELProblem { CELProblem(offset: offset, message: "Syntax error: \(message)") }

    private static let starts = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

    private func node(_ kind: CELNode.Kind, _ offset: Int) throws(CELProblem) -> CELNode {
        let node = CELNode(kind, offset)
        guard node.depth <= Self.depthMax else { throw CELProblem(offset: offset, message: "expression recursion limit exceeded: \(Self.depthMax)") }
        return node
    }

    // MARK: Operators

    private mutating func expression() throws(CELProblem) -> CELNode {
        level += 1
        defer { level -= 1 }
        guard level <= Self.depthMax else { throw CELProblem(offset: offset, message: "expression recursion limit exceeded: \(Self.depthMax)") }
        let condition = try binary(0)
        let place = offset
        guard take("?") else { return condition }
        let yes = try binary(0)
        try expect(":")
        return try node(.call("_?_:_", target: nil, [condition, yes, try expression()]), place)
    }

    private static let levels: [[String]] = [["||"], ["&&"], ["<", "<=", ">=", ">", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"]]

    private func binaryOperator(_ level: Int) -> String? {
        switch token {
        case .symbol(let symbol) where Self.levels[level].contains(symbol): symbol
        case .identifier("in") where level == 2: "in"
        default: nil
        }
    }

    private mutating func binary(_ level: Int) throws(CELProblem) -> CELNode {
        guard level < Self.levels.count else { return try unary() }
        var left = try binary(level + 1)
        if level < 2 {
            // Long chains of && and || stay flat.
            let place = offset
            var operands = [left]
            while take(Self.levels[level][0]) { operands.append(try binary(level + 1)) }
            return operands.count == 1 ? left : try node(.call("_\(Self.levels[level][0])_", target: nil, operands), place)
        }
        while let symbol = binaryOperator(level) {
            let place = offset
            advance()
            let right = try binary(level + 1)
            left = try node(.call(symbol == "in" ? "@in" : "_\(symbol)_", target: nil, [left, right]), place)
        }
        return left
    }

    private mutating func unary() throws(CELProblem) -> CELNode {
        let place = offset
        var count = 0
        for symbol in ["!", "-"] {
            while take(symbol) { count += 1 }
            guard count > 0 else { continue }
            if symbol == "-", case .int(let value) = token {
                let literal = try node(.literal(.int(value == .min ? .min : -value)), place)
                advance()
                return try member(count % 2 == 1 ? literal : try node(.call("-_", target: nil, [literal]), place))
            }
            if symbol == "-", case .double(let value) = token {
                advance()
                return try member(try node(.literal(.double(count % 2 == 1 ? -value : value)), place))
            }
            let inner = try member(try primary())
            return count % 2 == 0 ? inner : try node(.call(symbol + "_", target: nil, [inner]), place)
        }
        return try member(try primary())
    }

    // MARK: Members

    private mutating func member(_ start: CELNode) throws(CELProblem) -> CELNode {
        var result = start
        while true {
            let place = offset
            if take(".") {
                let isOptional = take("?")
                let field = try fieldName()
                let open = offset
                if !isOptional, case .identifier = tokens[at - 1].0, take("(") {
                    let arguments = try list(until: ")").items
                    result = try CELMacros.call(field, target: result, arguments, open)
                    result = try node(result.kind, result.offset)
                } else {
                    result = try node(.select(result, field, tests: false, isOptional: isOptional), place)
                }
            } else if take("[") {
                let isOptional = take("?")
                let index = try expression()
                try expect("]")
                result = try node(.call(isOptional ? "_[?_]" : "_[_]", target: nil, [result, index]), place)
            } else if token == .symbol("{"), let name = CELMacros.qualifiedName(result) {
                advance()
                result = try message(name, place)
            } else {
                return result
            }
        }
    }

    private mutating func fieldName() throws(CELProblem) -> String {
        switch token {
        case .identifier(let name) where !CELMacros.keywords.contains(name), .quoted(let name):
            advance()
            return name
        default: throw unexpected("no viable alternative at input '.\(shown)'")
        }
    }

    private mutating func primary() throws(CELProblem) -> CELNode {
        let place = offset
        switch token {
        case .int(let value):
            guard value != .min else { throw CELProblem(offset: place, message: "invalid int literal") }
            advance()
            return try node(.literal(.int(value)), place)
        case .uint(let value): return try literal(.uint(value), place)
        case .double(let value): return try literal(.double(value), place)
        case .string(let value): return try literal(.string(value), place)
        case .bytes(let value): return try literal(.bytes(value), place)
        case .identifier("true"): return try literal(.bool(true), place)
        case .identifier("false"): return try literal(.bool(false), place)
        case .identifier("null"): return try literal(.null, place)
        case .identifier(let name) where name != "in": return try self.name(place)
        case .symbol("."):
            advance()
            guard case .identifier(let name) = token, !CELMacros.keywords.contains(name) else { throw unexpected("mismatched input '\(shown)' expecting IDENTIFIER") }
            return try self.name(place)
        case .symbol("("):
            advance()
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["):
            advance()
            let (items, optional) = try list(until: "]")
            return try node(.list(items, optional: optional), place)
        case .symbol("{"):
            advance()
            return try map(place)
        default: throw unexpected("\(token == .end ? "mismatched" : "extraneous") input '\(shown)' expecting \(Self.starts)")
        }
    }

    private mutating func literal(_ value: CELValue, _ place: Int) throws(CELProblem) -> CELNode {
        advance()
        return try node(.literal(value), place)
    }

    private mutating func name(_ place: Int) throws(CELProblem) -> CELNode {
        guard case .identifier(let name) = token else { throw unexpected("mismatched input '\(shown)' expecting IDENTIFIER") }
        if CELMacros.reserved.contains(name) { throw unexpected("reserved identifier: \(name)") }
        advance()
        let open = offset
        guard take("(") else { return try node(.name(name), place) }
        let made = try CELMacros.call(name, target: nil, try list(until: ")").items, open)
        return try node(made.kind, made.offset)
    }

    /// Expressions between commas; a comma may stand behind the last one of a list.
    private mutating func list(until end: String) throws(CELProblem) -> (items: [CELNode], optional: Set<Int>) {
        var items: [CELNode] = []
        var optional: Set<Int> = []
        while !take(end) {
            if end == "]", take("?") { optional.insert(items.count) }
            items.append(try expression())
            guard take(",") else {
                try expect(end)
                break
            }
            if end == ")", token == .symbol(")") { throw unexpected("extraneous input ')' expecting \(Self.starts)") }
        }
        return (items, optional)
    }

    private mutating func map(_ place: Int) throws(CELProblem) -> CELNode {
        var keys: [CELNode] = []
        var values: [CELNode] = []
        var optional: Set<Int> = []
        while !take("}") {
            if take("?") { optional.insert(keys.count) }
            keys.append(try expression())
            try expect(":")
            values.append(try expression())
            guard take(",") else {
                try expect("}")
                break
            }
        }
        return try node(.map(keys, values, optional: optional), place)
    }

    private mutating func message(_ name: String, _ place: Int) throws(CELProblem) -> CELNode {
        var fields: [String] = []
        var values: [CELNode] = []
        var optional: Set<Int> = []
        while !take("}") {
            if take("?") { optional.insert(fields.count) }
            fields.append(try fieldName())
            try expect(":")
            values.append(try expression())
            guard take(",") else {
                try expect("}")
                break
            }
        }
        return try node(.message(name, fields, values, optional: optional), place)
    }
}
