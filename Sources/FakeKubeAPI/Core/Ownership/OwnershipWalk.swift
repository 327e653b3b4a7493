/// The three walks of structured merging: the fields of an object, the difference of two, the merge of one into another.
/// Follows sigs.k8s.io/structured-merge-diff.
enum OwnershipWalk {
    struct Failure: Error { var message: String }

    struct Difference {
        var added = FieldSet()
        var modified = FieldSet()
        var removed = FieldSet()

        var isSame: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
    }

    // MARK: Fields

    /// The fields that an applied object speaks about.
    static func fields(of value: JSON, _ typing: Typing, path: String = "") throws(Failure) -> FieldSet {
        switch (typing.form, value) {
        case (.structure, .object(let members)), (.map, .object(let members)):
            var set = FieldSet()
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                guard let inner = typing.member(key) else { throw Failure(message: "\(path).\(key): field not declared in schema") }
                var child = try fields(of: member, inner, path: "\(path).\(key)")
                if member == .null || member.object?.isEmpty ?? false || !typing.declares(key) { child.isMember = true }
                set["f:" + key] = child
            }
            return set
        case (.keyedList, .array(let items)), (.set, .array(let items)):
            var set = FieldSet()
            for (index, item) in items.enumerated() {
                guard let element = typing.path(of: item) else { throw Failure(message: "\(path): element \(index): associative list with keys has an element that omits key field") }
                guard !set.has(element) else { throw Failure(message: "\(path): duplicate entries for key \(FieldSet.text([element]))") }
                var child = try fields(of: item, typing.element, path: path + FieldSet.text([element]))
                child.isMember = true
                set[element] = child
            }
            return set
        case (.structure, .null), (.map, .null), (.keyedList, .null), (.set, .null): return FieldSet()
        case (.atomic, _): return .leaf
        // An untyped value may be anything.
        case (.map, _): return .leaf
        case (.structure, _): throw Failure(message: "\(path): expected map, got &{\(value.text)}")
        case (.keyedList, _), (.set, _): throw Failure(message: "\(path): expected list, got &{\(value.text)}")
        }
    }

    // MARK: Difference

    static func difference(from old: JSON?, to new: JSON?, _ typing: Typing) -> Difference {
        var difference = Difference()
        compare(old, new, typing, [], &difference)
        return difference
    }

    private static func compare(_ old: JSON?, _ new: JSON?, _ typing: Typing, _ path: [String], _ difference: inout Difference) {
        if old == new { return }
        switch typing.form {
        case .structure, .map:
            guard old?.object != nil || new?.object != nil || old == nil && new == .null || new == nil && old == .null else { return leaf(old, new, path, &difference) }
            if let other = old, other.object == nil, other != .null { return leaf(old, new, path, &difference) }
            if let other = new, other.object == nil, other != .null { return leaf(old, new, path, &difference) }
            let before = old?.object ?? [:]
            let after = new?.object ?? [:]
            for key in Set(before.keys).union(after.keys) {
                guard let inner = typing.member(key) else { continue }
                compare(before[key], after[key], inner, path + ["f:" + key], &difference)
            }
        case .keyedList, .set:
            var before: [String: JSON] = [:]
            var after: [String: JSON] = [:]
            for item in old?.array ?? [] { if let element = typing.path(of: item) { before[element] = item } }
            for item in new?.array ?? [] { if let element = typing.path(of: item) { after[element] = item } }
            for key in Set(before.keys).union(after.keys) { compare(before[key], after[key], typing.element, path + [key], &difference) }
        case .atomic: return leaf(old, new, path, &difference)
        }
        if path.isEmpty { return }
        if old == nil { difference.added.insert(path[...]) } else if new == nil { difference.removed.insert(path[...]) }
    }

    private static func leaf(_ old: JSON?, _ new: JSON?, _ path: [String], _ difference: inout Difference) {
        if old == nil { difference.added.insert(path[...]) } else if new == nil { difference.removed.insert(path[...]) } else { difference.modified.insert(path[...]) }
    }

    // MARK: Merge

    /// `applied` over `live`: what it names wins, the rest stays.
    static func merge(_ applied: JSON, over live: JSON?, _ typing: Typing) -> JSON {
        guard let live, live != .null else { return applied }
        switch (typing.form, applied, live) {
        case (.structure, .object(let changes), .object(var members)), (.map, .object(let changes), .object(var members)):
            for (key, change) in changes { members[key] = typing.member(key).map { merge(change, over: members[key], $0) } ?? change }
            return .object(members)
        case (.keyedList, .array(let changes), .array(var items)), (.set, .array(let changes), .array(var items)):
            for change in changes {
                let element = typing.path(of: change)
                if let at = items.firstIndex(where: { typing.path(of: $0) == element }) {
                    items[at] = merge(change, over: items[at], typing.element)
                } else {
                    items.append(change)
                }
            }
            return .array(items)
        default: return applied
        }
    }

    /// Takes the members of `gone` away, but nothing that `kept` says somebody else owns.
    static func remove(_ gone: FieldSet, keeping kept: FieldSet, from value: JSON, _ typing: Typing) -> JSON {
        switch value {
        case .object(var members):
            for (key, member) in members {
                let element = "f:" + key
                guard gone.has(element) else { continue }
                if gone[element].isMember, !kept.has(element) {
                    members[key] = nil
                } else if let inner = typing.member(key) {
                    members[key] = remove(gone[element], keeping: kept[element], from: member, inner)
                }
            }
            return .object(members)
        case .array(let items):
            var rest: [JSON] = []
            for item in items {
                guard let element = typing.path(of: item), gone.has(element) else {
                    rest.append(item)
                    continue
                }
                if gone[element].isMember, !kept.has(element) { continue }
                rest.append(remove(gone[element], keeping: kept[element], from: item, typing.element))
            }
            return .array(rest)
        default: return value
        }
    }
}
