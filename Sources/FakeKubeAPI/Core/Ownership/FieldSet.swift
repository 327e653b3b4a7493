/// Fields of an object as a tree: what managers own. A node is a member itself, or only on the way to members below it.
/// In JSON (`FieldsV1`): `f:NAME` a field, `k:{...}` the element with these keys, `v:VALUE` an element of a set, `.` the node itself.
struct FieldSet: Hashable, Sendable {
    var isMember = false
    private(set) var children: [String: FieldSet] = [:]

    static let leaf = FieldSet(isMember: true)

    var isEmpty: Bool { !isMember && children.isEmpty }

    subscript(element: String) -> FieldSet {
        get { children[element] ?? FieldSet() }
        set { children[element] = newValue.isEmpty ? nil : newValue }
    }

    init(isMember: Bool = false) { self.isMember = isMember }

    init(json: JSON) {
        for (key, value) in json.object ?? [:] {
            if key == "." { isMember = true } else {
                let inner = FieldSet(json: value)
                children[key] = inner.isEmpty ? .leaf : inner
            }
        }
    }

    var json: JSON {
        var members: [String: JSON] = [:]
        if isMember, !children.isEmpty { members["."] = [:] }
        for (key, child) in children { members[key] = child.json }
        return .object(members)
    }

    func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.isMember = isMember || other.isMember
        for (key, child) in other.children { result.children[key] = result[key].union(child) }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && other.isMember)
        for (key, child) in children { if let match = other.children[key] { result[key] = child.intersection(match) } }
        return result
    }

    /// Without the members of `other`; what lies below a member of it stays.
    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && !other.isMember)
        for (key, child) in children { result[key] = other.children[key].map(child.subtracting) ?? child }
        return result
    }

    /// Without the members of `other` and all that lies below them.
    func removingTrees(_ other: FieldSet) -> FieldSet {
        var result = self
        for (key, child) in other.children {
            result[key] = child.isMember ? FieldSet() : result[key].removingTrees(child)
        }
        return result
    }

    func contains(_ path: ArraySlice<String>) -> Bool {
        guard let first = path.first else { return isMember }
        return children[first]?.contains(path.dropFirst()) ?? false
    }

    func has(_ element: String) -> Bool { children[element] != nil }

    /// All members, as paths in the order of their parts.
    var paths: [[String]] {
        (isMember ? [[]] : []) + children.sorted { $0.key < $1.key }.flatMap { key, child in child.paths.map { [key] + $0 } }
    }

    mutating func insert(_ path: ArraySlice<String>) {
        guard let first = path.first else { return isMember = true }
        var child = self[first]
        child.insert(path.dropFirst())
        children[first] = child
    }

    /// `.spec.containers[name="main"].image`, as conflicts are told.
    static func text(_ path: [String]) -> String {
        path.map { element in
            let value = String(element.dropFirst(2))
            switch element.prefix(2) {
            case "f:": return "." + value
            case "v:": return "[=\(value)]"
            case "k:":
                let keys = (try? JSONParser.parse(value))?.object ?? [:]
                return "[" + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: ",") + "]"
            default: return "[\(value)]"
            }
        }.joined()
    }
}
