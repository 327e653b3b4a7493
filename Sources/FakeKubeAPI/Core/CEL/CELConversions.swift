/// From one kind to another: `int("1")`, `string(1.5)`, `timestamp(…)`, `type(x)`.
enum CELConversions {
    static func call(_ function: String, _ values: [CELValue]) throws(CELError) -> CELValue? {
        guard values.count == 1, let value = values.first else { return nil }
        switch function {
        case "dyn": return value
        case "type": return .type(value.typeName)
        case "int": return .int(try int(value))
        case "uint": return .uint(try uint(value))
        case "double": return .double(try double(value))
        case "string": return .string(try text(value))
        case "bytes":
            switch value {
            case .bytes: return value
            case .string(let text): return .bytes(Array(text.utf8))
            default: throw .noOverload
            }
        case "bool":
            switch value {
            case .bool: return value
            case .string("1"), .string("t"), .string("T"), .string("true"), .string("TRUE"), .string("True"): return .bool(true)
            case .string("0"), .string("f"), .string("F"), .string("false"), .string("FALSE"), .string("False"): return .bool(false)
            case .string: throw failed(value, "bool")
            default: throw .noOverload
            }
        case "timestamp":
            switch value {
            case .timestamp: return value
            case .string(let text):
                guard let time = CELTime(text) else { throw failed(value, "google.protobuf.Timestamp") }
                return .timestamp(time)
            case .int(let seconds):
                let time = CELTime(seconds: seconds, nanoseconds: 0)
                guard time.isInRange else { throw .timestampOverflow }
                return .timestamp(time)
            default: throw .noOverload
            }
        case "duration":
            switch value {
            case .duration: return value
            case .string(let text):
                guard let nanoseconds = CELTimes.duration(text) else { throw failed(value, "google.protobuf.Duration") }
                return .duration(nanoseconds)
            case .int(let nanoseconds): return .duration(nanoseconds)
            default: throw .noOverload
            }
        default: return nil
        }
    }

    private static func failed(_ value: CELValue, _ type: String) -> CELError { CELError("type conversion error from '\(value.typeName)' to '\(type)'") }

    private static func int(_ value: CELValue) throws(CELError) -> Int64 {
        switch value {
        case .int(let number): return number
        case .uint(let number):
            guard let whole = Int64(exactly: number) else { throw .integerOverflow }
            return whole
        case .double(let number):
            guard number.isFinite, number > -0x1p63, number < 0x1p63 else { throw .integerOverflow }
            return Int64(number)
        case .string(let text):
            guard let whole = Int64(text) else { throw failed(value, "int") }
            return whole
        case .timestamp(let time): return time.seconds
        case .duration(let nanoseconds): return nanoseconds
        default: throw .noOverload
        }
    }

    private static func uint(_ value: CELValue) throws(CELError) -> UInt64 {
        switch value {
        case .uint(let number): return number
        case .int(let number):
            guard let whole = UInt64(exactly: number) else { throw .unsignedOverflow }
            return whole
        case .double(let number):
            guard number.isFinite, number >= 0, number < 0x1p64 else { throw .unsignedOverflow }
            return UInt64(number)
        case .string(let text):
            guard let whole = UInt64(text) else { throw failed(value, "uint") }
            return whole
        default: throw .noOverload
        }
    }

    private static func double(_ value: CELValue) throws(CELError) -> Double {
        switch value {
        case .double(let number): return number
        case .int(let number): return Double(number)
        case .uint(let number): return Double(number)
        case .string(let text):
            guard let number = Double(text) else { throw failed(value, "double") }
            return number
        default: throw .noOverload
        }
    }

    static func text(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return text(number)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw CELError("invalid UTF-8 in bytes, cannot convert to string") }
            return text
        case .timestamp(let time): return time.text
        case .duration(let nanoseconds): return CELTimes.text(nanoseconds)
        case .type(let name): return name
        case .quantity(let quantity): return quantity.canonical
        case .url(let url): return url.text
        case .address(let address): return address.text
        case .range(let range): return range.text
        default: throw .noOverload
        }
    }

    /// As Go writes it with the fewest digits: `1.5`, `100`, `1e+21`.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        if number == number.rounded(), abs(number) < 1e21 { return number.magnitude < 0x1p63 ? String(Int64(number)) : String(Int128(number)) }
        var text = "\(number)"
        if text.hasSuffix(".0") { text.removeLast(2) }
        return text
    }
}
