package import Foundations

/// All objects at their current versions, and the recent changes of each resource for watchers to follow.
///
/// Versions are one sequence for the whole store, as in etcd. History is bounded: at the bound the oldest change of that resource is
/// forgotten and counted as `compacted`; who asks for something older is told 410.
package struct ObjectStore {
    private(set) var tables: [String: ResourceTable] = [:]
    package private(set) var version: UInt64 = 1
    package private(set) var losses = Ledger()
    /// Writes that copied a whole table, because somebody held the store as it was before them. None should.
    package private(set) var tablesCopied: UInt64 = 0
    let historyMax: Int
    /// Changes since they were last taken, for the store on disk. (resource, key, object or nil)
    private var unsaved: [String: [String: StoredObject?]] = [:]
    package var keepsUnsaved = false
    /// Resources with changes that watchers have not been woken for.
    private var stirred: [String: Set<String>] = [:]

    package init(historyMax: Int = 50_000) { self.historyMax = historyMax }

    /// Makes a resource known. Watches from before this moment are too old.
    mutating func open(_ resource: ResourceDescriptor) {
        guard tables[resource.storageKey] == nil else { return }
        tables[resource.storageKey] = ResourceTable(floor: resource.isCustom ? version : 0, latest: version)
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
        for key in tables.keys { tables[key]?.begin(at: self.version) }
    }

    private mutating func insert(_ stored: StoredObject, _ resource: String) {
        if tables[resource]?.isShared() ?? false { tablesCopied += 1 }
        tables[resource]?.insert(stored)
    }

    private mutating func record(_ stored: StoredObject, _ descriptor: ResourceDescriptor, isDeletion: Bool) {
        let resource = descriptor.storageKey
        open(descriptor)
        if tables[resource]?.isShared() ?? false { tablesCopied += 1 }
        let previous = isDeletion ? tables[resource]?.remove(stored.key) : tables[resource]?.insert(stored)
        let change = Change(version: stored.version, kind: isDeletion ? .deleted : previous == nil ? .added : .modified, object: stored, previous: previous)
        if tables[resource]?.append(change, historyMax: historyMax) ?? false { losses.count("compacted", at: resource) }
        // With the nodes concerned: who follows one node's pods is not woken for another's.
        stirred[resource, default: []].formUnion([previous, stored].compactMap { $0?.field(ResourceTable.indexedField) })
        if keepsUnsaved { unsaved[resource, default: [:]].updateValue(isDeletion ? nil : stored, forKey: stored.key) }
    }

    /// Forgets all history up to now, as etcd's compaction does.
    package mutating func compact() {
        for key in tables.keys { losses.count("compacted", at: key, by: UInt64(tables[key]?.forget(upTo: version) ?? 0)) }
    }

    /// Wakes those who follow all of a resource, though none of its objects has changed.
    mutating func stir(_ resource: ResourceDescriptor) { stirred[resource.storageKey, default: []] = stirred[resource.storageKey] ?? [] }

    /// Resources that have changed since this was last asked, with the nodes that their objects belong to.
    package mutating func takeStirred() -> [String: Set<String>] {
        defer { stirred = [:] }
        return stirred
    }

    package mutating func takeUnsaved() -> [String: [String: StoredObject?]] {
        defer { unsaved = [:] }
        return unsaved
    }
}
