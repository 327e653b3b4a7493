import Events
import Foundation

/// A condition as a tree that is asked the plainest way: every check reads its field again and compares byte by byte.
///
/// Shares nothing with the rule engine but the table of fields. Says what the engine has to answer.
indirect enum ReferenceCondition {
    case check(Check)
    case not(ReferenceCondition)
    case all([ReferenceCondition])
    case any([ReferenceCondition])
    case macro(String, ReferenceCondition)

    struct Check {
        var field: String
        var bracket: String?
        var transform: String?
        var comparator: String
        var isAllOf = false
        /// Without quotation marks.
        var literals: [String]
        /// Another field to compare with, instead of literals.
        var right: String?
    }

    /// As a rule file has it.
    var written: String {
        switch self {
        case .check(let check): check.written
        case .not(let inner): "not (\(inner.written))"
        case .all(let parts): "(" + parts.map(\.written).joined(separator: " and ") + ")"
        case .any(let parts): "(" + parts.map(\.written).joined(separator: " or ") + ")"
        case .macro(let name, _): name
        }
    }

    /// Itself and its parts, the smallest first.
    var parts: [ReferenceCondition] {
        switch self {
        case .check: [self]
        case .not(let inner), .macro(_, let inner): inner.parts + [self]
        case .all(let parts), .any(let parts): parts.flatMap(\.parts) + [self]
        }
    }

    /// The same without names of macros.
    var spelledOut: ReferenceCondition {
        switch self {
        case .check: self
        case .not(let inner): .not(inner.spelledOut)
        case .macro(_, let inner): inner.spelledOut
        case .all(let parts): .all(parts.map(\.spelledOut))
        case .any(let parts): .any(parts.map(\.spelledOut))
        }
    }

    func holds(_ event: EnrichedEvent) -> Bool {
        switch self {
        case .check(let check): check.holds(event)
        case .not(let inner): !inner.holds(event)
        case .all(let parts): parts.allSatisfy { $0.holds(event) }
        case .any(let parts): parts.contains { $0.holds(event) }
        case .macro(_, let inner): inner.holds(event)
        }
    }
}

extension ReferenceCondition.Check {
    var written: String {
        let operand = transform.map { "\($0)(\(spelling))" } ?? spelling
        func quoted(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
        if let right { return "\(operand) \(comparator) val(\(right))" }
        if literals.isEmpty { return "\(operand) \(comparator)" }
        let list = "(" + literals.map(quoted).joined(separator: ", ") + ")"
        switch comparator {
        case "in", "pmatch", "intersects": return "\(operand) \(comparator) \(list)"
        default: return literals.count == 1 && !isAllOf ? "\(operand) \(comparator) \(quoted(literals[0]))" : "\(operand) \(comparator) \(isAllOf ? "allof" : "oneof") \(list)"
        }
    }

    private var spelling: String { bracket.map { "\(field)[\($0)]" } ?? field }

    func holds(_ event: EnrichedEvent) -> Bool {
        if field == "evt.type" { return holdsForType(event) }
        let values = Self.values(field, bracket, event).map(transformed)
        guard !values.isEmpty else { return false }
        if let right {
            let others = Self.values(right, nil, event)
            return values.contains { value in others.contains { Self.compare(value, comparator, $0.printed) } }
        }
        if comparator == "exists" { return true }
        // a value that is not to be any of the literals must not be, whichever of the field's values it is
        if comparator == "!=" { return values.allSatisfy { value in !literals.contains { Self.compare(value, "=", $0) } } }
        func passes(_ value: FieldValue) -> Bool { literals.contains { Self.compare(value, comparator, $0) } }
        return isAllOf ? values.allSatisfy(passes) : values.contains(where: passes)
    }

    // a message often stands for several calls that do the same
    private func holdsForType(_ event: EnrichedEvent) -> Bool {
        let names = EventNames.isExact(event.event.kind) ? [EventNames.name(of: event.event)] : EventNames.names(of: event.event.kind) + (event.event.kind == .rmdir ? ["unlinkat"] : [])
        let isOne = names.contains { literals.contains($0) }
        return comparator == "!=" ? !isOne : isOne
    }

    static func values(_ field: String, _ bracket: String?, _ event: EnrichedEvent) -> [FieldValue] {
        // a field that a kind of event does not have has no value there, whatever could be read
        guard let reference = try? FieldCatalog.reference(field, bracket: bracket), reference.field.kinds.contains(event.event.kind) else { return [] }
        if case .key(let name) = reference.argument, !CallArguments.kinds(with: name).contains(event.event.kind) { return [] }
        var out: [FieldValue] = []
        _ = reference.field.visit(event, reference.argument) {
            // what is a number or a text, by the event, is compared as text
            out.append(reference.field.type == .any ? .text($0.printed) : $0)
            return false
        }
        return out
    }

    private func transformed(_ value: FieldValue) -> FieldValue {
        switch transform {
        case "tolower": .text(value.printed.lowercased())
        case "toupper": .text(value.printed.uppercased())
        case "basename": .text(value.printed.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? "")
        case "len": .integer(value.printed.utf8.count)
        default: value
        }
    }

    static func compare(_ value: FieldValue, _ comparator: String, _ literal: String) -> Bool {
        switch value {
        case .number(let n):
            guard let wanted = Int64(literal) else { return false }
            switch comparator {
            case "<": return n < wanted
            case "<=": return n <= wanted
            case ">": return n > wanted
            case ">=": return n >= wanted
            case "!=": return n != wanted
            default: return n == wanted
            }
        case .flag(let flag): return (flag == (literal == "true")) != (comparator == "!=")
        case .address(let address): return isInside(address, literal)
        case .text(let text): return compare(Array(text.utf8), comparator, Array(literal.utf8), String(text), literal)
        }
    }

    private static func isInside(_ address: IPAddress, _ network: String) -> Bool {
        let parts = network.split(separator: "/")
        guard let base = IPAddress(parts[0]), base.isV6 == address.isV6 else { return false }
        let width = base.isV6 ? 128 : 32
        let bits = parts.count > 1 ? Int(parts[1]) ?? width : width
        func bit(_ address: IPAddress, _ n: Int) -> UInt64 { width == 32 ? address.low >> UInt64(31 - n) & 1 : n < 64 ? address.high >> UInt64(63 - n) & 1 : address.low >> UInt64(127 - n) & 1 }
        return (0..<bits).allSatisfy { bit(address, $0) == bit(base, $0) }
    }

    private static func compare(_ text: [UInt8], _ comparator: String, _ literal: [UInt8], _ textString: String, _ literalString: String) -> Bool {
        func lower(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 } }
        switch comparator {
        case "=", "in", "intersects": return text == literal
        case "!=": return text != literal
        case "contains": return occurs(literal, in: text)
        case "icontains": return occurs(lower(literal), in: lower(text))
        case "startswith": return text.starts(with: literal)
        case "endswith": return text.reversed().starts(with: literal.reversed())
        case "pmatch": return text.starts(with: literal) && (text.count == literal.count || literal.last == 0x2F || text[literal.count] == 0x2F)
        case "glob": return glob(literal[...], text[...])
        case "iglob": return glob(lower(literal)[...], lower(text)[...])
        case "regex": return (try? NSRegularExpression(pattern: "^(?:\(literalString))$", options: [.dotMatchesLineSeparators]))?.firstMatch(in: textString, range: NSRange(location: 0, length: textString.utf16.count)).map { $0.range.length == textString.utf16.count } ?? false
        default: return false
        }
    }

    private static func occurs(_ literal: [UInt8], in text: [UInt8]) -> Bool {
        (0...max(0, text.count - literal.count)).contains { $0 + literal.count <= text.count && Array(text[$0..<$0 + literal.count]) == literal }
    }

    // `*` and `?` only
    private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == 0x2A { return glob(pattern.dropFirst(), text) || !text.isEmpty && glob(pattern, text.dropFirst()) }
        guard let byte = text.first, first == 0x3F || first == byte else { return false }
        return glob(pattern.dropFirst(), text.dropFirst())
    }
}
