/// The patch format of Kubernetes: like a merge patch, but lists whose elements have a key are merged element by element, with directives
/// (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/F`, `$setElementOrder/F`) for what a merge cannot say.
/// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
struct StrategicPatch {
    struct Failure: Error { var message: String }

    let schema: Schema

    func apply(_ patch: JSON, to document: JSON, type: String) throws(Failure) -> JSON {
        try merge(patch, into: document, schema[type])
    }

    private func merge(_ patch: JSON, into document: JSON, _ type: Schema.ObjectType?) throws(Failure) -> JSON {
        guard case .object(var changes) = patch else { return patch }
        switch changes.removeValue(forKey: "$patch")?.string {
        case nil, "merge": break
        case "replace": return .object(changes)
        case "delete": return .object([:])
        case let other?: throw Failure(message: "unknown patch type found: \(other)")
        }
        var members = document.object ?? [:]
        if let kept = changes.removeValue(forKey: "$retainKeys") {
            let names = Set((kept.array ?? []).compactMap(\.string))
            guard changes.keys.allSatisfy({ names.contains($0) || $0.hasPrefix("$") }) else {
                throw Failure(message: "$retainKeys list is required to contain all the keys of the patch")
            }
            members = members.filter { names.contains($0.key) }
        }
        var orders: [String: [JSON]] = [:]
        for (key, change) in changes.sorted(by: { $0.key < $1.key }) where key.hasPrefix("$") {
            changes[key] = nil
            if key.hasPrefix("$setElementOrder/") {
                orders[String(key.dropFirst("$setElementOrder/".count))] = change.array ?? []
            } else if key.hasPrefix("$deleteFromPrimitiveList/") {
                let name = String(key.dropFirst("$deleteFromPrimitiveList/".count))
                let gone = change.array ?? []
                if let items = members[name]?.array { members[name] = .array(items.filter { !gone.contains($0) }) }
            }
        }
        for (key, change) in changes.sorted(by: { $0.key < $1.key }) {
            if change == .null {
                members[key] = nil
                continue
            }
            let field = type?.fields[key]
            switch change {
            case .object:
                let inner = field.flatMap { schema.objectType(of: $0.shape) }
                if case .map = field?.shape { members[key] = try mergeMap(change, into: members[key] ?? .null, inner) } else {
                    members[key] = try merge(change, into: members[key] ?? .null, inner)
                }
            case .array(let items): members[key] = .array(try mergeList(items, into: members[key]?.array ?? [], field, order: orders.removeValue(forKey: key)))
            default: members[key] = change
            }
        }
        for (key, order) in orders {
            if let items = members[key]?.array { members[key] = .array(sorted(items, order, type?.fields[key]?.mergeKey ?? "", original: items)) }
        }
        return .object(members)
    }

    private func mergeMap(_ patch: JSON, into document: JSON, _ type: Schema.ObjectType?) throws(Failure) -> JSON {
        guard case .object(var changes) = patch else { return patch }
        if let directive = changes.removeValue(forKey: "$patch")?.string {
            if directive == "replace" { return .object(changes) }
            if directive == "delete" { return .object([:]) }
            if directive != "merge" { throw Failure(message: "unknown patch type found: \(directive)") }
        }
        var members = document.object ?? [:]
        for (key, change) in changes {
            if change == .null { members[key] = nil } else if case .object = change { members[key] = try merge(change, into: members[key] ?? .null, type) } else { members[key] = change }
        }
        return .object(members)
    }

    private func mergeList(_ changes: [JSON], into items: [JSON], _ field: Schema.Field?, order: [JSON]?) throws(Failure) -> [JSON] {
        guard let key = field?.mergeKey else { return changes }
        if key.isEmpty {
            return sorted(changes.reduce(into: items) { if !$0.contains($1) { $0.append($1) } }, order ?? changes, "", original: items)
        }
        let type = field.flatMap { schema.objectType(of: $0.shape) }
        if changes.contains(where: { $0["$patch"] == "replace" && $0[key] == nil }) {
            return changes.filter { $0["$patch"] == nil || $0[key] != nil }
        }
        var result = items
        for change in changes {
            guard case .object = change else { throw Failure(message: "cannot merge a list of maps with one of scalars") }
            guard let value = change[key] else {
                throw Failure(message: "map: \(change.text) does not contain declared merge key: \(key)")
            }
            let at = result.firstIndex { $0[key] == value }
            if change["$patch"] == "delete" {
                result.removeAll { $0[key] == value }
            } else if let at {
                result[at] = try merge(change, into: result[at], type)
            } else {
                result.append(try merge(change, into: .object([:]), type))
            }
        }
        return sorted(result, order ?? changes, key, original: items)
    }

    /// Puts the elements that the patch names into its order, and those it does not name between them as they stood before: each goes in front of
    /// the first element that it stood in front of.
    private func sorted(_ items: [JSON], _ order: [JSON], _ key: String, original: [JSON]) -> [JSON] {
        guard !order.isEmpty else { return items }
        func place(_ item: JSON, in list: [JSON]) -> Int? { list.firstIndex { key.isEmpty ? $0 == item : $0[key] != nil && $0[key] == item[key] } }
        var named = items.filter { place($0, in: order) != nil }.sorted { (place($0, in: order) ?? 0) < (place($1, in: order) ?? 0) }[...]
        var others = items.filter { place($0, in: order) == nil }.sorted { (place($0, in: original) ?? .max) < (place($1, in: original) ?? .max) }[...]
        var result: [JSON] = []
        while let a = others.first, let b = named.first {
            if let mine = place(a, in: original), let theirs = place(b, in: original), mine < theirs {
                result.append(a)
                others.removeFirst()
            } else {
                result.append(b)
                named.removeFirst()
            }
        }
        return result + others + named
    }
}
