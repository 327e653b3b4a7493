import Foundations

/// What the controllers remember between two ticks: how far they have read the history, who depends on whom, what is to be looked at, and when.
///
/// The controllers are level-triggered: an item of work names an object, and whoever handles it compares what is with what is wanted. So doing an item
/// twice is harmless, and after a compaction everything is looked at once.
struct ControlPlane: Sendable {
    struct Item: Hashable, Comparable, Sendable {
        /// Storage key of the resource.
        var resource: String
        var key: String

        static func < (a: Self, b: Self) -> Bool { (a.resource, a.key) < (b.resource, b.key) }
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

    /// Resources whose objects have a controller. All others are followed for their owners only.
    static let resources: Set = [
        "/pods", "/nodes", "/namespaces", "/replicationcontrollers", "/serviceaccounts", "/configmaps", "/persistentvolumes", "/persistentvolumeclaims", "apps/deployments", "apps/replicasets",
        "apps/daemonsets", "apps/statefulsets", "batch/jobs", "batch/cronjobs", "admissionregistration.k8s.io/validatingadmissionpolicies",
    ]
    /// Kinds that own pods or each other.
    static let workloads: Set = [
        "/replicationcontrollers", "apps/deployments", "apps/replicasets", "apps/daemonsets", "apps/statefulsets", "batch/jobs", "batch/cronjobs",
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
    /// Objects whose owners may be gone.
    private var suspects: Set<Item> = []
    /// Objects that are going; those that wait for their dependents stay.
    private(set) var going: Set<Item> = []
    /// Namespaces in which something has changed.
    private var stirred: Set<String> = []
    /// Keys of the pods without any owner, by namespace, and the namespaces that have new ones.
    private(set) var ownerless: [String: Set<String>] = [:]
    private var withOwnerless: Set<String> = []
    /// A claim has gone: its volume is free.
    var hasLostClaim = false
    /// Cluster roles were made, changed or taken away.
    var hasNewRoles = false
    private var queue: [Item] = []
    private var queued: Set<Item> = []
    private var timers: [Item: MonotonicInstant] = [:]
    var nextLease = MonotonicInstant.zero
    var lastMinute: Int64 = 0
    /// Since when a pod has been at the version it is at.
    var seen: [Item: (version: UInt64, at: MonotonicInstant)] = [:]
    /// Pods that found no node, and whether there may be room for them now.
    private(set) var unscheduled: Set<Item> = []
    var hasRoom = false
    /// What the pods of a node ask for, until one comes or goes.
    var usage: [String: NodeUsage] = [:]
    /// Since when pods of a node bear a taint, by their uids.
    var bearing: [String: [String: MonotonicInstant]] = [:]
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

    mutating func takeSuspects() -> [Item] {
        defer { suspects = [] }
        return suspects.sorted()
    }

    mutating func takeStirred() -> [String] {
        defer { stirred = [] }
        return stirred.sorted()
    }

    mutating func takeWithOwnerless() -> [String] {
        defer { withOwnerless = [] }
        return withOwnerless.sorted()
    }

    mutating func foundNoNode(_ item: Item) { unscheduled.insert(item) }

    mutating func isDone(_ item: Item) { going.remove(item) }

    /// Reads what has changed since the last time.
    mutating func follow(_ store: ObjectStore, _ resources: [ResourceDescriptor]) {
        for resource in resources {
            let key = resource.storageKey
            guard let cursor = cursors[key], let changes = store.changes(resource, after: cursor, limit: Self.changesMax) else {
                cursors[key] = store.version
                for object in store.objects(resource) { note(object, key, isGone: false, isNew: true) }
                continue
            }
            for change in changes {
                cursors[key] = change.version
                if let previous = change.previous { forget(previous, key) }
                note(change.object, key, isGone: change.kind == .deleted, isNew: change.kind == .added || change.previous?.owners != change.object.owners)
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

    private mutating func note(_ object: StoredObject, _ resource: String, isGone: Bool, isNew: Bool) {
        let item = Item(resource: resource, key: object.key)
        let isWorkload = Self.workloads.contains(resource)
        if isWorkload { owners[object.uid] = isGone ? nil : item }
        if !object.namespace.isEmpty { stirred.insert(object.namespace) }
        if resource == "rbac.authorization.k8s.io/clusterroles" { hasNewRoles = true }
        if isGone {
            forget(object, resource)
            suspects.formUnion(dependents[object.uid] ?? [])
            going.remove(item)
            if resource == "/persistentvolumeclaims" { hasLostClaim = true }
            if resource == "/nodes" {
                usage[object.name] = nil
                bearing[object.name] = nil
            }
        } else {
            for owner in object.owners { dependents[owner, default: []].insert(item) }
            if isNew, !object.owners.isEmpty { suspects.insert(item) }
            if object.isDeleting { going.insert(item) }
        }
        if resource == "/pods" { notePod(object, item, isGone: isGone, isNew: isNew) } else if !isGone, Self.resources.contains(resource) { enqueue(item) }
        touched.formUnion(object.owners)
    }

    private mutating func notePod(_ pod: StoredObject, _ item: Item, isGone: Bool, isNew: Bool) {
        let node = pod.field("spec.nodeName")
        if isGone {
            load[node, default: 0] -= 1
            bearing[node]?[pod.uid] = nil
        }
        // Only its end frees what a pod has.
        if isGone || ["Succeeded", "Failed"].contains(pod.field("status.phase")) {
            usage[node] = nil
            hasRoom = true
        } else if isNew {
            usage[node] = nil
        }
        if isGone || !node.isEmpty { unscheduled.remove(item) }
        // A pod that runs and stays needs nobody.
        if !isGone, pod.isDeleting || pod.field("status.phase") == "Pending" || pod.field("spec.restartPolicy") != "Always" { enqueue(item) }
        if isGone || !pod.owners.isEmpty {
            ownerless[pod.namespace]?.remove(pod.key)
        } else {
            ownerless[pod.namespace, default: []].insert(pod.key)
            withOwnerless.insert(pod.namespace)
        }
    }

    /// Owners whose dependents have changed.
    private(set) var touched: Set<String> = []

    mutating func takeTouched() -> Set<String> {
        defer { touched = [] }
        return touched
    }
}
