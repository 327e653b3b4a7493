internal import Events
internal import Foundations

/// The text of a rule's output with places for fields: `file=%fd.name`, `%proc.aname[2]`, `%(proc.name)`, `%%`.
///
///     template = { text | "%%" | "%" , [ "*" ] , ( field | transformed ) | "%(" , operand , ")" } ;
///
/// A field without a value prints as `<NA>`. A percent sign that no letter follows is text. `%*field` is the same as `%field`. The longest name that is
/// known is the field: `%evt.typeproc=` is `evt.type`, then text.
struct OutputTemplate: Sendable {
    enum Part: Sendable {
        case text(String)
        case field(ResolvedOperand)
    }

    private(set) var parts: [Part] = []
    /// Where a name goes on behind the field that it was taken for.
    private(set) var warnings: [Diagnostic] = []

    init() {}

    /// Whether it shows what programs were started with.
    var usesEnvironment: Bool {
        parts.contains { if case .field(let operand) = $0 { operand.field.source == .environment } else { false } }
    }

    /// - Throws: an unknown field, with its place.
    init(_ source: SourceText) throws(Diagnostic) {
        var text: [UInt8] = []
        var scanner = ConditionScanner(source.text)
        while let byte = scanner.current {
            let start = scanner.at
            _ = scanner.take(byte)
            guard byte == 0x25 else {
                text.append(byte)
                continue
            }
            if scanner.take(0x25) {
                text.append(0x25)
                continue
            }
            _ = scanner.take(0x2A)
            guard let operand = try Self.operand(&scanner, source) else {
                text += scanner.bytes[start..<max(scanner.at, start + 1)]
                continue
            }
            if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
            text = []
            parts.append(.field(try field(operand, &scanner)))
        }
        if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
    }

    /// A name that nobody knows may be a field with text right behind it.
    private mutating func field(_ operand: Operand, _ scanner: inout ConditionScanner) throws(Diagnostic) -> ResolvedOperand {
        do throws(Diagnostic) {
            return try ResolvedOperand(operand)
        } catch {
            // what stands in parentheses ends there
            guard operand.argument == nil, operand.transforms.isEmpty, scanner.bytes[scanner.at - 1] != 0x29, let known = FieldCatalog.longestName(beginning: operand.field) else { throw error }
            var shorter = operand
            shorter.field = known
            guard let field = try? ResolvedOperand(shorter) else { throw error }
            scanner.rewind(to: scanner.at - (operand.field.utf8.count - known.utf8.count))
            warnings.append(operand.place.diagnostic("'%\(operand.field)' is the field '\(known)' and the text '\(operand.field.dropFirst(known.count))'"))
            return field
        }
    }

    private static func operand(_ scanner: inout ConditionScanner, _ source: SourceText) throws(Diagnostic) -> Operand? {
        let isWrapped = scanner.take(0x28)
        let start = scanner.at
        var transforms: [Transform] = []
        var field: (name: String, at: Int)?
        while field == nil {
            let at = scanner.at
            if let name = scanner.fieldName() {
                field = (name, at)
            } else if transforms.count < 8, let name = scanner.identifier(), let transform = Transform(rawValue: name), scanner.take(0x28) {
                transforms.insert(transform, at: 0)
            } else {
                break
            }
        }
        guard let field else {
            scanner.rewind(to: start)
            if let word = scanner.identifier() { throw source.place(at: start).diagnostic("unknown field '\(word)' behind '%'; a percent sign is '%%'") }
            return nil
        }
        var argument: String?
        if scanner.current == 0x5B {
            let bracket = scanner.at
            _ = scanner.take(0x5B)
            argument = scanner.bracket()
            if argument == nil { scanner.rewind(to: bracket) }
        }
        let place = source.place(at: field.at)
        for _ in 0..<transforms.count + (isWrapped ? 1 : 0) where !scanner.take(0x29) { throw place.diagnostic("expected ')' behind '\(field.name)'") }
        return Operand(field: field.name, argument: argument, transforms: transforms, place: place)
    }

    func filled(with event: EnrichedEvent) -> String {
        var out = ""
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .field(let operand): out += operand.printed(event) ?? "<NA>"
            }
        }
        return out
    }
}
