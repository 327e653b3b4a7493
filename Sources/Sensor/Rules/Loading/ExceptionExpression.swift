internal import Foundations

/// Makes the part of a condition that an exception stands for: `not ((f1 = a and f2 in (b, c)) or (...))`.
extension ExceptionDraft {
    /// - Returns: nil when the exception has no values yet: a place for others to fill.
    func expression() throws(Diagnostic) -> Expression? {
        // a place for others to fill is checked as well
        for n in fields.indices { _ = try operand(n) }
        for n in comparators.indices { _ = try comparator(n) }
        guard !values.isEmpty else { return nil }
        if isSingle, try comparator(0).takesList {
            // all values are one list
            var literals: [Literal] = []
            for value in values { literals += try Self.literals(value) }
            return .not(try comparison(0, literals))
        }
        var tuples: [Expression] = []
        for value in values {
            let elements: [ItemReader.Tree]
            let at: SourcePlace
            switch value {
            case .text(let text): (elements, at) = ([value], text.start)
            case .list(let list, let place): (elements, at) = (list, place)
            }
            guard elements.count == fields.count else {
                throw at.diagnostic("exception '\(name)' has \(fields.count) fields, this has \(elements.count) values")
            }
            var parts: [Expression] = []
            for (n, element) in elements.enumerated() { parts.append(try comparison(n, try Self.literals(element))) }
            tuples.append(parts.count == 1 ? parts[0] : .all(parts))
        }
        return .not(tuples.count == 1 ? tuples[0] : .any(tuples))
    }

    private func comparison(_ n: Int, _ literals: [Literal]) throws(Diagnostic) -> Expression {
        var out = Comparison(left: try operand(n), comparator: .equal, right: .values(literals), place: fields[n].start)
        (out.comparator, out.quantifier, out.isList) = try comparator(n)
        guard out.isList || literals.count == 1 else { throw (literals.first?.place ?? place).diagnostic("'\(out.comparator.rawValue)' takes one value, not a list") }
        return .comparison(out)
    }

    /// `in`, `startswith`, `startswith oneof`: the operator, how several values are brought together, and whether it takes a list.
    private func comparator(_ n: Int) throws(Diagnostic) -> (Comparator, Comparison.Quantifier, takesList: Bool) {
        let written = n < comparators.count ? comparators[n].text : isSingle ? "in" : "="
        let words = written.split(separator: " ").map(String.init)
        let name = words.first == "==" ? "=" : words.first ?? ""
        guard let comparator = Comparator(rawValue: name), comparator != .exists, words.count <= 2 else {
            throw (n < comparators.count ? comparators[n].start : place).diagnostic(
                "'\(written)' is no operator" + ConditionParser.suggestion(written, Comparator.allCases.map(\.rawValue)))
        }
        guard words.count == 2 else { return (comparator, .oneOf, comparator.takesList) }
        guard ["oneof", "anyof", "allof"].contains(words[1]), !comparator.takesList, !comparator.isOrder else {
            throw comparators[n].start.diagnostic("'\(written)' is no operator: 'oneof', 'anyof' or 'allof' stand behind one that compares text")
        }
        return (comparator, words[1] == "allof" ? .allOf : .oneOf, true)
    }

    // the field may stand in transformers: the condition's own parser reads it
    private func operand(_ n: Int) throws(Diagnostic) -> Operand {
        let field = fields[n]
        guard case .comparison(var read)? = try? ConditionParser.parse(SourceText(standalone: field.text + " exists", file: field.file)) else {
            throw field.start.diagnostic("'\(field.text)' is no field")
        }
        read.left.place = field.start
        _ = try ResolvedOperand(read.left)
        return read.left
    }

    private static func literals(_ tree: ItemReader.Tree) throws(Diagnostic) -> [Literal] {
        switch tree {
        case .text(let text):
            // `(a, b)` in one text is a list as a condition has it
            let trimmed = text.text.drop { $0 == " " }
            if trimmed.hasPrefix("("), case .comparison(let list) = try ConditionParser.parse(SourceText(standalone: "evt.type in " + trimmed, file: text.file)),
                case .values(let literals) = list.right
            {
                return literals.map { Literal(text: $0.text, isQuoted: $0.isQuoted, place: text.start) }
            }
            return [Self.literal(text)]
        case .list(let list, _):
            var out: [Literal] = []
            for element in list { out += try literals(element) }
            return out
        }
    }

    /// A value of a list or an exception: quotation marks of its own make it text that is never the name of a list.
    static func literal(_ text: SourceText) -> Literal {
        var scanner = ConditionScanner(text.text)
        if let quoted = scanner.quoted(), scanner.isAtEnd { return Literal(text: quoted, isQuoted: true, place: text.start) }
        return Literal(text: text.text, isQuoted: false, place: text.start)
    }
}
