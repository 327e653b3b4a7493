/// A JSON value that keeps whole numbers exact.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }

    /// Empty in the sense of Go's `omitempty`: false, 0, "", nothing inside.
    var isEmpty: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .integer(let value): value == 0
        case .double(let value): value == 0
        case .string(let value): value.isEmpty
        case .array(let value): value.isEmpty
        case .object(let value): value.isEmpty
        }
    }

    /// A member of an object; setting nil removes it, setting on something else makes an object of it.
    package subscript(key: String) -> JSON? {
        get { if case .object(let members) = self { members[key] } else { nil } }
        set {
            guard case .object(var members) = self else {
                if let newValue { self = .object([key: newValue]) }
                return
            }
            self = .null  // the members are unique again, so that the change is made in place
            members[key] = newValue
            self = .object(members)
        }
    }

    package subscript(index: Int) -> JSON? {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    /// The value below `path`, or nil. Setting makes the objects in between; setting nil leaves what is in between.
    package subscript(path path: String...) -> JSON? {
        get { at(path[...]) }
        set { set(newValue, at: path[...]) }
    }

    package func at(_ path: ArraySlice<String>) -> JSON? {
        guard let first = path.first else { return self }
        return self[first]?.at(path.dropFirst())
    }

    package mutating func set(_ value: JSON?, at path: ArraySlice<String>) {
        guard let first = path.first else { return }
        if path.count == 1 {
            self[first] = value
            return
        }
        guard value != nil || self[first] != nil else { return }
        var inner = self[first] ?? .object([:])
        self[first] = .null
        inner.set(value, at: path.dropFirst())
        self[first] = inner
    }

    /// Changes every element of the list `key`; nothing happens when it is absent or no list.
    mutating func each(_ key: String, _ change: (inout JSON) -> Void) {
        guard var items = self[key]?.array else { return }
        self[key] = .null
        for index in items.indices { change(&items[index]) }
        self[key] = .array(items)
    }

    /// Texts of an object of texts, such as labels.
    package var strings: [String: String] { (object ?? [:]).compactMapValues(\.string) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByStringInterpolation
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(.init(elements) { $1 }) }

    package init(_ text: String) { self = .string(text) }
    package init(_ number: Int) { self = .integer(Int64(number)) }
    package init(_ texts: [String]) { self = .array(texts.map(JSON.string)) }
    package init(_ texts: [String: String]) { self = .object(texts.mapValues(JSON.string)) }
}
