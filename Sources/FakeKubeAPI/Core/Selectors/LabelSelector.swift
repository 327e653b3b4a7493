/// A choice of objects by their labels: `app=web,tier in (a,b),!old`.
package struct LabelSelector: Hashable, Sendable {
    enum Operator: Hashable { case equal, notEqual, oneOf, notOneOf, exists, absent, greater, less }

    struct Requirement: Hashable {
        var key: String
        var test: Operator
        var values: [String]

        func matches(_ labels: [String: String]) -> Bool {
            let value = labels[key]
            switch test {
            case .equal, .oneOf: return value.map(values.contains) ?? false
            case .notEqual, .notOneOf: return !(value.map(values.contains) ?? false)
            case .exists: return value != nil
            case .absent: return value == nil
            case .greater: return value.flatMap { Int64($0) }.flatMap { a in Int64(values[0]).map { a > $0 } } ?? false
            case .less: return value.flatMap { Int64($0) }.flatMap { a in Int64(values[0]).map { a < $0 } } ?? false
            }
        }
    }

    /// Why a selector cannot be read, in the words of the real parser.
    struct Failure: Error { var message: String }

    private(set) var requirements: [Requirement] = []

    package static let everything = LabelSelector()

    var isEmpty: Bool { requirements.isEmpty }

    package func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }

    init() {}

    init(parsing text: String) throws(Failure) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.parse()
    }

    /// From the `{matchLabels, matchExpressions}` of an object; nil selects nothing.
    init(object: JSON?) {
        for (key, value) in (object?["matchLabels"]?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
            requirements.append(.init(key: key, test: .equal, values: [value]))
        }
        for expression in object?["matchExpressions"]?.array ?? [] {
            let tests: [String: Operator] = ["In": .oneOf, "NotIn": .notOneOf, "Exists": .exists, "DoesNotExist": .absent, "Gt": .greater, "Lt": .less]
            guard let test = tests[expression["operator"]?.string ?? ""] else { continue }
            requirements.append(.init(key: expression["key"]?.string ?? "", test: test, values: (expression["values"]?.array ?? []).compactMap(\.string)))
        }
    }

    /// Canonical text: what `scale` reports as its selector.
    var text: String {
        requirements.sorted { $0.key < $1.key }.map { requirement in
            let values = requirement.values.sorted().joined(separator: ",")
            switch requirement.test {
            case .equal: return "\(requirement.key)=\(values)"
            case .notEqual: return "\(requirement.key)!=\(values)"
            case .oneOf: return "\(requirement.key) in (\(values))"
            case .notOneOf: return "\(requirement.key) notin (\(values))"
            case .exists: return requirement.key
            case .absent: return "!\(requirement.key)"
            case .greater: return "\(requirement.key)>\(values)"
            case .less: return "\(requirement.key)<\(values)"
            }
        }.joined(separator: ",")
    }
}

/// The grammar of label selectors. Every step consumes a token, so that any text ends.
struct LabelSelectorParser {
    private var tokens: [String] = []
    private var at = 0

    init(_ text: String) {
        var word = ""
        let symbols: Set<Character> = ["=", "!", "(", ")", ",", "<", ">"]
        var characters = Array(text)[...]
        func flush(_ tokens: inout [String]) {
            if !word.isEmpty { tokens.append(word) }
            word = ""
        }
        while let character = characters.popFirst() {
            if character == " " || character == "\t" || character == "\n" || character == "\r" {
                flush(&tokens)
            } else if symbols.contains(character) {
                flush(&tokens)
                var symbol = String(character)
                if let next = characters.first, next == "=", character == "=" || character == "!" {
                    symbol.append(next)
                    characters.removeFirst()
                }
                tokens.append(symbol)
            } else {
                word.append(character)
            }
        }
        flush(&tokens)
    }

    private var current: String { at < tokens.count ? tokens[at] : "" }

    private mutating func take() -> String {
        defer { at += 1 }
        return current
    }

    private static let symbols: Set<String> = ["=", "==", "!", "!=", "(", ")", ",", "<", ">"]

    private func failed(_ text: String) -> LabelSelector.Failure { .init(message: "unable to parse requirement: \(text)") }

    private var isEnd: Bool { at >= tokens.count }
    private var isIdentifier: Bool { !isEnd && !Self.symbols.contains(current) }

    mutating func parse() throws(LabelSelector.Failure) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        while !isEnd {
            guard isIdentifier || current == "!" else { throw .init(message: "found '\(current)', expected: !, identifier, or 'end of string'") }
            requirements.append(try requirement())
            if isEnd { return requirements }
            guard take() == "," else { throw .init(message: "found '\(tokens[at - 1])', expected: ',' or 'end of string'") }
            guard isIdentifier || current == "!" else { throw .init(message: "found '\(current)', expected: identifier after ','") }
        }
        return requirements
    }

    private mutating func requirement() throws(LabelSelector.Failure) -> LabelSelector.Requirement {
        let isNegated = current == "!"
        if isNegated { at += 1 }
        guard isIdentifier else { throw failed("found '\(current)', expected: identifier") }
        let key = take()
        if case let wrong = NameRules.qualifiedName(key), !wrong.isEmpty { throw failed("<nil>: Invalid value: \(JSON.string(key).text): \(wrong.joined(separator: "; "))") }
        if isNegated { return .init(key: key, test: .absent, values: []) }
        if isEnd || current == "," { return .init(key: key, test: .exists, values: []) }
        let word = take()
        switch word {
        case "=", "==": return try checked(.init(key: key, test: .equal, values: [try exactValue()]))
        case "!=": return try checked(.init(key: key, test: .notEqual, values: [try exactValue()]))
        case "in": return try checked(.init(key: key, test: .oneOf, values: try list()))
        case "notin": return try checked(.init(key: key, test: .notOneOf, values: try list()))
        case "<", ">":
            let value = try exactValue()
            guard Int64(value) != nil else { throw failed("values[0]: Invalid value: \(JSON.string(value).text): for 'Gt', 'Lt' operators, the value must be an integer") }
            return .init(key: key, test: word == "<" ? .less : .greater, values: [value])
        default: throw failed("found '\(word)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func exactValue() throws(LabelSelector.Failure) -> String {
        if isEnd || current == "," { return "" }
        guard isIdentifier else { throw failed("found '\(current)', expected: identifier") }
        return take()
    }

    /// `(a,b)`; an empty place between commas or at an end is the empty value.
    private mutating func list() throws(LabelSelector.Failure) -> [String] {
        guard take() == "(" else { throw failed("found '\(at > tokens.count ? "" : tokens[at - 1])' expected: '('") }
        if current == ")" {
            at += 1
            return [""]
        }
        guard isIdentifier || current == "," else { throw failed("found '\(current)', expected: ',', ')' or identifier") }
        var values: [String] = []
        while true {
            if isIdentifier {
                values.append(take())
                if current == "," && !isEnd { continue }
                guard current == ")" else { throw failed("found '\(current)', expected: ',' or ')'") }
                at += 1
                return Array(Set(values)).sorted()
            }
            guard current == ",", !isEnd else { throw failed("found '\(current)', expected: ',', or identifier") }
            at += 1
            if values.isEmpty { values.append("") }
            if current == ")" {
                at += 1
                return Array(Set(values + [""])).sorted()
            }
            if current == ",", !isEnd {
                at += 1
                values.append("")
            }
        }
    }

    private func checked(_ requirement: LabelSelector.Requirement) throws(LabelSelector.Failure) -> LabelSelector.Requirement {
        for (index, value) in requirement.values.enumerated() {
            if case let wrong = NameRules.labelValue(value), !wrong.isEmpty {
                throw failed("values[\(index)][\(requirement.key)]: Invalid value: \(JSON.string(value).text): \(wrong.joined(separator: "; "))")
            }
        }
        return requirement
    }
}
