import Foundations

/// What the controllers remember between two ticks: how far they have read the history, who depends on whom, what is to be looked at, and when.
///
/// The controllers are level-triggered: an item of work names an object, and whoever handles it compares what is with what is wanted. So doing an item
/// twice is harmless, and after a compaction everything is looked at once.
struct ControlPlane: Sendable {
    struct Item: Hashable, Sendable {
        /// Storage key of the resource.
        var resource: String
        var key: String
    }

    /// Behaviour of the stand-in kubelets, as data. Spans count from the change before.
    struct Stages: Sendable {
        var creating = Duration.milliseconds(100)
        var running = Duration.milliseconds(400)
        /// A container of a pod that is meant to end runs so long.
        var finishing = Duration.seconds(1)
        var terminating = Duration.milliseconds(200)
        var leaseEvery = Duration.seconds(30)
    }

    static let resources = [
        "/pods", "/nodes", "/namespaces", "/replicationcontrollers", "apps/deployments", "apps/replicasets", "apps/daemonsets", "apps/statefulsets", "batch/jobs", "batch/cronjobs",
    ]
    /// Items handled in one tick, so that requests get their turn.
    static let itemsMax = 2000
    static let changesMax = 10_000

    var stages = Stages()
    private(set) var cursors: [String: UInt64] = [:]
    /// Objects by the uid of an owner.
    private(set) var dependents: [String: Set<Item>] = [:]
    /// Workloads by their uid.
    private(set) var owners: [String: Item] = [:]
    /// Uids of owners that may be gone.
    private(set) var orphans: Set<String> = []
    private var queue: [Item] = []
    private var queued: Set<Item> = []
    private var timers: [Item: MonotonicInstant] = [:]
    var nextLease = MonotonicInstant.zero
    var lastMinute: Int64 = 0
    /// Since when a pod has been at the version it is at.
    var seen: [Item: (version: UInt64, at: MonotonicInstant)] = [:]
    /// Versions up to which deletions have been looked through, and resources in which one still waits for dependents.
    var swept: [String: UInt64] = [:]
    var waiting: Set<String> = []
    /// Counts pods given to nodes, so that each gets its share.
    var load: [String: Int] = [:]

    mutating func enqueue(_ item: Item) {
        if queued.insert(item).inserted { queue.append(item) }
    }

    /// Looks at an item again after a while; the earlier of two wishes wins.
    mutating func later(_ item: Item, at time: MonotonicInstant) { timers[item] = min(timers[item] ?? time, time) }

    mutating func takeDue(at now: MonotonicInstant) -> [Item] {
        for (item, time) in timers where time <= now {
            timers[item] = nil
            enqueue(item)
        }
        let count = min(queue.count, Self.itemsMax)
        let taken = Array(queue[..<count])
        queue.removeFirst(count)
        for item in taken { queued.remove(item) }
        return taken
    }

    mutating func takeOrphans() -> Set<String> {
        defer { orphans = [] }
        return orphans
    }

    /// Reads what has changed since the last time.
    mutating func follow(_ store: ObjectStore, _ resources: [ResourceDescriptor]) {
        for resource in resources {
            let key = resource.storageKey
            guard let cursor = cursors[key], let changes = store.changes(resource, after: cursor, limit: Self.changesMax) else {
                cursors[key] = store.version
                for object in store.objects(resource) { note(object, key, isGone: false) }
                continue
            }
            for change in changes {
                cursors[key] = change.version
                if let previous = change.previous { forget(previous, key) }
                note(change.object, key, isGone: change.kind == .deleted)
            }
        }
    }

    private mutating func forget(_ object: StoredObject, _ resource: String) {
        let item = Item(resource: resource, key: object.key)
        for owner in object.owners {
            dependents[owner]?.remove(item)
            if dependents[owner]?.isEmpty ?? false { dependents[owner] = nil }
        }
    }

    private mutating func note(_ object: StoredObject, _ resource: String, isGone: Bool) {
        let item = Item(resource: resource, key: object.key)
        if resource != "/pods", resource != "/nodes", resource != "/namespaces" { owners[object.uid] = isGone ? nil : item }
        if isGone {
            forget(object, resource)
            if dependents[object.uid] != nil { orphans.insert(object.uid) }
        } else {
            for owner in object.owners { dependents[owner, default: []].insert(item) }
        }
        switch resource {
        case "/pods":
            if isGone { load[object.field("spec.nodeName"), default: 0] -= 1 }
            // A pod that runs and stays needs nobody.
            if !isGone, object.isDeleting || object.field("status.phase") == "Pending" || object.field("spec.restartPolicy") != "Always" { enqueue(item) }
        default: if !isGone { enqueue(item) }
        }
        touched.formUnion(object.owners)
    }

    /// Owners whose dependents have changed.
    private(set) var touched: Set<String> = []

    mutating func takeTouched() -> Set<String> {
        defer { touched = [] }
        return touched
    }
}
