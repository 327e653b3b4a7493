internal import Events
internal import Foundations

/// Resolves what a condition names: macros, lists, fields and the literals that fit them.
///
/// Bounds: `checksMax` checks of one condition with its macros put in, `literalsMax` values of one list spelt out; beyond them the
/// rule is refused. A macro or list that contains itself is refused with the names on the way round.
struct ConditionCompiler {
    static let checksMax = 20_000
    static let literalsMax = 100_000

    struct MacroDefinition {
        var expression: Result<Expression, Diagnostic>
        var place: SourcePlace
    }

    let macros: [String: MacroDefinition]
    let lists: [String: [ListElement]]
    /// What was used and cannot be known, in the order in which it was met.
    private(set) var unsupported: [String] = []
    private var compiled: [String: CompiledMacro] = [:]

    struct ListElement: Sendable {
        var text: String
        var isQuoted: Bool
    }

    private struct CompiledMacro {
        var condition: Condition
        var checks: Int
        var unsupported: [String]
    }

    private var checks = 0

    init(macros: [String: MacroDefinition] = [:], lists: [String: [ListElement]] = [:]) {
        self.macros = macros
        self.lists = lists
    }

    /// - Returns: the condition, and what in it this build cannot know.
    mutating func compile(_ expression: Expression) throws(Diagnostic) -> (Condition, unsupported: [String]) {
        unsupported = []
        checks = 0
        let condition = try resolve(expression, inside: [])
        return (condition, unsupported)
    }

    private mutating func resolve(_ expression: Expression, inside: [String]) throws(Diagnostic) -> Condition {
        switch expression {
        case .not(let inner): return .not(try resolve(inner, inside: inside))
        case .all(let parts):
            var out: [Condition] = []
            for part in parts { out.append(try resolve(part, inside: inside)) }
            return .all(out)
        case .any(let parts):
            var out: [Condition] = []
            for part in parts { out.append(try resolve(part, inside: inside)) }
            return .any(out)
        case .macro(let name): return try macro(name, inside: inside)
        case .comparison(let comparison):
            try count(1, at: comparison.place)
            return try resolve(comparison)
        }
    }

    private mutating func count(_ n: Int, at place: SourcePlace) throws(Diagnostic) {
        checks += n
        if checks > Self.checksMax { throw place.diagnostic("the condition has more than \(Self.checksMax) checks once its macros are put in") }
    }

    // MARK: Macros

    private mutating func macro(_ name: Expression.Name, inside: [String]) throws(Diagnostic) -> Condition {
        if let known = compiled[name.text] {
            try count(known.checks, at: name.place)
            note(known.unsupported)
            return known.condition
        }
        guard let definition = macros[name.text] else {
            let hint = lists[name.text] == nil ? ConditionParser.suggestion(name.text, macros.keys.sorted()) : "; '\(name.text)' is a list"
            throw name.place.diagnostic("unknown macro '\(name.text)'" + hint)
        }
        if inside.contains(name.text) {
            throw name.place.diagnostic("macro '\(name.text)' contains itself: \((inside + [name.text]).joined(separator: " -> "))")
        }
        guard inside.count < ConditionParser.depthMax else { throw name.place.diagnostic("macros nested deeper than \(ConditionParser.depthMax) levels") }
        switch definition.expression {
        case .failure(let problem): throw name.place.diagnostic("macro '\(name.text)' is not valid (\(problem.file):\(problem.line ?? 0): \(problem.message))")
        case .success(let expression):
            let (checksBefore, unsupportedBefore) = (checks, unsupported)
            unsupported = []
            let condition: Condition
            do throws(Diagnostic) {
                condition = try resolve(expression, inside: inside + [name.text])
            } catch {
                throw name.place.diagnostic("macro '\(name.text)' is not valid (\(error.file):\(error.line ?? 0): \(error.message))")
            }
            compiled[name.text] = CompiledMacro(condition: condition, checks: checks - checksBefore, unsupported: unsupported)
            let found = unsupported
            unsupported = unsupportedBefore
            note(found)
            return condition
        }
    }

    private mutating func note(_ what: [String]) {
        for text in what where !unsupported.contains(text) { unsupported.append(text) }
    }

    // MARK: Checks

    private mutating func resolve(_ comparison: Comparison) throws(Diagnostic) -> Condition {
        var left = comparison.left
        // the arguments are one text to most operators, and a list to the one that compares lists
        if left.field == "proc.args", comparison.comparator == .intersects { left.field = "proc.arg" }
        let operand = try ResolvedOperand(left)
        var isUnavailable = false
        if case .never = operand.field.reading {
            note([operand.text])
            isUnavailable = true
        } else if operand.kinds.isEmpty {
            note([operand.text])
            isUnavailable = true
        }
        let test: ValueTest
        var isAll = comparison.quantifier == .allOf
        switch comparison.right {
        case .nothing: test = .exists
        case .operand(let right):
            let other = try ResolvedOperand(right)
            if case .never = other.field.reading {
                note([other.text])
                isUnavailable = true
            }
            test = .field(comparison.comparator, ValueTest.FieldKey(operand: other))
        case .values(let literals):
            let values = comparison.isList ? try spelledOut(literals) : try single(literals)
            if operand.transforms.isEmpty, operand.field.name == "evt.type" || operand.field.name == "syscall.type" {
                return try eventType(comparison, values)
            }
            let reader = LiteralReader(operand: operand, comparison: comparison)
            test = try reader.test(values)
            if comparison.comparator == .notEqual { isAll = true }
        }
        if isUnavailable { return .constant(Self.asksForAbsence(comparison)) }
        return .check(Condition.Check(operand: operand, test: test, isAll: isAll))
    }

    /// `field in ("<NA>", "N/A")` is how rules ask whether a field has no value; one that nothing fills has none.
    private static func asksForAbsence(_ comparison: Comparison) -> Bool {
        guard comparison.comparator == .equal || comparison.comparator == .in || comparison.comparator == .intersects, case .values(let literals) = comparison.right else { return false }
        return literals.contains { $0.text == "<NA>" || $0.text == "N/A" }
    }

    /// Names of lists replaced by what the lists hold, to any depth.
    private func spelledOut(_ literals: [Literal]) throws(Diagnostic) -> [Literal] {
        var out: [Literal] = []
        for literal in literals {
            guard !literal.isQuoted, lists[literal.text] != nil else {
                out.append(literal)
                continue
            }
            try append(literal.text, at: literal.place, inside: [], to: &out)
        }
        return out
    }

    /// The name of a list stands for its value wherever a value is compared, as long as it is one.
    private func single(_ literals: [Literal]) throws(Diagnostic) -> [Literal] {
        let values = try spelledOut(literals)
        if literals.count == 1, values.count != 1 { throw literals[0].place.diagnostic("'\(literals[0].text)' is a list of \(values.count) values: lists are compared by 'in'") }
        return values
    }

    private func append(_ list: String, at place: SourcePlace, inside: [String], to out: inout [Literal]) throws(Diagnostic) {
        if inside.contains(list) { throw place.diagnostic("list '\(list)' contains itself: \((inside + [list]).joined(separator: " -> "))") }
        guard inside.count < ConditionParser.depthMax else { throw place.diagnostic("lists nested deeper than \(ConditionParser.depthMax) levels") }
        for element in lists[list] ?? [] {
            if !element.isQuoted, lists[element.text] != nil {
                try append(element.text, at: place, inside: inside + [list], to: &out)
            } else {
                out.append(Literal(text: element.text, isQuoted: element.isQuoted, place: place))
            }
            if out.count > Self.literalsMax { throw place.diagnostic("more than \(Self.literalsMax) values once the lists are spelt out") }
        }
    }

    // MARK: Event types

    private mutating func eventType(_ comparison: Comparison, _ literals: [Literal]) throws(Diagnostic) -> Condition {
        let operand = try ResolvedOperand(comparison.left)
        var names: Set<String> = []
        switch comparison.comparator {
        case .equal, .notEqual, .in, .intersects:
            for literal in literals {
                if EventNames.kinds(named: literal.text).isEmpty {
                    guard SystemCallTable.isKnown(literal.text) else {
                        let known = SystemCallTable.names.union(EventKind.allCases.flatMap(EventNames.names))
                        throw literal.place.diagnostic("unknown event type '\(literal.text)'" + ConditionParser.suggestion(literal.text, known.sorted()))
                    }
                    if comparison.comparator != .notEqual { note(["evt.type=\(literal.text)"]) }
                }
                names.insert(literal.text)
            }
        default:
            let reader = LiteralReader(operand: operand, comparison: comparison)
            // the names are few and known: which of them fit is settled here
            guard case .text(let op, let wanted) = try reader.test(literals) else { throw comparison.place.diagnostic("'\(comparison.comparator.rawValue)' does not fit '\(operand.text)', which is text") }
            let test = TextTest(op, wanted)
            names = Set(EventKind.allCases.flatMap(EventNames.names).filter(test.accepts))
        }
        let check = Condition.check(Condition.Check(operand: operand, test: .eventType(names)))
        return comparison.comparator == .notEqual ? .not(check) : check
    }
}
