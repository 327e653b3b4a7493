internal import Foundations

/// The functions that make one operand of several parts.
extension ConditionParser {
    /// `concat(a, b, ...)`, `join(separator, (a, b, ...))` or `getopt(field, "letters")[letter]`, the name and the first parenthesis taken already.
    mutating func composed(_ name: String, _ start: Int) throws(Diagnostic) -> Operand {
        try descend(start)
        var out = Operand(field: name, argument: nil, transforms: [], place: place(start))
        switch name {
        case "concat": out.composed = try concatenation()
        case "join": out.composed = try joined()
        default: out.composed = try options()
        }
        scanner.skipBlanks()
        guard scanner.take(0x29) else { throw wrong("expected ')' at the end of \(name)(), found \(scanner.next())") }
        depth -= 1
        if name == "getopt", scanner.take(0x5B) {
            let inside = scanner.at
            guard let letter = scanner.bracket(), letter.utf8.count == 1 else { throw wrong("expected the letter of an option and ']' behind 'getopt(...)['", at: inside) }
            out.argument = letter
        }
        return out
    }

    private mutating func concatenation() throws(Diagnostic) -> Composed {
        var out = Composed(parts: [try part(of: "concat")])
        try comma(in: "concat")
        out.parts += try parts(of: "concat")
        return out
    }

    private mutating func joined() throws(Diagnostic) -> Composed {
        let separator = try part(of: "join")
        try comma(in: "join")
        scanner.skipBlanks()
        guard scanner.take(0x28) else { return Composed(parts: [try part(of: "join")], separator: [separator]) }
        let parts = try parts(of: "join")
        guard scanner.take(0x29) else { throw wrong("expected ',' or ')' in the list of join(), found \(scanner.next())") }
        return Composed(parts: parts, separator: [separator])
    }

    private mutating func options() throws(Diagnostic) -> Composed {
        scanner.skipBlanks()
        guard let arguments = try operand() else { throw wrong("expected a field inside getopt(), found \(scanner.next())") }
        try comma(in: "getopt")
        scanner.skipBlanks()
        let at = scanner.at
        guard let letters = literal() else { throw wrong("expected the letters of options inside getopt(), found \(scanner.next())") }
        guard ShortOptions(letters.text) != nil else { throw wrong("'\(letters.text)' does not name options: letters, each with ':' behind it when it takes a value", at: at) }
        return Composed(parts: [.operand(arguments), .literal(letters.text)])
    }

    private mutating func parts(of name: String) throws(Diagnostic) -> [Composed.Part] {
        var out = [try part(of: name)]
        scanner.skipBlanks()
        while scanner.take(0x2C) {
            out.append(try part(of: name))
            scanner.skipBlanks()
        }
        return out
    }

    private mutating func part(of name: String) throws(Diagnostic) -> Composed.Part {
        scanner.skipBlanks()
        if let operand = try operand() { return .operand(operand) }
        guard let value = literal() else { throw wrong("expected a field or a text inside \(name)(), found \(scanner.next())") }
        return .literal(value.text)
    }

    private mutating func comma(in name: String) throws(Diagnostic) {
        scanner.skipBlanks()
        guard scanner.take(0x2C) else { throw wrong("\(name)() takes at least two arguments, found \(scanner.next())") }
    }
}
