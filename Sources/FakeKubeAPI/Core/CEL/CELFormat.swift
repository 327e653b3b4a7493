/// `"%s has %d".format(["a", 1])`: the clauses of the reference implementation's string extension.
enum CELFormat {
    static let precisionMax = 1000

    static func format(_ text: String, _ arguments: [CELValue]) throws(CELError) -> String {
        var out = ""
        var rest = Array(text.unicodeScalars)[...]
        var next = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                out += "%"
                continue
            }
            var precision: Int?
            if rest.first == "." {
                rest.removeFirst()
                let digits = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(digits.count)
                guard let number = Int(String(String.UnicodeScalarView(digits))), number <= precisionMax else { throw CELError("error while parsing precision") }
                precision = number
            }
            guard let clause = rest.popFirst() else { throw CELError("unexpected end of string") }
            guard next < arguments.count else { throw CELError("index \(next) out of range") }
            out += try formatted(clause, arguments[next], precision)
            next += 1
            guard out.utf8.count <= CELTexts.lengthMax else { throw CELError("text exceeds \(CELTexts.lengthMax) characters") }
        }
        return out
    }

    private static func formatted(_ clause: Unicode.Scalar, _ value: CELValue, _ precision: Int?) throws(CELError) -> String {
        switch clause {
        case "s": return try shown(value)
        case "d":
            switch value {
            case .int, .uint: return try CELConversions.text(value)
            case .double(let number) where !number.isFinite: return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
            default: throw failed("decimal clause can only be used on integers", value)
            }
        case "f", "e":
            let number: Double
            switch value {
            case .double(let given): number = given
            case .int(let given): number = Double(given)
            case .uint(let given): number = Double(given)
            default: throw failed(clause == "f" ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", value)
            }
            guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity" }
            return clause == "f" ? fixed(number, precision ?? 6) : scientific(number, precision ?? 6)
        case "b":
            switch value {
            case .int(let number): return String(number, radix: 2)
            case .uint(let number): return String(number, radix: 2)
            case .bool(let value): return value ? "1" : "0"
            default: throw failed("only integers and bools can be formatted as binary", value)
            }
        case "x", "X":
            let isUpper = clause == "X"
            switch value {
            case .int(let number): return String(number, radix: 16, uppercase: isUpper)
            case .uint(let number): return String(number, radix: 16, uppercase: isUpper)
            case .string(let text): return text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
            case .bytes(let bytes): return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
            default: throw failed("only integers, byte buffers, and strings can be formatted as hex", value)
            }
        case "o":
            switch value {
            case .int(let number): return String(number, radix: 8)
            case .uint(let number): return String(number, radix: 8)
            default: throw failed("octal clause can only be used on integers", value)
            }
        default: throw CELError("could not parse formatting clause: unrecognized formatting clause \"\(Character(clause))\"")
        }
    }

    private static func failed(_ why: String, _ value: CELValue) -> CELError { CELError("error during formatting: \(why), was given \(value.typeName)") }

    private static func shown(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .null: return "null"
        case .list(let items):
            var parts: [String] = []
            for item in items { parts.append(try shown(item)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let members):
            var parts: [(String, String)] = []
            for (key, member) in members { parts.append((try shown(key), try shown(member))) }
            return "{" + parts.sorted { $0.0 < $1.0 }.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
        case .double(let number) where !number.isFinite: return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        default: return try CELConversions.text(value)
        }
    }

    /// The digits of a number as they are, to a place, the half rounded to even as Go does it.
    private static func fixed(_ number: Double, _ places: Int) -> String {
        guard number.magnitude < 1e17, places <= 15 else { return CELConversions.text(number) }
        var scale: Int128 = 1
        for _ in 0..<places { scale *= 10 }
        let whole = Int128(number.magnitude.rounded(.down))
        let rest = Int128(((number.magnitude - number.magnitude.rounded(.down)) * Double(scale)).rounded(.toNearestOrEven))
        let digits = String(whole * scale + rest)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = number.sign == .minus ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    private static func scientific(_ number: Double, _ places: Int) -> String {
        var exponent = 0
        var mantissa = number.magnitude
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while mantissa > 0, mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        var shown = fixed(mantissa, places)
        if shown.hasPrefix("10") {
            exponent += 1
            shown = fixed(mantissa / 10, places)
        }
        return "\(number.sign == .minus ? "-" : "")\(shown)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude < 10 ? "0" : "")\(exponent.magnitude)"
    }
}
