/// The fields of object types: those that were declared, and those of the API's own kinds.
struct CELTypes: Sendable {
    var declared: [String: [String: CELType]] = [:]

    func fields(of name: String) -> [String: CELType]? {
        if let known = declared[name] { return known }
        guard let type = Schema.builtIn[name] else { return nil }
        return Dictionary(uniqueKeysWithValues: type.fields.values.compactMap { field in CELNames.escape(field.name).map { ($0, Self.type(field.shape)) } })
    }

    static func type(_ shape: Schema.Shape) -> CELType {
        switch shape {
        case .text: .string
        case .bytes: .bytes
        case .int32, .int64: .int
        case .bool: .bool
        case .double: .double
        case .quantity, .intOrText, .anything: .dyn
        case .time, .microTime: .timestamp
        case .list(let item): .list(type(item))
        case .map(let item): .map(.string, type(item))
        case .type(let name): Schema.builtIn[name] == nil ? .dyn : .object(name)
        }
    }
}
