/// Finds the meaning of a call by its name and the kinds of its values. The target of a member call is the first value.
enum CELFunctions {
    static func call(_ function: String, isMember: Bool, _ values: [CELValue], _ evaluation: inout CELEvaluation) throws(CELError) -> CELValue {
        if let value = try CELOperators.call(function, values) { return value }
        if !isMember, let value = try CELConversions.call(function, values) { return value }
        guard let first = values.first else {
            if function == "optional.none" { return .optional(nil) }
            throw .noOverload
        }
        let rest = Array(values.dropFirst())
        var result: CELValue?
        switch first {
        case .string(let text):
            result = try CELTexts.call(function, text, rest, &evaluation)
            if result == nil { result = try CELLibrary.make(function, text, rest) }
        case .list(let items): result = try CELLists.call(function, items, rest)
        case .timestamp(let time): result = try CELTimes.call(function, time, rest)
        case .duration(let nanoseconds): result = rest.isEmpty ? CELTimes.call(function, nanoseconds) : nil
        case .optional(let inside): result = try optional(function, inside, rest)
        case .authorizer(let authorizer): result = try authorizer.call(function, rest, &evaluation)
        case .quantity, .url, .address, .range, .format: result = try CELLibrary.call(function, first, rest)
        default: break
        }
        if let result { return result }
        switch function {
        case "optional.of" where rest.isEmpty: return .optional(first)
        case "optional.ofNonZeroValue" where rest.isEmpty: return .optional(isZero(first) ? nil : first)
        default: throw .noOverload
        }
    }

    private static func optional(_ function: String, _ inside: CELValue?, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        switch (function, rest.count) {
        case ("hasValue", 0): return .bool(inside != nil)
        case ("value", 0):
            guard let inside else { throw CELError("optional.none() dereference") }
            return inside
        default: return nil
        }
    }

    private static func isZero(_ value: CELValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .duration(let value): value == 0
        case .timestamp(let value): value == CELTime(seconds: -62_135_596_800, nanoseconds: 0)
        case .optional(let value): value == nil
        default: value.size == 0
        }
    }
}
