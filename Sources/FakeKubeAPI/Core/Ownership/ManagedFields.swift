/// Who owns which field of an object: the entries of `metadata.managedFields`.
struct ManagedFields {
    struct Manager: Hashable {
        var name: String
        var isApply: Bool
        var apiVersion: String
        var subresource: String

        /// As a conflict names it.
        func shown(_ time: String?) -> String {
            var text = JSON.string(name).text
            if !subresource.isEmpty { text += " with subresource \(JSON.string(subresource).text)" }
            if !isApply {
                text += " using \(apiVersion)"
                if let time { text += " at \(time)" }
            }
            return text
        }
    }

    struct Entry {
        var fields: FieldSet
        var time: String?
    }

    private(set) var entries: [Manager: Entry] = [:]
    /// Entries of updates above this number are merged into one, the oldest first.
    private static let updatersMax = 10

    /// What no manager owns: the server's own fields.
    private static let unowned: FieldSet = {
        var set = FieldSet()
        for name in ["apiVersion", "kind"] { set.insert(["f:\(name)"]) }
        set.insert(["f:metadata"])
        for name in ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion"] { set.insert(["f:metadata", "f:\(name)"]) }
        return set
    }()

    init(of object: JSON) {
        for entry in object["metadata"]?["managedFields"]?.array ?? [] {
            let manager = Manager(
                name: entry["manager"]?.string ?? "", isApply: entry["operation"] == "Apply", apiVersion: entry["apiVersion"]?.string ?? "",
                subresource: entry["subresource"]?.string ?? "")
            let fields = FieldSet(json: entry["fieldsV1"] ?? [:])
            entries[manager] = Entry(fields: entries[manager]?.fields.union(fields) ?? fields, time: entry["time"]?.string)
        }
    }

    var json: JSON {
        let sorted = entries.filter { !$0.value.fields.isEmpty }.sorted { a, b in
            if a.key.isApply != b.key.isApply { return a.key.isApply }
            // A scale is written without a time of its own.
            if a.key.subresource != b.key.subresource, a.key.subresource == "scale" || b.key.subresource == "scale" { return a.key.subresource == "scale" }
            if a.value.time != b.value.time {
                guard let mine = a.value.time else { return true }
                guard let theirs = b.value.time else { return false }
                return mine < theirs
            }
            if a.key.name != b.key.name { return a.key.name < b.key.name }
            if a.key.apiVersion != b.key.apiVersion { return a.key.apiVersion < b.key.apiVersion }
            return a.key.subresource < b.key.subresource
        }
        return .array(sorted.map { manager, entry in
            var json: JSON = [
                "manager": .string(manager.name), "operation": manager.isApply ? "Apply" : "Update", "apiVersion": .string(manager.apiVersion), "fieldsType": "FieldsV1",
                "fieldsV1": entry.fields.json,
            ]
            json["time"] = entry.time.map(JSON.string)
            if !manager.subresource.isEmpty { json["subresource"] = .string(manager.subresource) }
            return json
        })
    }

    /// Notes an update: the manager owns what it changed, nobody else does any more; what is gone is owned by none.
    mutating func update(_ manager: Manager, from old: JSON, to new: JSON, _ typing: Typing, ignoring: FieldSet, at time: String) {
        let difference = OwnershipWalk.difference(from: old, to: new, typing)
        let taken = difference.added.union(difference.modified).subtracting(Self.unowned).removingTrees(ignoring)
        let gone = difference.removed.removingTrees(ignoring)
        for (other, entry) in entries { entries[other]?.fields = entry.fields.subtracting(taken).subtracting(gone) }
        if !taken.isEmpty {
            entries[manager] = Entry(fields: entries[manager]?.fields.union(taken) ?? taken, time: time)
        }
        entries = entries.filter { !$0.value.fields.isEmpty }
        capUpdaters()
    }

    private mutating func capUpdaters() {
        let updaters = entries.filter { !$0.key.isApply }.sorted { ($0.value.time ?? "", $0.key.name) < ($1.value.time ?? "", $1.key.name) }
        guard updaters.count > Self.updatersMax else { return }
        let old = updaters.prefix(updaters.count - Self.updatersMax + 1)
        var merged = FieldSet()
        for (manager, entry) in old {
            merged = merged.union(entry.fields)
            entries[manager] = nil
        }
        if let first = old.first {
            entries[Manager(name: "ancient-changes", isApply: false, apiVersion: first.key.apiVersion, subresource: first.key.subresource)] = Entry(fields: merged, time: old.last?.value.time)
        }
    }

    /// Applies `config` for a manager. Returns the object that results; nil when the object itself does not change.
    /// - Throws: 409 for fields of other managers, unless `force`; 500 when `config` does not fit the type.
    mutating func apply(_ manager: Manager, _ config: JSON, over live: JSON, _ typing: Typing, ignoring: FieldSet, force: Bool, at time: String) throws(APIStatus) -> JSON? {
        let fields: FieldSet
        do { fields = try OwnershipWalk.fields(of: config, typing).subtracting(Self.unowned).removingTrees(ignoring) } catch {
            let metadata = config["metadata"]
            let gvk = "\(config["apiVersion"]?.string.map { $0.contains("/") ? $0 : "/" + $0 } ?? ""), Kind=\(config["kind"]?.string ?? "")"
            throw APIStatus(500, nil, "failed to create typed patch object (\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? ""); \(gvk)): \(error.message)")
        }
        let previous = entries[manager]?.fields ?? FieldSet()
        let others = entries.filter { $0.key != manager }
        let kept = others.reduce(fields) { $0.union($1.value.fields) }
        var merged = OwnershipWalk.merge(config, over: live, typing)
        merged = OwnershipWalk.remove(previous.subtracting(fields), keeping: kept, from: merged, typing)
        let difference = OwnershipWalk.difference(from: live, to: merged, typing)
        let changed = difference.added.union(difference.modified).subtracting(Self.unowned).removingTrees(ignoring)
        let conflicts: [(Manager, [[String]])] = others.compactMap { other, entry in
            let paths = entry.fields.intersection(changed).paths
            return paths.isEmpty ? nil : (other, paths)
        }.sorted { $0.0.name < $1.0.name }
        if !conflicts.isEmpty, !force { throw conflict(conflicts) }
        for (other, entry) in others { entries[other]?.fields = entry.fields.subtracting(changed).subtracting(difference.removed) }
        entries[manager] = Entry(fields: fields, time: difference.isSame ? entries[manager]?.time : time)
        entries = entries.filter { !$0.value.fields.isEmpty }
        return difference.isSame ? nil : merged
    }

    private func conflict(_ conflicts: [(Manager, [[String]])]) -> APIStatus {
        let count = conflicts.reduce(0) { $0 + $1.1.count }
        var lines: [String] = []
        var causes: [APIStatus.Cause] = []
        for (manager, paths) in conflicts {
            let shown = manager.shown(entries[manager]?.time)
            let texts = paths.map(FieldSet.text)
            lines.append(texts.count == 1 ? "conflict with \(shown): \(texts[0])" : "conflicts with \(shown):\n" + texts.map { "- \($0)" }.joined(separator: "\n"))
            causes += texts.map { .init("FieldManagerConflict", "conflict with \(shown)", field: $0) }
        }
        var status = APIStatus(409, "Conflict", "Apply failed with \(count) conflict\(count == 1 ? "" : "s"): \(lines.joined(separator: "\n"))")
        status.causes = causes
        return status
    }
}
