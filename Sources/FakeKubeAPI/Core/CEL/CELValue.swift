/// A value of the Common Expression Language. Objects and maps are both `map`; an object's keys are its fields.
indirect enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CELValue])
    case map([CELValue: CELValue])
    case timestamp(CELTime)
    /// Nanoseconds.
    case duration(Int64)
    case type(String)
    case optional(CELValue?)
    case quantity(Quantity)
    case url(CELURL)
    case address(CELAddress)
    case range(CELAddressRange)
    /// A named format of `format.named`.
    case format(String)
    /// What the server's authorizer is asked for, as far as it is said.
    case authorizer(CELAuthorizer)

    /// As `type(x)` and messages name it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .type: "type"
        case .optional: "optional_type"
        case .quantity: "kubernetes.Quantity"
        case .url: "kubernetes.URL"
        case .address: "net.IP"
        case .range: "net.CIDR"
        case .format: "kubernetes.NamedFormat"
        case .authorizer: "kubernetes.authorization.Authorizer"
        }
    }

    /// Elements, characters, bytes; nil for what has no size.
    var size: Int? {
        switch self {
        case .string(let text): text.unicodeScalars.count
        case .bytes(let bytes): bytes.count
        case .list(let items): items.count
        case .map(let members): members.count
        default: nil
        }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var isTrue: Bool { if case .bool(true) = self { true } else { false } }
}

extension CELValue: Hashable {
    /// Numbers of all kinds are equal when they are the same number; other kinds differ.
    static func == (a: CELValue, b: CELValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.type(let a), .type(let b)), (.format(let a), .format(let b)): a == b
        case (.optional(let a), .optional(let b)): a == b
        case (.quantity(let a), .quantity(let b)): a == b
        case (.url(let a), .url(let b)): a == b
        case (.address(let a), .address(let b)): a == b
        case (.range(let a), .range(let b)): a == b
        case (.authorizer(let a), .authorizer(let b)): a == b
        default: a.order(numeric: b) == 0
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        // Equal numbers must hash equally: all as the nearest double.
        case .int(let value): hasher.combine(Double(value))
        case .uint(let value): hasher.combine(Double(value))
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .bytes(let value): hasher.combine(value)
        case .list(let value): hasher.combine(value.count)
        case .map(let value): hasher.combine(value.count)
        default: hasher.combine(typeName)
        }
    }

    /// -1, 0 or 1 between two numbers of any kinds; nil when one is none, or not a number.
    func order(numeric other: CELValue) -> Int? {
        func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }
        switch (self, other) {
        case (.int(let a), .int(let b)): return sign(a, b)
        case (.uint(let a), .uint(let b)): return sign(a, b)
        case (.int(let a), .uint(let b)): return a < 0 ? -1 : sign(UInt64(a), b)
        case (.uint, .int): return other.order(numeric: self).map(-)
        case (.double(let a), .double(let b)): return a.isNaN || b.isNaN ? nil : sign(a, b)
        case (.double(let a), .int(let b)): return Self.order(a, Int128(b))
        case (.double(let a), .uint(let b)): return Self.order(a, Int128(b))
        case (.int, .double), (.uint, .double): return other.order(numeric: self).map(-)
        default: return nil
        }
    }

    private static func order(_ a: Double, _ b: Int128) -> Int? {
        if a.isNaN { return nil }
        if a >= 0x1p64 { return 1 }
        if a < -0x1p63 { return -1 }
        let whole = Int128(a.rounded(.down))
        if whole != b { return whole < b ? -1 : 1 }
        return a > a.rounded(.down) ? 1 : 0
    }

    /// Order for `<` and `sort`: within a kind, numbers across kinds. nil when the two cannot be compared.
    func order(_ other: CELValue) -> Int? {
        func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }
        switch (self, other) {
        case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (.bytes(let a), .bytes(let b)): return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        case (.bool(let a), .bool(let b)): return sign(a ? 1 : 0, b ? 1 : 0)
        case (.timestamp(let a), .timestamp(let b)): return sign(a, b)
        case (.duration(let a), .duration(let b)): return sign(a, b)
        case (.quantity(let a), .quantity(let b)): return sign(a, b)
        default: return order(numeric: other)
        }
    }
}
