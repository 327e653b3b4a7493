/// The objects of one resource in order, and its recent changes.
struct ResourceTable: Sendable {
    /// Shared by the copies of a table, and by nothing else: whoever holds it alone may change the table in place.
    private final class Mark: Sendable {}

    static let indexedField = "spec.nodeName"

    private(set) var keys: [String] = []
    private(set) var objects: [String: StoredObject] = [:]
    /// Keys of objects by the value of the indexed field (a pod's node).
    private(set) var index: [String: Set<String>] = [:]
    private(set) var changes: [ObjectStore.Change] = []
    /// Changes before this position are forgotten; they leave memory in strides.
    private(set) var head = 0
    /// Changes at or below this version are no longer known.
    private(set) var floor: UInt64
    private(set) var latest: UInt64
    private var mark = Mark()

    init(floor: UInt64, latest: UInt64) {
        self.floor = floor
        self.latest = latest
    }

    /// Whether a change would copy all of this, because a copy is held elsewhere. Says so once for each copy.
    mutating func isShared() -> Bool {
        if isKnownUniquelyReferenced(&mark) { return false }
        mark = Mark()
        return true
    }

    /// - Returns: what it takes the place of.
    @discardableResult
    mutating func insert(_ stored: StoredObject) -> StoredObject? {
        let key = stored.key
        let old = objects.updateValue(stored, forKey: key)
        if old == nil { keys.insert(key, at: Self.position(of: key, in: keys)) }
        reindex(key, old, stored)
        return old
    }

    mutating func remove(_ key: String) -> StoredObject? {
        guard let old = objects.removeValue(forKey: key) else { return nil }
        keys.remove(at: Self.position(of: key, in: keys))
        reindex(key, old, nil)
        return old
    }

    private mutating func reindex(_ key: String, _ old: StoredObject?, _ new: StoredObject?) {
        let before = old?.field(Self.indexedField) ?? ""
        let after = new?.field(Self.indexedField) ?? ""
        guard before != after else { return }
        if !before.isEmpty {
            index[before]?.remove(key)
            if index[before]?.isEmpty ?? false { index[before] = nil }
        }
        if !after.isEmpty { index[after, default: []].insert(key) }
    }

    // MARK: History

    /// - Returns: whether the oldest change was forgotten for it.
    mutating func append(_ change: ObjectStore.Change, historyMax: Int) -> Bool {
        changes.append(change)
        latest = change.version
        guard changes.count - head > historyMax else { return false }
        floor = changes[head].version
        head += 1
        if head > historyMax / 2 {
            changes.removeFirst(head)
            head = 0
        }
        return true
    }

    /// Forgets all changes. Returns how many there were.
    mutating func forget(upTo version: UInt64) -> Int {
        defer {
            changes = []
            head = 0
            floor = version
        }
        return changes.count - head
    }

    /// As after a restore: nothing older than `version` is known.
    mutating func begin(at version: UInt64) {
        floor = version
        latest = version
    }

    /// Where `key` is in `keys`, or would be.
    static func position(of key: String, in keys: [String]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
