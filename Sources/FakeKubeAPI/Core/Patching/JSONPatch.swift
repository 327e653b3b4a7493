/// RFC 6902.
enum JSONPatch {
    /// The patch cannot be read; `message` in the words of the real server.
    struct Unreadable: Error { var message: String }
    /// An operation does not fit the document.
    struct Inapplicable: Error {}

    static let operationsMax = 10_000

    static func apply(_ patch: JSON, to document: JSON) throws -> JSON {
        guard let operations = patch.array else {
            throw Unreadable(message: "json: cannot unmarshal \(TypedDecoder.kind(of: patch)) into Go value of type []handlers.jsonPatchOp")
        }
        guard operations.count <= operationsMax else { throw Unreadable(message: "The allowed maximum operations in a JSON patch is \(operationsMax), got \(operations.count)") }
        var result = document
        for operation in operations {
            guard let path = operation["path"]?.string.flatMap(pointer) else { throw Inapplicable() }
            let value = operation["value"]
            switch operation["op"]?.string {
            case "add": try change(&result, path[...]) { try insert(&$0, $1, value ?? .null) }
            case "replace": try change(&result, path[...]) { try replace(&$0, $1, value ?? .null) }
            case "remove": try change(&result, path[...]) { try remove(&$0, $1) }
            case "test":
                guard (try? find(result, path)) ?? .null == value ?? .null else { throw Inapplicable() }
            case "move", "copy":
                guard let from = operation["from"]?.string.flatMap(pointer) else { throw Inapplicable() }
                let moved = try find(result, from)
                if operation["op"] == "move" {
                    guard !path.starts(with: from) || path == from else { throw Inapplicable() }
                    try change(&result, from[...]) { try remove(&$0, $1) }
                }
                try change(&result, path[...]) { try insert(&$0, $1, moved) }
            default: throw Inapplicable()
            }
        }
        return result
    }

    /// The parts of a JSON pointer; nil when it is none.
    private static func pointer(_ text: String) -> [String]? {
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { return nil }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
    }

    private static func find(_ document: JSON, _ path: [String]) throws -> JSON {
        var at = document
        for part in path {
            switch at {
            case .object(let members):
                guard let next = members[part] else { throw Inapplicable() }
                at = next
            case .array(let items): at = items[try index(part, items.count - 1)]
            default: throw Inapplicable()
            }
        }
        return at
    }

    private static func index(_ text: String, _ max: Int) throws -> Int {
        guard let index = Int(text), text.allSatisfy(\.isNumber), index <= max else { throw Inapplicable() }
        return index
    }

    /// Calls `act` with the parent of the place and its last part; the whole document is the place of an empty path.
    private static func change(_ document: inout JSON, _ path: ArraySlice<String>, _ act: (inout JSON, String) throws -> Void) throws {
        guard let first = path.first else { throw Inapplicable() }
        if path.count == 1 { return try act(&document, first) }
        switch document {
        case .object(var members):
            guard var inner = members[first] else { throw Inapplicable() }
            document = .null
            members[first] = .null
            try change(&inner, path.dropFirst(), act)
            members[first] = inner
            document = .object(members)
        case .array(var items):
            let at = try index(first, items.count - 1)
            document = .null
            try change(&items[at], path.dropFirst(), act)
            document = .array(items)
        default: throw Inapplicable()
        }
    }

    private static func insert(_ parent: inout JSON, _ key: String, _ value: JSON) throws {
        switch parent {
        case .object(var members):
            members[key] = value
            parent = .object(members)
        case .array(var items):
            if key == "-" { items.append(value) } else { items.insert(value, at: try index(key, items.count)) }
            parent = .array(items)
        default: throw Inapplicable()
        }
    }

    private static func replace(_ parent: inout JSON, _ key: String, _ value: JSON) throws {
        switch parent {
        case .object(var members):
            guard members[key] != nil else { throw Inapplicable() }
            members[key] = value
            parent = .object(members)
        case .array(var items):
            items[try index(key, items.count - 1)] = value
            parent = .array(items)
        default: throw Inapplicable()
        }
    }

    private static func remove(_ parent: inout JSON, _ key: String) throws {
        switch parent {
        case .object(var members):
            guard members.removeValue(forKey: key) != nil else { throw Inapplicable() }
            parent = .object(members)
        case .array(var items):
            items.remove(at: try index(key, items.count - 1))
            parent = .array(items)
        default: throw Inapplicable()
        }
    }
}

/// RFC 7386.
enum MergePatch {
    static func apply(_ patch: JSON, to document: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members = document.object ?? [:]
        for (key, change) in changes {
            if change == .null { members[key] = nil } else { members[key] = apply(change, to: members[key] ?? .null) }
        }
        return .object(members)
    }
}
