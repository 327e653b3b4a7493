/// Reads a JSON value as an API type: refuses values of the wrong type, notes unknown fields, and gives the value the form in which
/// the real server would write it (empty members left out, quantities and times canonical).
struct TypedDecoder {
    struct Mismatch: Error {
        var message: String
    }

    let schema: Schema
    /// The form that comes back from the real store: an empty list that is always written does not survive it.
    var isStored = false
    /// `unknown field "a.b"`, in the order of their names; `Request decoding` puts them into the order of the text.
    private(set) var unknown: [String] = []

    init(schema: Schema, isStored: Bool = false) {
        self.schema = schema
        self.isStored = isStored
    }

    /// - Throws: `Mismatch` in the words of Go's JSON decoder.
    mutating func decode(_ value: JSON, as type: String) throws(Mismatch) -> JSON {
        guard let object = schema[type] else { return value }
        return try decode(value, as: object, path: [], isRoot: true)
    }

    private mutating func decode(_ value: JSON, as type: Schema.ObjectType, path: [String], isRoot: Bool = false) throws(Mismatch) -> JSON {
        guard case .object(let members) = value else {
            if case .null = value { return .object(emptyMembers(of: type)) }
            throw mismatch(value, "Go value", "v1.\(type.shortName)")
        }
        var result: [String: JSON] = [:]
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            if isRoot || type.shortName == "PersistentVolumeClaim", name == "apiVersion" || name == "kind" {
                result[name] = member
                continue
            }
            guard let field = type.fields[name] else {
                unknown.append(JSONParser.dotted(path + [name]))
                continue
            }
            let decoded = try decode(member, as: field.shape, field: field, owner: type, path: path + [name])
            if isStored, decoded == .array([]), field.isAlwaysWritten { result[name] = .null } else if isWritten(decoded, field) { result[name] = decoded }
        }
        for field in type.fields.values where field.isAlwaysWritten && (result[field.name] == nil || result[field.name] == .null) {
            result[field.name] = emptyValue(of: field)
        }
        return .object(result)
    }

    private func isWritten(_ value: JSON, _ field: Schema.Field) -> Bool {
        if field.isAlwaysWritten { return true }
        switch value {
        case .null: return false
        case .bool, .integer, .double: return field.isPointer || !value.isEmpty || field.shape == .intOrText
        case .string(let text): return !text.isEmpty || field.isPointer
        case .array(let items): return !items.isEmpty
        case .object(let members):
            if case .type = field.shape { return true }
            return !members.isEmpty
        }
    }

    func emptyMembers(of type: Schema.ObjectType) -> [String: JSON] {
        type.fields.values.filter(\.isAlwaysWritten).reduce(into: [:]) { $0[$1.name] = emptyValue(of: $1) }
    }

    private func emptyValue(of field: Schema.Field) -> JSON { field.isPointer ? .null : emptyValue(of: field.shape) }

    private func emptyValue(of shape: Schema.Shape) -> JSON {
        switch shape {
        case .text, .bytes: ""
        case .int32, .int64, .double: 0
        case .bool: false
        case .quantity: "0"
        case .intOrText: 0
        case .time, .microTime, .anything, .list, .map: .null
        case .type(let name): schema[name].map { .object(emptyMembers(of: $0)) } ?? .object([:])
        }
    }

    private mutating func decode(_ value: JSON, as shape: Schema.Shape, field: Schema.Field, owner: Schema.ObjectType, path: [String]) throws(Mismatch) -> JSON {
        if case .null = value, shape != .anything {
            switch shape {
            case .text, .int32, .int64, .bool, .double: return field.isAlwaysWritten ? emptyValue(of: field) : .null
            default: return .null
            }
        }
        func wrong(_ type: String) -> Mismatch { mismatch(value, "Go struct field \(owner.shortName).\(plain(path))", type) }
        switch shape {
        case .anything: return value
        case .text:
            guard case .string = value else { throw wrong("string") }
            return value
        case .bool:
            guard case .bool = value else { throw wrong("bool") }
            return value
        case .int32, .int64:
            let name = shape == .int32 ? "int32" : "int64"
            switch value {
            case .integer(let number):
                guard shape == .int64 || Int32(exactly: number) != nil else { throw mismatch("number \(number)", "Go struct field \(owner.shortName).\(plain(path))", name) }
                return value
            case .double(let number):
                if let whole = Int64(exactly: number) { return .integer(whole) }
                throw mismatch("number \(number)", "Go struct field \(owner.shortName).\(plain(path))", name)
            default: throw wrong(name)
            }
        case .double:
            switch value {
            case .integer, .double: return value
            default: throw wrong("float64")
            }
        case .bytes:
            guard case .string(let text) = value else { throw wrong("[]uint8") }
            do throws(Base64.Corrupt) {
                // as bytes are written: without the line ends that were read
                return .string(Base64.encode(try Base64.decode(text)))
            } catch { throw Mismatch(message: "illegal base64 data at input byte \(error.offset)") }
        case .quantity: return try quantity(value)
        case .intOrText:
            switch value {
            case .integer, .string: return value
            default: throw wrong("intstr.IntOrString")
            }
        case .time, .microTime: return try time(value, micro: shape == .microTime)
        case .list(let inner):
            guard case .array(let items) = value else { throw wrong(goName(shape)) }
            var decoded: [JSON] = []
            for (index, item) in items.enumerated() {
                if case .type(let name) = inner, let type = schema[name] {
                    decoded.append(try element(item, as: type, owner: owner, path: path + ["[\(index)]"]))
                } else {
                    let element = try decode(item, as: inner, field: field, owner: owner, path: path + ["[\(index)]"])
                    decoded.append(element == .null && inner == .text ? "" : element)
                }
            }
            return .array(decoded)
        case .map(let inner):
            guard case .object(let members) = value else { throw wrong(goName(shape)) }
            var decoded: [String: JSON] = [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                // Go names the map's field, not the key, in such errors.
                if case .type(let name) = inner, let type = schema[name] {
                    decoded[key] = try element(member, as: type, owner: owner, path: path + [key])
                } else {
                    let element = try decode(member, as: inner, field: field, owner: owner, path: path)
                    decoded[key] = element == .null && inner == .text ? "" : element
                }
            }
            return .object(decoded)
        case .type(let name):
            guard let type = schema[name] else { return value }
            return try element(value, as: type, owner: owner, path: path)
        }
    }

    private mutating func element(_ value: JSON, as type: Schema.ObjectType, owner: Schema.ObjectType, path: [String]) throws(Mismatch) -> JSON {
        switch value {
        case .object, .null: return try decode(value, as: type, path: path)
        default: throw mismatch(value, "Go struct field \(owner.shortName).\(plain(path))", "v1.\(type.shortName)")
        }
    }

    private func plain(_ path: [String]) -> String { path.filter { !$0.hasPrefix("[") }.joined(separator: ".") }

    private func goName(_ shape: Schema.Shape) -> String {
        switch shape {
        case .text: "string"
        case .bytes: "[]uint8"
        case .int32: "int32"
        case .int64: "int64"
        case .bool: "bool"
        case .double: "float64"
        case .quantity: "resource.Quantity"
        case .intOrText: "intstr.IntOrString"
        case .time: "v1.Time"
        case .microTime: "v1.MicroTime"
        case .anything: "interface {}"
        case .list(let inner): "[]" + goName(inner)
        case .map(let inner): "map[string]" + goName(inner)
        case .type(let name): "v1." + (name.split(separator: ".").last ?? "")
        }
    }

    private func mismatch(_ value: JSON, _ place: String, _ type: String) -> Mismatch { mismatch(Self.kind(of: value), place, type) }

    private func mismatch(_ kind: String, _ place: String, _ type: String) -> Mismatch {
        Mismatch(message: "json: cannot unmarshal \(kind) into \(place) of type \(type)")
    }

    static func kind(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private func quantity(_ value: JSON) throws(Mismatch) -> JSON {
        let text: String
        switch value {
        case .string(let given): text = given
        case .integer, .double: text = value.text
        default: throw Mismatch(message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        }
        guard let quantity = Quantity(text) else {
            throw Mismatch(message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        }
        return .string(quantity.canonical)
    }

    private func time(_ value: JSON, micro: Bool) throws(Mismatch) -> JSON {
        guard case .string(let text) = value else { throw Mismatch(message: "json: cannot unmarshal \(Self.kind(of: value)) into Go value of type string") }
        guard let canonical = Timestamp.canonical(text, micro: micro) else {
            let layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
            throw Mismatch(message: Timestamp.failure(text, layout: layout))
        }
        return .string(canonical)
    }
}
