package import Foundation

/// JSON whose keys keep the order they are written in, and whose empty values are there as null: what receivers of webhooks know from the vendor.
package enum OrderedJSON: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case null
    case string(String)
    case number(Int)
    case array([OrderedJSON])
    case object([Field])

    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: OrderedJSON
    }

    package init(stringLiteral value: String) { self = .string(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: OrderedJSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, OrderedJSON)...) { self = .object(elements.map { Field(name: $0.0, value: $0.1) }) }

    /// A text, or null.
    package init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    package var bytes: Data {
        var out = ""
        write(to: &out)
        return Data(out.utf8)
    }

    private func write(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .number(let number): out += String(number)
        case .string(let text): Self.write(text, to: &out)
        case .array(let elements): Self.write(elements, "[", "]", to: &out) { $0.write(to: &$1) }
        case .object(let fields):
            Self.write(fields, "{", "}", to: &out) { field, out in
                Self.write(field.name, to: &out)
                out += ":"
                field.value.write(to: &out)
            }
        }
    }

    private static func write<Element>(_ elements: [Element], _ open: String, _ close: String, to out: inout String, _ element: (Element, inout String) -> Void) {
        out += open
        for (index, one) in elements.enumerated() {
            if index > 0 { out += "," }
            element(one, &out)
        }
        out += close
    }

    /// RFC 8259, section 7: quotes, backslashes and control characters are escaped.
    private static func write(_ text: String, to out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20: out += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
