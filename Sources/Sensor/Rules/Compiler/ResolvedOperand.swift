internal import Events
internal import Foundations

/// A field of the catalogue with its argument and what is done to its values before they are compared.
struct ResolvedOperand: Sendable {
    let field: FieldDefinition
    let argument: FieldArgument
    let transforms: [Transform]

    /// The one spelling: two operands with the same text read the same.
    let text: String

    /// - Throws: what is wrong with the field's name or argument, with a suggestion for a near miss.
    init(_ operand: Operand) throws(Diagnostic) {
        if let composed = operand.composed {
            let made = try composed.field(operand.field, operand.argument)
            (field, argument, transforms) = (made, .none, operand.transforms)
            text = operand.transforms.reduce(made.name) { "\($1.rawValue)(\($0))" }
            return
        }
        do throws(FieldCatalog.Problem) {
            let reference = try FieldCatalog.reference(operand.field, bracket: operand.argument)
            field = reference.field
            argument = reference.argument
            transforms = operand.transforms
            text = operand.transforms.reduce(reference.text) { "\($1.rawValue)(\($0))" }
        } catch {
            let written = operand.field + (operand.argument.map { "[\($0)]" } ?? "")
            let message =
                switch error {
                case .unknown(let suggestion): "unknown field '\(operand.field)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                case .argumentNotAllowed: "'\(operand.field)' takes no argument in brackets"
                case .argumentNeeded: "'\(operand.field)' needs an argument in brackets"
                case .badArgument(let text): "'\(text)' is no argument for '\(operand.field)' (\(written))"
                }
            throw operand.place.diagnostic(message)
        }
    }

    /// The type of the values after the transformers.
    var type: FieldType {
        transforms.reduce(field.type) { $1 == .len ? .number : .text }
    }

    var isList: Bool { field.isList(argument) }

    /// The event kinds that can have a value.
    var kinds: Set<EventKind> {
        switch (field.name, argument) {
        case ("evt.arg", .key(let name)), ("evt.rawarg", .key(let name)): CallArguments.kinds(with: name)
        default: field.kinds
        }
    }

    /// What reading it costs, roughly in nanoseconds.
    var cost: Int {
        let reading =
            switch field.name {
            case "proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.aargs", "proc.apid": 80
            case "proc.env", "proc.aenv": 1000
            case "evt.args", "evt.info", "evt.time", "evt.datetime": 500
            case let name where name.hasPrefix("evt.arg") || name.hasPrefix("evt.rawarg"): 120
            default: 20
            }
        return reading + transforms.count * 150
    }

    /// Calls `body` with each value until it returns true; returns whether it did. Allocates only where a transformer has to.
    func visit(_ event: EnrichedEvent, _ body: (FieldValue) -> Bool) -> Bool {
        if transforms.isEmpty { return field.visit(event, argument, body) }
        return field.visit(event, argument) { transformed($0).map(body) ?? false }
    }

    private func transformed(_ value: FieldValue) -> FieldValue? {
        var value = value
        for transform in transforms {
            guard let next = transform.apply(to: value) else { return nil }
            value = next
        }
        return value
    }

    /// All values as outputs may say them, joined by commas; nil when there is none.
    func printed(_ event: EnrichedEvent) -> String? {
        var out: String?
        _ = field.visitShown(event, argument) { value in
            guard let text = transformed(value)?.printed else { return false }
            out = out.map { $0 + "," + text } ?? text
            return false
        }
        return out
    }
}

extension Transform {
    /// - Returns: nil when there is no such thing: text that is no base64.
    func apply(to value: FieldValue) -> FieldValue? {
        switch self {
        case .len:
            if case .text(let text) = value { return .integer(text.utf8.count) }
            return .integer(value.printed.utf8.count)
        case .tolower: return .text(value.printed.lowercased())
        case .toupper: return .text(value.printed.uppercased())
        case .basename:
            let text = value.printed
            return PathParts.name(text) ?? .text("")
        case .b64: return Base64Text.decode(value.printed).map { .text($0) }
        }
    }
}

/// Base64 with or without padding (RFC 4648, section 4); white space inside is passed over.
enum Base64Text {
    static func decode(_ text: String) -> String? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte - 0x41)
            case 0x61...0x7A: value = UInt32(byte - 0x61 + 26)
            case 0x30...0x39: value = UInt32(byte - 0x30 + 52)
            case 0x2B, 0x2D: value = 62
            case 0x2F, 0x5F: value = 63
            case 0x3D, 0x20, 0x0A, 0x0D, 0x09: continue
            default: return nil
            }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return out.isEmpty ? nil : String(decoding: out, as: UTF8.self)
    }
}
