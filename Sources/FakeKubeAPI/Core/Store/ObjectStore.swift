package import Foundations

/// All objects at their current versions, and the recent changes of each resource for watchers to follow.
///
/// Versions are one sequence for the whole store, as in etcd. History is bounded: at the bound the oldest change of that resource is
/// forgotten and counted as `compacted`; who asks for something older is told 410.
package struct ObjectStore {
    package struct Change: Sendable {
        enum Kind: Sendable { case added, modified, deleted }

        var version: UInt64
        var kind: Kind
        /// A deleted object is shown at the version of its deletion.
        var object: StoredObject
        var previous: StoredObject?
    }

    struct Table {
        var keys: [String] = []
        var objects: [String: StoredObject] = [:]
        /// Keys of objects by the value of the indexed field (a pod's node).
        var index: [String: Set<String>] = [:]
        var changes: [Change] = []
        /// Changes before this position are forgotten; they leave memory in strides.
        var head = 0
        /// Changes at or below this version are no longer known.
        var floor: UInt64 = 0
        var latest: UInt64 = 0
    }

    private(set) var tables: [String: Table] = [:]
    package private(set) var version: UInt64 = 1
    package private(set) var losses = Ledger()
    let historyMax: Int
    /// Changes since they were last taken, for the store on disk. (resource, key, object or nil)
    private var unsaved: [String: [String: StoredObject?]] = [:]
    package var keepsUnsaved = false
    /// Resources with changes that watchers have not been woken for.
    private var stirred: [String: Set<String>] = [:]

    package init(historyMax: Int = 50_000) { self.historyMax = historyMax }

    private static let indexedField = "spec.nodeName"

    /// Makes a resource known. Watches from before this moment are too old.
    mutating func open(_ resource: ResourceDescriptor) {
        guard tables[resource.storageKey] == nil else { return }
        tables[resource.storageKey] = Table(floor: resource.isCustom ? version : 0, latest: version)
    }

    mutating func close(_ resource: ResourceDescriptor) { tables[resource.storageKey] = nil }

    package func object(_ resource: ResourceDescriptor, _ namespace: String, _ name: String) -> StoredObject? {
        tables[resource.storageKey]?.objects[StoredObject.key(namespace, name)]
    }

    func object(_ resource: ResourceDescriptor, atKey key: String) -> StoredObject? { tables[resource.storageKey]?.objects[key] }

    func count(_ resource: ResourceDescriptor) -> Int { tables[resource.storageKey]?.keys.count ?? 0 }

    // MARK: Writes

    mutating func nextVersion() -> UInt64 {
        version += 1
        return version
    }

    /// Keeps `object` at a new version, written into its metadata.
    mutating func put(_ object: JSON, _ resource: ResourceDescriptor) -> StoredObject {
        let version = nextVersion()
        var object = object
        object[path: "metadata", "resourceVersion"] = .string(String(version))
        let stored = StoredObject(object, resource, version: version)
        record(stored, resource, isDeletion: false)
        return stored
    }

    /// Takes `object` away; what watchers see is its last form at the version of the deletion.
    @discardableResult
    mutating func delete(_ object: JSON, _ resource: ResourceDescriptor) -> StoredObject {
        let version = nextVersion()
        var object = object
        object[path: "metadata", "resourceVersion"] = .string(String(version))
        let stored = StoredObject(object, resource, version: version)
        record(stored, resource, isDeletion: true)
        return stored
    }

    /// Puts an object back at the version it had: reading the store from disk.
    package mutating func restore(_ object: JSON, _ resource: ResourceDescriptor, version: UInt64) {
        open(resource)
        let stored = StoredObject(object, resource, version: version)
        insert(stored, resource.storageKey)
        advance(to: version)
    }

    /// Shows an object otherwise at the version it has: no watcher is told.
    mutating func refresh(_ object: JSON, _ resource: ResourceDescriptor, version: UInt64) { insert(StoredObject(object, resource, version: version), resource.storageKey) }

    /// After a restore: versions go on from here, and nothing older is known.
    package mutating func advance(to version: UInt64) {
        self.version = max(self.version, version)
        for key in tables.keys {
            tables[key]?.floor = self.version
            tables[key]?.latest = self.version
        }
    }

    private mutating func insert(_ stored: StoredObject, _ resource: String) {
        let key = stored.key
        let old = tables[resource]?.objects.updateValue(stored, forKey: key)
        if old == nil, var keys = tables[resource]?.keys {
            tables[resource]?.keys = []
            keys.insert(key, at: Self.position(of: key, in: keys))
            tables[resource]?.keys = keys
        }
        reindex(key, old, stored, resource)
    }

    private mutating func reindex(_ key: String, _ old: StoredObject?, _ new: StoredObject?, _ resource: String) {
        let before = old?.field(Self.indexedField) ?? ""
        let after = new?.field(Self.indexedField) ?? ""
        guard before != after else { return }
        if !before.isEmpty {
            tables[resource]?.index[before]?.remove(key)
            if tables[resource]?.index[before]?.isEmpty ?? false { tables[resource]?.index[before] = nil }
        }
        if !after.isEmpty { tables[resource]?.index[after, default: []].insert(key) }
    }

    private mutating func record(_ stored: StoredObject, _ descriptor: ResourceDescriptor, isDeletion: Bool) {
        let resource = descriptor.storageKey
        open(descriptor)
        let key = stored.key
        let previous = tables[resource]?.objects[key]
        if isDeletion {
            tables[resource]?.objects[key] = nil
            if var keys = tables[resource]?.keys {
                tables[resource]?.keys = []
                let at = Self.position(of: key, in: keys)
                if at < keys.count, keys[at] == key { keys.remove(at: at) }
                tables[resource]?.keys = keys
            }
            reindex(key, previous, nil, resource)
        } else {
            insert(stored, resource)
        }
        tables[resource]?.changes.append(.init(version: stored.version, kind: isDeletion ? .deleted : previous == nil ? .added : .modified, object: stored, previous: previous))
        tables[resource]?.latest = stored.version
        // With the nodes concerned: who follows one node's pods is not woken for another's.
        let nodes = [previous?.field(Self.indexedField), stored.field(Self.indexedField)].compactMap { $0 }
        stirred[resource, default: []].formUnion(nodes)
        trim(resource)
        if keepsUnsaved { unsaved[resource, default: [:]].updateValue(isDeletion ? nil : stored, forKey: key) }
    }

    private mutating func trim(_ resource: String) {
        guard let table = tables[resource], table.changes.count - table.head > historyMax else { return }
        tables[resource]?.floor = table.changes[table.head].version
        tables[resource]?.head += 1
        losses.count("compacted", at: resource)
        if table.head > historyMax / 2 {
            tables[resource]?.changes.removeFirst(table.head + 1)
            tables[resource]?.head = 0
        }
    }

    /// Forgets all history up to now, as etcd's compaction does.
    package mutating func compact() {
        for key in tables.keys {
            losses.count("compacted", at: key, by: UInt64((tables[key]?.changes.count ?? 0) - (tables[key]?.head ?? 0)))
            tables[key]?.changes = []
            tables[key]?.head = 0
            tables[key]?.floor = version
        }
    }

    /// Resources that have changed since this was last asked, with the nodes that their objects belong to.
    package mutating func takeStirred() -> [String: Set<String>] {
        defer { stirred = [:] }
        return stirred
    }

    package mutating func takeUnsaved() -> [String: [String: StoredObject?]] {
        defer { unsaved = [:] }
        return unsaved
    }

    // MARK: Reads

    static func position(of key: String, in keys: [String]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The objects of a resource in order; only those of `namespace` unless it is empty.
    package func objects(_ resource: ResourceDescriptor, namespace: String = "", node: String? = nil, after start: String? = nil) -> [StoredObject] {
        guard let table = tables[resource.storageKey] else { return [] }
        if let node, !node.isEmpty, start == nil {
            return (table.index[node] ?? []).sorted().compactMap { table.objects[$0] }.filter { namespace.isEmpty || $0.namespace == namespace }
        }
        var result: [StoredObject] = []
        let prefix = namespace.isEmpty ? "" : namespace + "/"
        var at = start.map { Self.position(of: $0, in: table.keys) } ?? Self.position(of: prefix, in: table.keys)
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
        let low = max(start.map { Self.position(of: $0, in: table.keys) } ?? 0, namespace.isEmpty ? 0 : Self.position(of: namespace + "/", in: table.keys))
        let high = namespace.isEmpty ? table.keys.count : Self.position(of: namespace + "0", in: table.keys)
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
