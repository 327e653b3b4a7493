extension ObjectStore {
    /// The objects of a resource in order; only those of `namespace` unless it is empty.
    package func objects(_ resource: ResourceDescriptor, namespace: String = "", node: String? = nil, after start: String? = nil) -> [StoredObject] {
        guard let table = tables[resource.storageKey] else { return [] }
        if let node, !node.isEmpty, start == nil {
            return (table.index[node] ?? []).sorted().compactMap { table.objects[$0] }.filter { namespace.isEmpty || $0.namespace == namespace }
        }
        var result: [StoredObject] = []
        let prefix = namespace.isEmpty ? "" : namespace + "/"
        var at = start.map { ResourceTable.position(of: $0, in: table.keys) } ?? ResourceTable.position(of: prefix, in: table.keys)
        if namespace.isEmpty, start == nil { result.reserveCapacity(table.keys.count) }
        while at < table.keys.count, prefix.isEmpty || table.keys[at].hasPrefix(prefix) {
            if table.keys[at] != start, let object = table.objects[table.keys[at]] { result.append(object) }
            at += 1
        }
        return result
    }

    /// A page of a resource as it is now: the objects from the key `start` on, at most `limit`, and how many follow them.
    func page(_ resource: ResourceDescriptor, namespace: String, from start: String?, limit: Int) -> (objects: [StoredObject], rest: Int) {
        guard let table = tables[resource.storageKey] else { return ([], 0) }
        // "0" is the byte behind "/".
        let low = max(start.map { ResourceTable.position(of: $0, in: table.keys) } ?? 0, namespace.isEmpty ? 0 : ResourceTable.position(of: namespace + "/", in: table.keys))
        let high = namespace.isEmpty ? table.keys.count : ResourceTable.position(of: namespace + "0", in: table.keys)
        guard low < high else { return ([], 0) }
        let end = min(high, limit < high - low ? low + limit : high)
        return (table.keys[low..<end].compactMap { table.objects[$0] }, high - end)
    }

    /// The objects as they were at `version`, or nil when that is forgotten.
    func objects(_ resource: ResourceDescriptor, namespace: String, at version: UInt64) -> [StoredObject]? {
        guard let table = tables[resource.storageKey] else { return [] }
        guard version >= table.floor else { return nil }
        var state = Dictionary(objects(resource, namespace: namespace).map { ($0.key, $0) }) { $1 }
        for change in table.changes[table.head...].reversed() {
            if change.version <= version { break }
            guard namespace.isEmpty || change.object.namespace == namespace else { continue }
            state[change.object.key] = change.previous
        }
        return state.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The changes behind `version`, at most `limit`; nil when some of them are forgotten.
    func changes(_ resource: ResourceDescriptor, after version: UInt64, limit: Int) -> ArraySlice<Change>? {
        guard let table = tables[resource.storageKey], version >= table.floor else { return nil }
        var low = table.head
        var high = table.changes.count
        while low < high {
            let middle = (low + high) / 2
            if table.changes[middle].version <= version { low = middle + 1 } else { high = middle }
        }
        return table.changes[low..<min(table.changes.count, low + limit)]
    }

    func floor(_ resource: ResourceDescriptor) -> UInt64 { tables[resource.storageKey]?.floor ?? version }
    func latest(_ resource: ResourceDescriptor) -> UInt64 { tables[resource.storageKey]?.latest ?? 0 }
}
