/// From JSON and back.
extension CELValue {
    /// Without a schema: numbers are whole or not as they are written.
    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let items): self = .list(items.map { CELValue($0) })
        case .object(let members): self = .map(.init(uniqueKeysWithValues: members.map { (.string($0), CELValue($1)) }))
        }
    }

    /// By a type: `number` is a double, texts of some formats are times and bytes, fields have their escaped names, and fields without a type are
    /// not there.
    init(_ json: JSON, as type: CELType, _ types: CELTypes) {
        switch (type, json) {
        case (.double, .integer(let value)): self = .double(Double(value))
        case (.timestamp, .string(let text)): self = (CELTime(text) ?? CELTime(text + "T00:00:00Z")).map(CELValue.timestamp) ?? .string(text)
        case (.duration, .string(let text)): self = CELTimes.duration(text).map(CELValue.duration) ?? .string(text)
        case (.bytes, .string(let text)): self = (try? Base64.decode(text)).map(CELValue.bytes) ?? .string(text)
        case (.list(let item), .array(let items)): self = .list(items.map { CELValue($0, as: item, types) })
        case (.map(_, let item), .object(let members)): self = .map(.init(uniqueKeysWithValues: members.map { (.string($0), CELValue($1, as: item, types)) }))
        case (.object(let name), .object(let members)):
            guard let fields = types.fields(of: name) else {
                self = CELValue(json)
                return
            }
            self = .map(.init(members.compactMap { key, member in CELNames.escape(key).flatMap { escaped in fields[escaped].map { (.string(escaped), CELValue(member, as: $0, types)) } } }) { $1 })
        default: self = CELValue(json)
        }
    }

    /// As JSON; nil for what has no such form.
    var json: JSON? {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .integer(value)
        case .uint(let value): return Int64(exactly: value).map(JSON.integer) ?? .double(Double(value))
        case .double(let value): return value.isFinite ? .double(value) : nil
        case .string(let value): return .string(value)
        case .bytes(let value): return .string(Base64.encode(value))
        case .timestamp, .duration, .quantity, .url, .address, .range: return (try? CELConversions.text(self)).map(JSON.string)
        case .list(let items):
            let converted = items.compactMap(\.json)
            return converted.count == items.count ? .array(converted) : nil
        case .map(let members):
            var out: [String: JSON] = [:]
            for (key, member) in members {
                guard case .string(let name) = key, let value = member.json else { return nil }
                out[name] = value
            }
            return .object(out)
        case .type, .optional, .format, .authorizer: return nil
        }
    }

    /// For tests and messages: the kind and the value.
    var described: String {
        switch self {
        case .null: "null"
        case .string(let text): "string \(JSON.string(text).text)"
        case .list(let items): "[" + items.map(\.described).joined(separator: ", ") + "]"
        case .map(let members): "{" + members.map { "\($0.described): \($1.described)" }.sorted().joined(separator: ", ") + "}"
        case .optional(let inside): "optional(\(inside?.described ?? ""))"
        case .bytes(let bytes): "bytes \(bytes)"
        case .format(let name): "format \(name)"
        case .authorizer: "authorizer"
        case .timestamp, .duration, .quantity, .url, .address, .range, .bool, .int, .uint, .double, .type: "\(typeName.split(separator: ".").last ?? "") \((try? CELConversions.text(self)) ?? "")"
        }
    }
}
