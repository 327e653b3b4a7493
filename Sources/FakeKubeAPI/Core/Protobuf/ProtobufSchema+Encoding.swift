/// JSON to protobuf. Members that a message has no field for are left out, like members that are null: both are Go's zero values again when read.
extension ProtobufSchema {
    func write(_ members: [String: JSON], as index: Int, to out: inout ProtobufWriter) {
        for field in messages[index].fields {
            if case .embedded(let inner) = field.form {
                out.message(field.number, isOptional: true) { write(members, as: inner, to: &$0) }
            } else if let value = members[field.name] {
                write(value, field.form, field.number, to: &out)
            }
        }
    }

    private func write(_ value: JSON, _ form: Form, _ number: Int, to out: inout ProtobufWriter) {
        switch (form, value) {
        // null stands for an empty text in a list and for JSON's own null; else for nothing.
        case (.list(let inner), .array(let items)):
            for item in items { write(item == .null && inner == .text ? "" : item, inner, number, to: &out) }
        case (.map(let inner), .object(let members)):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                out.message(number) { entry in
                    entry.string(1, key)
                    write(member, inner, 2, to: &entry)
                }
            }
        case (.json, .null): break
        case (.json, _): out.message(number) { $0.data(1, value.encoded) }
        case (.text, .string(let text)): out.string(number, text)
        case (.bytes, .string(let text)): if let bytes = try? Base64.decode(text) { out.data(number, bytes) }
        case (.int32, _), (.int64, _): if let integer = Self.integer(value) { out.integer(number, integer) }
        case (.bool, .bool(let flag)): out.flag(number, flag)
        case (.double, .double(let double)): out.double(number, double)
        case (.double, .integer(let integer)): out.double(number, Double(integer))
        case (.quantity, .string(let text)): out.message(number) { $0.string(1, text) }
        case (.intOrText, _): write(intOrText: value, number, to: &out)
        case (.time, .string(let text)), (.microTime, .string(let text)):
            guard let time = Timestamp.parse(text)?.nanoseconds else { break }
            let second: Int64 = 1_000_000_000
            let fraction = form == .time ? 0 : (time % second + second) % second
            out.message(number) {
                $0.integer(1, (time - (time % second + second) % second) / second)
                $0.integer(2, fraction)
            }
        case (.texts, .array(let items)): out.message(number) { for item in items { $0.string(1, item.string ?? "") } }
        case (.message(let index), .object(let members)): out.message(number) { write(members, as: index, to: &$0) }
        case (.schemaOrList, .array), (.schemaOrNames, .array): out.message(number) { write(value, .list(form == .schemaOrList ? .message(jsonSchema) : .text), 2, to: &$0) }
        case (.schemaOrList, .object), (.schemaOrNames, .object): out.message(number) { write(value, .message(jsonSchema), 1, to: &$0) }
        case (.schemaOrBool, .bool(let flag)): out.message(number) { $0.flag(1, flag) }
        case (.schemaOrBool, .object):
            out.message(number) {
                $0.flag(1, true)
                write(value, .message(jsonSchema), 2, to: &$0)
            }
        default: break
        }
    }

    private static func integer(_ value: JSON) -> Int64? {
        switch value {
        case .integer(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// {1: 0 for a number and 1 for a text, 2: number, 3: text}, all of them written.
    private func write(intOrText value: JSON, _ number: Int, to out: inout ProtobufWriter) {
        guard value.string != nil || value.integer != nil else { return }
        out.message(number) {
            $0.integer(1, value.string == nil ? 0 : 1)
            $0.integer(2, value.integer ?? 0)
            $0.string(3, value.string ?? "")
        }
    }
}
