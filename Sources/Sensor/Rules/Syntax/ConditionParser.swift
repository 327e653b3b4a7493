internal import Events
internal import Foundations

/// Reads a condition of the rule language.
///
///     expression  = conjunction , { "or" , conjunction } ;
///     conjunction = negation , { "and" , negation } ;
///     negation    = { "not" } , check ;
///     check       = "(" , expression , ")" | comparison | macro ;
///     comparison  = operand , ( "exists" | order , ( value | right ) | text , [ modifier ] , ( value | list | right ) | set , ( list | right ) ) ;
///     operand     = field | function ;
///     function    = transform , "(" , operand , ")" | "concat" , "(" , part , "," , part , { "," , part } , ")"
///                 | "join" , "(" , part , "," , ( operand | "(" , part , { "," , part } , ")" ) , ")"
///                 | "getopt" , "(" , operand , "," , value , ")" , [ "[" , argument , "]" ] ;
///     part        = operand | value ;
///     right       = "val" , "(" , field , ")" | function ;
///     field       = identifier , "." , identifier , { "." , identifier } , [ "[" , argument , "]" ] ;
///     argument    = quoted | { any byte but white space, brackets and quotation marks } ;
///     transform   = "tolower" | "toupper" | "b64" | "basename" | "len" ;
///     order       = "<" | "<=" | ">" | ">=" ;
///     text        = "=" | "==" | "!=" | "contains" | "icontains" | "bcontains" | "startswith" | "bstartswith" | "endswith"
///                 | "glob" | "iglob" | "regex" ;
///     modifier    = "oneof" | "anyof" | "allof" ;
///     set         = "in" | "intersects" | "pmatch" ;
///     list        = "(" , [ value , { "," , value } ] , ")" | identifier ;
///     value       = quoted | bare ;
///     macro       = identifier ;
///     quoted      = '"' , { character } , '"' | "'" , { character } , "'" ;
///     bare        = { any byte but white space, "(", ")", ",", "=" and quotation marks } ;
///     identifier  = letter , { letter | digit | "_" } ;
///
/// Keywords are lower case and end where a letter, digit or underscore does not follow. Depth is bounded by `depthMax`, length by
/// `bytesMax`; each loop takes at least one byte or ends, so parsing ends.
struct ConditionParser {
    /// Parentheses, negations and transformers inside one another; beyond that a condition is refused.
    static let depthMax = 100
    /// Bytes of one condition.
    static let bytesMax = 1 << 18

    private let source: SourceText
    var scanner: ConditionScanner
    var depth = 0

    private init(_ source: SourceText) {
        self.source = source
        scanner = ConditionScanner(source.text)
    }

    /// - Throws: the first thing that is wrong, with its place in the file.
    static func parse(_ source: SourceText) throws(Diagnostic) -> Expression {
        guard source.text.utf8.count <= bytesMax else { throw source.start.diagnostic("the condition is longer than \(bytesMax) bytes") }
        var parser = ConditionParser(source)
        parser.scanner.skipBlanks()
        if parser.scanner.isAtEnd { throw source.start.diagnostic("the condition is empty") }
        let expression = try parser.expression()
        parser.scanner.skipBlanks()
        guard parser.scanner.isAtEnd else {
            if parser.scanner.current == 0x29 { throw parser.wrong("this ')' closes nothing") }
            throw parser.wrong("expected 'and', 'or' or the end, found \(parser.scanner.next())")
        }
        return expression
    }

    func place(_ offset: Int) -> SourcePlace { source.place(at: offset) }
    func wrong(_ message: String, at offset: Int? = nil) -> Diagnostic { place(offset ?? scanner.at).diagnostic(message) }

    mutating func descend(_ at: Int) throws(Diagnostic) {
        depth += 1
        if depth > Self.depthMax { throw wrong("nested deeper than \(Self.depthMax) levels", at: at) }
    }

    // MARK: Logic

    private mutating func expression() throws(Diagnostic) -> Expression {
        var parts = [try conjunction()]
        while takeWord("or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(Diagnostic) -> Expression {
        var parts = [try negation()]
        while takeWord("and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(Diagnostic) -> Expression {
        // a run of negations is a loop, not a recursion: only its parity matters
        var isNegated = false
        while takeWord("not") { isNegated.toggle() }
        let inner = try check()
        return isNegated ? .not(inner) : inner
    }

    private mutating func takeWord(_ word: String) -> Bool {
        scanner.skipBlanks()
        return scanner.take(word: word)
    }

    private mutating func check() throws(Diagnostic) -> Expression {
        scanner.skipBlanks()
        let start = scanner.at
        if scanner.take(0x28) {
            try descend(start)
            let inner = try expression()
            scanner.skipBlanks()
            guard scanner.take(0x29) else {
                throw scanner.isAtEnd ? wrong("this '(' is never closed", at: start) : wrong("expected 'and', 'or' or ')', found \(scanner.next())")
            }
            depth -= 1
            return inner
        }
        if let left = try operand() { return .comparison(try comparison(left, start)) }
        if let name = scanner.identifier() {
            if Self.keywords.contains(name) { throw wrong("expected a check, found '\(name)'", at: start) }
            return .macro(Expression.Name(text: name, place: place(start)))
        }
        throw wrong("expected a field, a macro or '(', found \(scanner.next())")
    }

    private static let keywords: Set<String> = Set(["and", "or", "not"] + Comparator.allCases.map(\.rawValue).filter { $0.utf8.first! >= 0x61 })

    // MARK: Checks

    /// - Returns: nil when neither a field nor a transformer stands here.
    mutating func operand() throws(Diagnostic) -> Operand? {
        let start = scanner.at
        if let name = scanner.fieldName() { return try field(name, start) }
        if let name = scanner.identifier() {
            if let transform = Transform(rawValue: name), openParenthesis() {
                try descend(start)
                scanner.skipBlanks()
                guard var inner = try operand() else { throw wrong("expected a field inside \(name)(), found \(scanner.next())") }
                scanner.skipBlanks()
                guard scanner.take(0x29) else { throw wrong("expected ')' behind the field inside \(name)(), found \(scanner.next())") }
                depth -= 1
                inner.transforms.append(transform)
                return inner
            }
            if Composed.names.contains(name), openParenthesis() { return try composed(name, start) }
            if scanner.current == 0x28 {
                throw wrong("unknown transformer '\(name)'" + Self.suggestion(name, Transform.allCases.map(\.rawValue) + Composed.names.sorted()), at: start)
            }
        }
        scanner.rewind(to: start)
        return nil
    }

    private mutating func openParenthesis() -> Bool { scanner.take(0x28) }

    private mutating func field(_ name: String, _ start: Int) throws(Diagnostic) -> Operand {
        var argument: String?
        if scanner.take(0x5B) {
            let inside = scanner.at
            guard let text = scanner.bracket() else { throw wrong("expected an argument and ']' behind '\(name)['", at: inside) }
            argument = text
        }
        return Operand(field: name, argument: argument, transforms: [], place: place(start))
    }

    private mutating func comparison(_ left: Operand, _ start: Int) throws(Diagnostic) -> Comparison {
        scanner.skipBlanks()
        let operatorStart = scanner.at
        guard let comparator = comparator() else {
            let found = scanner.next()
            let word = String(found.dropFirst().dropLast())
            throw wrong(
                "expected an operator behind '\(left.field)', found \(found)" + Self.suggestion(word, Comparator.allCases.map(\.rawValue)), at: operatorStart)
        }
        var out = Comparison(left: left, comparator: comparator, right: .nothing, place: place(start))
        if comparator == .exists { return out }
        scanner.skipBlanks()
        let isModified = !comparator.isOrder && !comparator.takesList && takeModifier(&out)
        scanner.skipBlanks()
        if let right = try rightOperand() {
            out.right = .operand(right)
        } else if comparator.takesList || isModified {
            out.isList = true
            out.right = .values(try list(comparator))
        } else {
            guard let value = literal() else {
                throw wrong(scanner.current == 0x22 || scanner.current == 0x27 ? "this quotation mark is never closed" : "expected a value behind '\(comparator.rawValue)', found \(scanner.next())")
            }
            out.right = .values([value])
        }
        return out
    }

    private mutating func takeModifier(_ comparison: inout Comparison) -> Bool {
        if scanner.take(word: "oneof") || scanner.take(word: "anyof") { return true }
        guard scanner.take(word: "allof") else { return false }
        comparison.quantifier = .allOf
        return true
    }

    private static let symbols: [(String, Comparator)] = [
        ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("=", .equal), ("<", .less), (">", .greater),
    ]
    private static let words: [Comparator] = Comparator.allCases.filter { $0.rawValue.utf8.first! >= 0x61 }

    private mutating func comparator() -> Comparator? {
        for (symbol, comparator) in Self.symbols where scanner.take(symbol: symbol) { return comparator }
        return Self.words.first { scanner.take(word: $0.rawValue) }
    }

    // `val(field)`, or a transformer: on the right a field alone is text
    private mutating func rightOperand() throws(Diagnostic) -> Operand? {
        let start = scanner.at
        guard let name = scanner.identifier(), name == "val" || Transform(rawValue: name) != nil || Composed.names.contains(name), scanner.take(0x28) else {
            scanner.rewind(to: start)
            return nil
        }
        guard name == "val" else {
            scanner.rewind(to: start)
            return try operand()
        }
        scanner.skipBlanks()
        let inside = scanner.at
        guard let fieldName = scanner.fieldName() else { throw wrong("expected a field inside val(), found \(scanner.next())") }
        let out = try field(fieldName, inside)
        scanner.skipBlanks()
        guard scanner.take(0x29) else { throw wrong("expected ')' behind the field inside val(), found \(scanner.next())") }
        return out
    }

    private mutating func list(_ comparator: Comparator) throws(Diagnostic) -> [Literal] {
        let start = scanner.at
        guard scanner.take(0x28) else {
            guard let name = scanner.identifier() else {
                throw wrong("expected a list in parentheses or the name of one behind '\(comparator.rawValue)', found \(scanner.next())")
            }
            return [Literal(text: name, isQuoted: false, place: place(start))]
        }
        var out: [Literal] = []
        scanner.skipBlanks()
        if scanner.take(0x29) { return out }
        while true {
            scanner.skipBlanks()
            guard let value = literal() else {
                throw wrong(scanner.current == 0x22 || scanner.current == 0x27 ? "this quotation mark is never closed" : "expected a value of the list, found \(scanner.next())")
            }
            out.append(value)
            scanner.skipBlanks()
            if scanner.take(0x29) { return out }
            guard scanner.take(0x2C) else {
                throw scanner.isAtEnd ? wrong("this list is never closed", at: start) : wrong("expected ',' or ')' in the list, found \(scanner.next())")
            }
        }
    }

    mutating func literal() -> Literal? {
        let start = scanner.at
        if let quoted = scanner.quoted() { return Literal(text: quoted, isQuoted: true, place: place(start)) }
        if let bare = scanner.bareWord() { return Literal(text: bare, isQuoted: false, place: place(start)) }
        return nil
    }

    static func suggestion(_ word: String, _ names: [String]) -> String {
        FieldCatalog.nearest(to: word, among: names).map { "; did you mean '\($0)'?" } ?? ""
    }
}
