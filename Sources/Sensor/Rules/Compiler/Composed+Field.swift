internal import Events
internal import Foundations

/// A composed text as a field of its own, so that everything that compares fields compares it too.
extension Composed {
    private enum Resolved: Sendable {
        case literal(String)
        case operand(ResolvedOperand)

        init(_ part: Part) throws(Diagnostic) {
            switch part {
            case .literal(let text): self = .literal(text)
            case .operand(let operand): self = .operand(try ResolvedOperand(operand))
            }
        }

        var operand: ResolvedOperand? { if case .operand(let operand) = self { operand } else { nil } }
        var text: String { if case .operand(let operand) = self { operand.text } else if case .literal(let text) = self { "\"\(text)\"" } else { "" } }

        /// All values; empty when there is none.
        func values(_ event: EnrichedEvent) -> [String] {
            switch self {
            case .literal(let text): return [text]
            case .operand(let operand):
                var out: [String] = []
                _ = operand.visit(event) { value in
                    out.append(value.printed)
                    return false
                }
                return out
            }
        }
    }

    /// - Returns: a text that exists where all its fields do. What one of them cannot be known for cannot be known: it is then named like that one.
    func field(_ function: String, _ argument: String?) throws(Diagnostic) -> FieldDefinition {
        var resolved: [Resolved] = []
        for part in separator + parts { resolved.append(try Resolved(part)) }
        let operands = resolved.compactMap(\.operand)
        let kinds = operands.reduce(FieldDefinition.everyKind) { $0.intersection($1.kinds) }
        for operand in operands {
            if case .never = operand.field.reading { return FieldDefinition(operand.text, .text, kinds: kinds, source: .unavailable, "", reading: .never) }
        }
        let (before, after) = (Array(resolved.prefix(separator.count)), Array(resolved.dropFirst(separator.count)))
        let name = function + "(" + resolved.map(\.text).joined(separator: ",") + ")"
        if let arguments = operands.first, case .literal(let letters)? = parts.last, function == "getopt", let options = ShortOptions(letters) {
            return Self.options(options, name, arguments, argument)
        }
        let source = operands.contains { $0.field.source == .environment } ? FieldDefinition.DataSource.environment : .event
        return FieldDefinition(name, .text, kinds: kinds, source: source, "A text put together from others.") { event, _ in
            var texts: [String] = []
            for part in after {
                let values = part.values(event)
                if values.isEmpty { return nil }
                texts += values
            }
            var between = ""
            for part in before {
                guard let value = part.values(event).first else { return nil }
                between += value
            }
            return .text(texts.joined(separator: between))
        }
    }
    /// The letters of the options that are there or, with a letter in brackets, the values that it has.
    private static func options(_ options: ShortOptions, _ name: String, _ arguments: ResolvedOperand, _ letter: String?) -> FieldDefinition {
        let isArgv = arguments.field.name == "proc.args" && arguments.transforms.isEmpty
        let wanted = letter?.utf8.first
        return FieldDefinition(
            name + (letter.map { "[\($0)]" } ?? ""), .text, kinds: arguments.kinds, source: arguments.field.source, "Options of one letter among arguments.",
            reading: .multiple { event, _, body in
                func take(_ option: UInt8, _ value: String) -> Bool {
                    guard let wanted else { return body(.text(String(decoding: [option], as: UTF8.self))) }
                    return option == wanted && body(.text(value))
                }
                // the arguments themselves tell a word with a space in it from two words
                if isArgv { return options.visit(event.process.exec.arguments.dropFirst(), take) }
                return arguments.visit(event) { options.visit($0.printed.split(separator: " "), take) }
            })
    }
}
