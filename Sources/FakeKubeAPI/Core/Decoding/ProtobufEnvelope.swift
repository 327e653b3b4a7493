/// Objects in protobuf, as clients of Kubernetes send them: the magic bytes `k8s\0`, then `runtime.Unknown`
/// {1: TypeMeta {1: apiVersion, 2: kind}, 2: raw object, 3: contentEncoding, 4: contentType}.
/// Field numbers come from the schema; what it has no number for is skipped, like any unknown field.
enum ProtobufEnvelope {
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    static func decode(_ body: [UInt8], kind: String, catalogue: Catalogue) throws(APIStatus) -> JSON {
        guard body.starts(with: magic) else {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind)): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        do {
            var apiVersion = ""
            var sentKind = ""
            var raw: ArraySlice<UInt8> = []
            var envelope = ProtobufReader(body[4...])
            while let field = try envelope.next() {
                switch (field.number, field.value) {
                case (1, .bytes(let meta)):
                    var reader = ProtobufReader(meta)
                    while let field = try reader.next() {
                        guard case .bytes(let text) = field.value else { continue }
                        if field.number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                        if field.number == 2 { sentKind = String(decoding: text, as: UTF8.self) }
                    }
                case (2, .bytes(let bytes)): raw = bytes
                default: break
                }
            }
            let sides = apiVersion.split(separator: "/").map(String.init)
            let type = typeName(sentKind, group: sides.count > 1 ? sides[0] : "", version: sides.last ?? "", catalogue)
            guard let shape = type.flatMap({ Schema.builtIn[$0] }) else {
                throw APIStatus.badRequest("no kind \"\(sentKind)\" is registered for version \"\(apiVersion)\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")
            }
            var object = try decode(raw, as: shape, depth: 0)
            object["kind"] = .string(sentKind)
            object["apiVersion"] = .string(apiVersion)
            return object
        } catch let failure as ProtobufReader.Failure {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind)): \(failure.message)")
        } catch let status as APIStatus {
            throw status
        } catch {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind)): \(error)")
        }
    }

    private static func typeName(_ kind: String, group: String, version: String, _ catalogue: Catalogue) -> String? {
        if let resource = catalogue.find(group: group, version: version, kind: kind), !resource.isCustom { return resource.typeName }
        let short = group.isEmpty ? "core" : group.split(separator: ".").first.map(String.init) ?? group
        let name = "\(short).\(version).\(kind)"
        if kind == "DeleteOptions" { return "meta.v1.DeleteOptions" }
        return Schema.builtIn[name] == nil ? nil : name
    }

    private static func decode(_ bytes: ArraySlice<UInt8>, as type: Schema.ObjectType, depth: Int) throws(ProtobufReader.Failure) -> JSON {
        guard depth < 64 else { throw .init(message: "proto: exceeded max depth") }
        let byNumber = Dictionary(type.fields.values.filter { $0.number > 0 }.map { ($0.number, $0) }) { a, _ in a }
        var members: [String: JSON] = [:]
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard let known = byNumber[field.number] else { continue }
            switch known.shape {
            case .list(let inner):
                let value = try value(field.value, inner, depth)
                var items = members[known.name]?.array ?? []
                if case .array(let packed) = value, case .bytes = field.value, inner != .anything { items += packed } else { items.append(value) }
                members[known.name] = .array(items)
            case .map(let inner):
                guard case .bytes(let entry) = field.value else { continue }
                var key = ""
                var member: JSON = inner == .text ? "" : .null
                var pair = ProtobufReader(entry)
                while let part = try pair.next() {
                    if part.number == 1, case .bytes(let text) = part.value { key = String(decoding: text, as: UTF8.self) }
                    if part.number == 2 { member = try value(part.value, inner, depth) }
                }
                var map = members[known.name]?.object ?? [:]
                map[key] = member
                members[known.name] = .object(map)
            default: members[known.name] = try value(field.value, known.shape, depth)
            }
        }
        return .object(members)
    }

    private static func value(_ wire: ProtobufReader.Value, _ shape: Schema.Shape, _ depth: Int) throws(ProtobufReader.Failure) -> JSON {
        switch (shape, wire) {
        case (.text, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(bytes))
        case (.int32, .varint(let number)): return .integer(Int64(Int32(truncatingIfNeeded: number)))
        case (.int64, .varint(let number)): return .integer(Int64(bitPattern: number))
        case (.bool, .varint(let number)): return .bool(number != 0)
        case (.double, .fixed64(let bits)): return .double(Double(bitPattern: bits))
        case (.quantity, .bytes(let bytes)): return .string(try first(bytes, 1).map { String(decoding: $0, as: UTF8.self) } ?? "0")
        case (.intOrText, .bytes(let bytes)): return try intOrText(bytes)
        case (.time, .bytes(let bytes)), (.microTime, .bytes(let bytes)): return try time(bytes, micro: shape == .microTime)
        case (.anything, .bytes(let bytes)):
            guard let raw = try first(bytes, 1) else { return .null }
            return (try? JSONParser.parse(Array(raw))) ?? .null
        case (.type(let name), .bytes(let bytes)):
            guard let type = Schema.builtIn[name] else { return .null }
            return try decode(bytes, as: type, depth: depth + 1)
        // `extra` of a user: a message that holds a list of texts.
        case (.list(let inner), .bytes(let bytes)):
            var items: [JSON] = []
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() { items.append(try value(field.value, inner, depth + 1)) }
            return .array(items)
        default: throw .init(message: "proto: wrong wireType for field")
        }
    }

    private static func first(_ bytes: ArraySlice<UInt8>, _ number: Int) throws(ProtobufReader.Failure) -> ArraySlice<UInt8>? {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            if field.number == number, case .bytes(let value) = field.value { return value }
        }
        return nil
    }

    private static func intOrText(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) -> JSON {
        var type: UInt64 = 0
        var number: Int64 = 0
        var text = ""
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .varint(let value)): type = value
            case (2, .varint(let value)): number = Int64(Int32(truncatingIfNeeded: value))
            case (3, .bytes(let value)): text = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
        return type == 0 ? .integer(number) : .string(text)
    }

    private static func time(_ bytes: ArraySlice<UInt8>, micro: Bool) throws(ProtobufReader.Failure) -> JSON {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard case .varint(let value) = field.value else { continue }
            if field.number == 1 { seconds = Int64(bitPattern: value) }
            if field.number == 2 { nanoseconds = Int64(bitPattern: value) }
        }
        // An empty message is the zero time, which the JSON form writes as null.
        guard !bytes.isEmpty, abs(seconds) < 9_000_000_000 else { return .null }
        return .string(Timestamp.text(.init(nanoseconds: seconds * 1_000_000_000 &+ nanoseconds % 1_000_000_000), micro: micro))
    }
}
