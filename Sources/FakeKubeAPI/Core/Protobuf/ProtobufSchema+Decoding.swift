/// Protobuf to JSON. Fields that a message does not have are skipped, as Go does; a message that comes twice is merged, a scalar's last value counts.
extension ProtobufSchema {
    static let depthMax = 256

    func read(_ bytes: ArraySlice<UInt8>, as index: Int) throws(ProtobufReader.Failure) -> JSON {
        var members: [String: JSON] = [:]
        try read(bytes, as: index, into: &members, depth: 0)
        return .object(members)
    }

    /// {1: ListMeta, 2: items}
    func readList(_ bytes: ArraySlice<UInt8>, of item: Int) throws(ProtobufReader.Failure) -> JSON {
        var metadata: JSON = [:]
        var items: [JSON] = []
        var reader = ProtobufReader(bytes, of: "\(messages[item].name)List")
        while let part = try reader.next() {
            switch (part.number, part.value) {
            case (1, .bytes(let bytes)): metadata = try read(bytes, as: message("meta.v1.ListMeta") ?? item)
            case (2, .bytes(let bytes)): items.append(try read(bytes, as: item))
            case (1, _), (2, _): throw .init(message: "proto: wrong wireType = \(part.value.wireType) for field \(part.number == 1 ? "ListMeta" : "Items")")
            default: break
            }
        }
        return ["metadata": metadata, "items": .array(items)]
    }

    private func read(_ bytes: ArraySlice<UInt8>, as index: Int, into members: inout [String: JSON], depth: Int) throws(ProtobufReader.Failure) {
        guard depth < Self.depthMax else { throw .init(message: "proto: exceeded max depth") }
        let message = messages[index]
        var reader = ProtobufReader(bytes, of: message.name)
        while let part = try reader.next() {
            guard let field = message.field(part.number) else {
                if case .illegal(let type) = part.value { throw .illegal(type) }
                continue
            }
            switch (field.form, part.value) {
            case (.embedded(let inner), .bytes(let bytes)): try read(bytes, as: inner, into: &members, depth: depth + 1)
            case (.message(let inner), .bytes(let bytes)):
                var merged = members[field.name]?.object ?? [:]
                try read(bytes, as: inner, into: &merged, depth: depth + 1)
                members[field.name] = .object(merged)
            case (.list(let inner), .bytes(let bytes)) where inner.isVarint:
                for number in try ProtobufReader.packed(bytes) { append(try value(.varint(number), inner, field, depth), to: field.name, in: &members) }
            case (.list(let inner), _): append(try value(part.value, inner, field, depth), to: field.name, in: &members)
            case (.map(let inner), .bytes(let bytes)):
                let (key, member) = try entry(bytes, inner, field, depth)
                var map = members.removeValue(forKey: field.name)?.object ?? [:]
                map[key] = member
                members[field.name] = .object(map)
            default: members[field.name] = try value(part.value, field.form, field, depth)
            }
        }
    }

    /// In place: a list of thousands must not be copied for each of its elements.
    private func append(_ item: JSON, to name: String, in members: inout [String: JSON]) {
        var items = members.removeValue(forKey: name)?.array ?? []
        items.append(item)
        members[name] = .array(items)
    }

    private func entry(_ bytes: ArraySlice<UInt8>, _ form: Form, _ field: Field, _ depth: Int) throws(ProtobufReader.Failure) -> (String, JSON) {
        var key = ""
        var member: JSON?
        var reader = ProtobufReader(bytes, of: field.goName)
        while let part = try reader.next() {
            switch (part.number, part.value) {
            case (1, .bytes(let text)): key = String(decoding: text, as: UTF8.self)
            case (2, _): member = try value(part.value, form, field, depth)
            default: break
            }
        }
        // A value that is not there is the zero of its type.
        if let member { return (key, member) }
        return (key, try value(form.isVarint ? .varint(0) : .bytes([]), form, field, depth))
    }

    private func value(_ wire: ProtobufReader.Value, _ form: Form, _ field: Field, _ depth: Int) throws(ProtobufReader.Failure) -> JSON {
        switch (form, wire) {
        case (.text, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(bytes))
        case (.int32, .varint(let number)): return .integer(Int64(Int32(truncatingIfNeeded: number)))
        case (.int64, .varint(let number)): return .integer(Int64(bitPattern: number))
        case (.bool, .varint(let number)): return .bool(number != 0)
        case (.double, .fixed64(let bits)):
            let double = Double(bitPattern: bits)
            return Int64(exactly: double).map(JSON.integer) ?? (double.isFinite ? .double(double) : .null)
        case (.quantity, .bytes(let bytes)): return .string(try first(1, of: bytes).map { String(decoding: $0, as: UTF8.self) } ?? "0")
        case (.intOrText, .bytes(let bytes)): return try intOrText(bytes)
        case (.time, .bytes(let bytes)), (.microTime, .bytes(let bytes)): return try time(bytes, micro: form == .microTime)
        case (.json, .bytes(let bytes)):
            guard let text = try first(1, of: bytes), !text.isEmpty else { return .null }
            do throws(JSONParser.Failure) { return try JSONParser.parse(Array(text)) } catch { throw .init(message: error.message) }
        case (.texts, .bytes(let bytes)):
            var items: [JSON] = []
            var reader = ProtobufReader(bytes, of: "ExtraValue")
            while let part = try reader.next() { if part.number == 1 { items.append(try value(part.value, .text, field, depth)) } }
            return .array(items)
        case (.message(let index), .bytes(let bytes)):
            var members: [String: JSON] = [:]
            try read(bytes, as: index, into: &members, depth: depth + 1)
            return .object(members)
        case (.schemaOrList, .bytes(let bytes)), (.schemaOrBool, .bytes(let bytes)), (.schemaOrNames, .bytes(let bytes)): return try schema(bytes, form, field, depth + 1)
        default: throw .init(message: "proto: wrong wireType = \(wire.wireType) for field \(field.goName)")
        }
    }

    private func schema(_ bytes: ArraySlice<UInt8>, _ form: Form, _ field: Field, _ depth: Int) throws(ProtobufReader.Failure) -> JSON {
        guard depth < Self.depthMax else { throw .init(message: "proto: exceeded max depth") }
        var schema: JSON?
        var others: [JSON] = []
        var isAllowed = false
        var reader = ProtobufReader(bytes, of: field.goName)
        while let part = try reader.next() {
            switch (form, part.number) {
            case (.schemaOrBool, 1): isAllowed = try value(part.value, .bool, field, depth) == true
            case (.schemaOrBool, 2), (.schemaOrList, 1), (.schemaOrNames, 1): schema = try value(part.value, .message(jsonSchema), field, depth)
            case (.schemaOrList, 2): others.append(try value(part.value, .message(jsonSchema), field, depth))
            case (.schemaOrNames, 2): others.append(try value(part.value, .text, field, depth))
            default: break
            }
        }
        if form == .schemaOrBool { return schema ?? .bool(isAllowed) }
        return others.isEmpty ? schema ?? .null : .array(others)
    }

    private func first(_ number: Int, of bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        var reader = ProtobufReader(bytes)
        while let part = try reader.next() { if part.number == number, case .bytes(let value) = part.value { found = value } }
        return found
    }

    private func intOrText(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) -> JSON {
        var type: UInt64 = 0
        var number: Int64 = 0
        var text = ""
        var reader = ProtobufReader(bytes, of: "IntOrString")
        while let part = try reader.next() {
            switch (part.number, part.value) {
            case (1, .varint(let value)): type = value
            case (2, .varint(let value)): number = Int64(Int32(truncatingIfNeeded: value))
            case (3, .bytes(let value)): text = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
        return type == 0 ? .integer(number) : .string(text)
    }

    private func time(_ bytes: ArraySlice<UInt8>, micro: Bool) throws(ProtobufReader.Failure) -> JSON {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        var reader = ProtobufReader(bytes, of: "Timestamp")
        while let part = try reader.next() {
            guard case .varint(let value) = part.value else { continue }
            if part.number == 1 { seconds = Int64(bitPattern: value) }
            if part.number == 2 { nanoseconds = Int64(Int32(truncatingIfNeeded: value)) }
        }
        // An empty message is the zero time, which the JSON form writes as null; a fraction is kept only where the type has one.
        guard !bytes.isEmpty, abs(seconds) < 9_000_000_000 else { return .null }
        return .string(Timestamp.text(.init(nanoseconds: seconds * 1_000_000_000 &+ (micro ? nanoseconds : 0)), micro: micro))
    }
}
