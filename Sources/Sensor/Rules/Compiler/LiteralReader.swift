internal import Events
internal import Foundations

/// Reads the literals of a check as its field's type wants them.
struct LiteralReader {
    let operand: ResolvedOperand
    let comparison: Comparison

    private var comparator: Comparator { comparison.comparator }

    func test(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        let test = try positive(literals)
        return comparator == .notEqual ? .negated(test) : test
    }

    private func positive(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        switch operand.type {
        case .number: return try numbers(literals)
        case .flag: return try flag(literals)
        case .address: return try addresses(literals)
        case .text: return try text(literals)
        case .any: return comparator.isOrder ? try numbers(literals) : try text(literals)
        }
    }

    private func wrongOperator(_ type: String) -> Diagnostic {
        comparison.place.diagnostic("'\(comparator.rawValue)' does not fit '\(operand.text)', which is \(type)")
    }

    private func numbers(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        var out: Set<Int64> = []
        for literal in literals { out.insert(try number(literal)) }
        switch comparator {
        case .equal, .notEqual, .in, .intersects: return .numbers(out)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return .order(comparator, out.first ?? 0)
        default: throw wrongOperator("a number")
        }
    }

    private func number(_ literal: Literal) throws(Diagnostic) -> Int64 {
        if let n = Int64(literal.text) { return n }
        let text = literal.text.lowercased()
        if text.hasPrefix("0x"), let n = UInt64(text.dropFirst(2), radix: 16) { return Int64(truncatingIfNeeded: n) }
        // whole numbers may be written with an exponent
        if let d = Double(literal.text), d == d.rounded(), abs(d) < 9e18 { return Int64(d) }
        // numbers beyond Int64 are larger than anything that is compared with them
        if UInt64(literal.text) != nil { return .max }
        throw literal.place.diagnostic("'\(operand.text)' is a number: '\(literal.text)' is none")
    }

    private func flag(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        guard comparator == .equal || comparator == .notEqual || comparator == .in else { throw wrongOperator("true or false") }
        guard literals.count == 1 else { throw comparison.place.diagnostic("'\(operand.text)' is true or false: one value is enough") }
        switch literals[0].text {
        case "true", "1": return .flag(true)
        case "false", "0": return .flag(false)
        default: throw literals[0].place.diagnostic("'\(operand.text)' is true or false: '\(literals[0].text)' is neither")
        }
    }

    private func addresses(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        guard comparator == .equal || comparator == .notEqual || comparator == .in || comparator == .intersects else { throw wrongOperator("an address") }
        var out: Set<AddressRange> = []
        for literal in literals {
            guard let range = AddressRange(literal.text) else {
                throw literal.place.diagnostic("'\(operand.text)' is an address: '\(literal.text)' is neither one nor a network like 10.0.0.0/8")
            }
            out.insert(range)
        }
        return .addresses(out)
    }

    private func text(_ literals: [Literal]) throws(Diagnostic) -> ValueTest {
        guard let op = ValueTest.TextOperator(comparator) else { throw wrongOperator("text") }
        var out: Set<[UInt8]> = []
        for literal in literals {
            switch comparator {
            case .bcontains, .bstartswith: out.insert(try hexadecimal(literal))
            case .regex:
                do throws(RegularExpression.Problem) {
                    _ = try RegularExpression(Array(literal.text.utf8))
                } catch {
                    throw literal.place.diagnostic("the regular expression is not valid at its byte \(error.offset + 1): \(error.message)")
                }
                out.insert(Array(literal.text.utf8))
            case .icontains: out.insert(literal.text.utf8.map(asciiLower))
            default: out.insert(Array(literal.text.utf8))
            }
        }
        guard ValueTest.bytes(out) <= ValueTest.literalBytesMax else {
            throw comparison.place.diagnostic("'\(operand.text) \(comparator.rawValue)' has more than \(ValueTest.literalBytesMax) bytes of values")
        }
        return .text(op, out)
    }

    private func hexadecimal(_ literal: Literal) throws(Diagnostic) -> [UInt8] {
        let digits = Array(literal.text.utf8)
        var out: [UInt8] = []
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard at + 1 < digits.count, let byte = UInt8(String(decoding: digits[at...at + 1], as: UTF8.self), radix: 16) else {
                throw literal.place.diagnostic("'\(comparator.rawValue)' takes bytes as pairs of hexadecimal digits: '\(literal.text)' is not that")
            }
            out.append(byte)
        }
        return out
    }
}
