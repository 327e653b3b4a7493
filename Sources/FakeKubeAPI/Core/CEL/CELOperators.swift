/// Arithmetic, comparison, membership, indexing. Whole numbers that do not fit are errors, never wrapped.
enum CELOperators {
    static func call(_ function: String, _ values: [CELValue]) throws(CELError) -> CELValue? {
        if values.count == 1 {
            switch function {
            case "!_":
                guard case .bool(let value) = values[0] else { throw .noOverload }
                return .bool(!value)
            case "-_": return try negate(values[0])
            case "size":
                guard let size = values[0].size else { throw .noOverload }
                return .int(Int64(size))
            default: return nil
            }
        }
        guard values.count == 2 else { return nil }
        let (a, b) = (values[0], values[1])
        switch function {
        case "_==_": return .bool(a == b)
        case "_!=_": return .bool(a != b)
        case "_<_", "_<=_", "_>_", "_>=_": return try compare(function, a, b)
        case "_+_": return try add(a, b)
        case "_-_": return try subtract(a, b)
        case "_*_": return try multiply(a, b)
        case "_/_": return try divide(a, b)
        case "_%_": return try remainder(a, b)
        case "@in": return try isIn(a, b)
        case "_[_]": return try index(a, b)
        case "_[?_]": return try optionalIndex(a, b)
        default: return nil
        }
    }

    private static func compare(_ function: String, _ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        // A number that is none is neither less nor more than any.
        case (.double(let x), .double), (.double(let x), .int), (.double(let x), .uint): if x.isNaN { return .bool(false) }
        default: break
        }
        if case .double(let y) = b, y.isNaN { return .bool(false) }
        if case .quantity = a { throw .noOverload }
        guard let order = a.order(b) else { throw .noOverload }
        switch function {
        case "_<_": return .bool(order < 0)
        case "_<=_": return .bool(order <= 0)
        case "_>_": return .bool(order > 0)
        default: return .bool(order >= 0)
        }
    }

    private static func checked(_ result: (partialValue: Int64, overflow: Bool), _ error: CELError = .integerOverflow) throws(CELError) -> Int64 {
        if result.overflow { throw error }
        return result.partialValue
    }

    private static func checked(_ result: (partialValue: UInt64, overflow: Bool)) throws(CELError) -> UInt64 {
        if result.overflow { throw .unsignedOverflow }
        return result.partialValue
    }

    private static func negate(_ value: CELValue) throws(CELError) -> CELValue {
        switch value {
        case .int(let value): return .int(try checked(Int64(0).subtractingReportingOverflow(value)))
        case .double(let value): return .double(-value)
        case .duration(let value): return .duration(try checked(Int64(0).subtractingReportingOverflow(value), .durationOverflow))
        default: throw .noOverload
        }
    }

    private static func add(_ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try checked(a.addingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.addingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a + b)
        case (.string(let a), .string(let b)): return .string(a + b)
        case (.bytes(let a), .bytes(let b)): return .bytes(a + b)
        case (.list(let a), .list(let b)): return .list(a + b)
        case (.duration(let a), .duration(let b)): return .duration(try checked(a.addingReportingOverflow(b), .durationOverflow))
        case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)): return .timestamp(try a.advanced(by: b))
        default: throw .noOverload
        }
    }

    private static func subtract(_ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try checked(a.subtractingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.subtractingReportingOverflow(b)))
        case (.double(let a), .double(let b)): return .double(a - b)
        case (.duration(let a), .duration(let b)): return .duration(try checked(a.subtractingReportingOverflow(b), .durationOverflow))
        case (.timestamp(let a), .duration(let b)):
            guard b != .min else { throw .timestampOverflow }
            return .timestamp(try a.advanced(by: -b))
        case (.timestamp(let a), .timestamp(let b)): return .duration(try a.since(b))
        default: throw .noOverload
        }
    }

    private static func multiply(_ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try checked(a.multipliedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.multipliedReportingOverflow(by: b)))
        case (.double(let a), .double(let b)): return .double(a * b)
        default: throw .noOverload
        }
    }

    private static func divide(_ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        case (.int, .int(0)), (.uint, .uint(0)): throw .divisionByZero
        case (.int(let a), .int(let b)): return .int(try checked(a.dividedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): return .uint(a / b)
        case (.double(let a), .double(let b)): return .double(a / b)
        default: throw .noOverload
        }
    }

    private static func remainder(_ a: CELValue, _ b: CELValue) throws(CELError) -> CELValue {
        switch (a, b) {
        case (.int, .int(0)), (.uint, .uint(0)): throw .modulusByZero
        case (.int(let a), .int(let b)): return .int(try checked(a.remainderReportingOverflow(dividingBy: b)))
        case (.uint(let a), .uint(let b)): return .uint(a % b)
        default: throw .noOverload
        }
    }

    // MARK: Members

    private static func isIn(_ value: CELValue, _ whole: CELValue) throws(CELError) -> CELValue {
        switch whole {
        case .list(let items): return .bool(items.contains(value))
        case .map(let members): return .bool(members[value] != nil)
        default: throw .noOverload
        }
    }

    private static func position(_ index: CELValue) -> Int64? {
        switch index {
        case .int(let value): value
        case .uint(let value): Int64(exactly: value)
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    private static func index(_ whole: CELValue, _ index: CELValue) throws(CELError) -> CELValue {
        switch whole {
        case .list(let items):
            guard let at = position(index) else { throw CELError("unsupported index type '\(index.typeName)' in list") }
            guard at >= 0, at < items.count else { throw CELError("index out of bounds: \(at)") }
            return items[Int(at)]
        case .map(let members):
            guard let member = members[index] else { throw CELError("no such key: \((try? CELConversions.text(index)) ?? index.typeName)") }
            return member
        case .optional: return try optionalIndex(whole, index)
        default: throw .noOverload
        }
    }

    private static func optionalIndex(_ whole: CELValue, _ index: CELValue) throws(CELError) -> CELValue {
        switch whole {
        case .optional(nil): return .optional(nil)
        case .optional(let inside?): return try optionalIndex(inside, index)
        case .list(let items):
            guard let at = position(index) else { throw .noOverload }
            return .optional(at >= 0 && at < items.count ? items[Int(at)] : nil)
        case .map(let members): return .optional(members[index])
        default: throw .noOverload
        }
    }
}
