import KubeCore

/// Makes objects of the built-in types out of their schema: every field that has a protobuf number may be set, and nothing is empty, since empty and absent
/// are one in protobuf.
struct KubeObjectGenerator {
    var random: SplitMix
    private static let depthMax = 7

    /// Small, fast, the same everywhere.
    struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func object(_ type: String, depth: Int = 0) -> JSON {
        guard let fields = Schema.builtIn[type]?.fields else { return [:] }
        var members: [String: JSON] = [:]
        for field in fields.values.sorted(by: { $0.name < $1.name }) where !field.numbers.isEmpty {
            // Near the root all, further down fewer: objects stay of a size.
            guard depth < 2 || Int.random(in: 0..<depth + 1, using: &random) < 2 else { continue }
            members[field.name] = value(field, of: type, depth: depth)
        }
        return .object(members)
    }

    private mutating func value(_ field: Schema.Field, of type: String, depth: Int) -> JSON? {
        guard type == "apiextensions.v1.JSONSchemaProps" else { return value(field.shape, depth: depth) }
        // What may be a schema or something else, which the schema's shapes do not tell.
        if ["items", "additionalItems", "additionalProperties", "dependencies"].contains(field.name), depth >= Self.depthMax { return nil }
        switch (field.name, Bool.random(using: &random)) {
        case ("items", true): return [object(type, depth: depth + 2), object(type, depth: depth + 2)]
        case ("additionalItems", true), ("additionalProperties", true): return .bool(Bool.random(using: &random))
        case ("dependencies", true): return ["a": ["b", "c"]]
        case ("items", _), ("additionalItems", _), ("additionalProperties", _): return object(type, depth: depth + 2)
        case ("dependencies", _): return ["a": object(type, depth: depth + 2)]
        default: return value(field.shape, depth: depth)
        }
    }

    private mutating func value(_ shape: Schema.Shape, depth: Int) -> JSON? {
        func number(_ range: ClosedRange<Int64>) -> Int64 {
            let value = Int64.random(in: range, using: &random)
            return value == 0 ? 1 : value
        }
        switch shape {
        case .text: return .string(text())
        case .bytes: return .string(["AA==", "/w==", "AQID", "aGVsbG8gd29ybGQ="][Int.random(in: 0..<4, using: &random)])
        case .int32: return .integer(number(Int64(Int32.min)...Int64(Int32.max)))
        case .int64: return .integer(number(.min ... .max))
        case .bool: return true
        case .double: return .double(Double(number(-1000...1000)) + 0.25)
        case .quantity: return .string(["1500m", "1Gi", "-3", "100k", "12E"][Int.random(in: 0..<5, using: &random)])
        case .intOrText: return Bool.random(using: &random) ? .integer(number(-5...70_000)) : .string(text())
        case .time: return ["2026-11-26T12:00:00Z", "1969-12-31T23:59:58Z", "2001-02-03T04:05:06Z"].randomElement(using: &random)
        case .microTime: return ["2026-11-26T12:00:00.000001Z", "2001-02-03T04:05:06.999999Z"].randomElement(using: &random)
        case .anything: return ["a": [1, "b", true], "c": ["d": .double(2.5)], "é": "\u{2028}"]
        case .list(let inner):
            guard depth < Self.depthMax else { return nil }
            let items = (0..<Int.random(in: 1...2, using: &random)).compactMap { _ in value(inner, depth: depth + 1) }
            return items.isEmpty ? nil : .array(items)
        case .map(let inner):
            guard depth < Self.depthMax else { return nil }
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 1...2, using: &random) { members[text()] = value(inner, depth: depth + 1) }
            return members.isEmpty ? nil : .object(members)
        case .type(let name):
            guard depth < Self.depthMax else { return nil }
            return object(name, depth: depth + 1)
        }
    }

    private mutating func text() -> String {
        let word = ["a", "web", "x/y.z", "Ünïcode", "with space", "\u{1F980}", "line\nbreak", "0"].randomElement(using: &random) ?? ""
        return word + String(Int.random(in: 0..<1000, using: &random))
    }
}
