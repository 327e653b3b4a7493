package import Events
package import Foundations

/// The processes that live, each with its ancestors. Owned by the pipeline's thread.
///
/// Built from exec, fork and exit events and, for what ran before the sensor, from facts that the shell read from /proc.
/// Bounds: `capacity` living processes (`processTreeFull`: a process beyond it is described for its event and forgotten) and
/// `ancestorsMax` ancestors of each (the oldest is cut off).
package final class ProcessTree {
    package let capacity: Int
    package static let ancestorsMax = 32
    /// Where and why something was left out.
    package private(set) var ledger = Ledger()
    /// Grows with every change of any process.
    package private(set) var changes: UInt64 = 0
    private var byPID: [UInt32: ProcessRecord] = [:]
    /// Living processes by mount namespace; the kernel gives the number of one that has gone to the next that is made.
    private var mountNamespaces: [UInt32: Int] = [:]
    private var namespacesGone: [UInt32] = []

    package init(capacity: Int = 65_536) {
        self.capacity = capacity
        byPID.reserveCapacity(min(capacity, 4096))
    }

    package var count: Int { byPID.count }

    /// The living process of that key; nil when it is not known or the pid belongs to another one now.
    package func process(_ key: ProcessKey) -> ProcessRecord? {
        guard let record = byPID[key.pid], Self.isSame(record.key, key) else { return nil }
        return record
    }

    /// /proc counts starts in clock ticks of 10 ms, rounded down; no pid is used twice within one.
    private static func isSame(_ a: ProcessKey, _ b: ProcessKey) -> Bool {
        let (earlier, later) = a.start < b.start ? (a.start, b.start) : (b.start, a.start)
        return later.nanoseconds - earlier.nanoseconds < 10_000_000
    }

    package func process(pid: UInt32) -> ProcessRecord? { byPID[pid] }

    /// The living process with the earliest start of those that satisfy the condition.
    package func oldest(where condition: (ProcessRecord) -> Bool) -> ProcessRecord? {
        byPID.values.lazy.filter(condition).min { $0.key < $1.key }
    }

    /// Calls `body` with every living process, in no particular order.
    package func forEach(_ body: (ProcessRecord) -> Void) { byPID.values.forEach(body) }

    /// Living processes ordered by start.
    package var all: [ProcessRecord] { byPID.values.sorted { $0.key < $1.key } }

    /// Brings the tree up to date with an event and gives the process that it is about.
    /// - Returns: the record, and whether it had to be made from nothing but the event (its past is not known).
    package func handle(_ event: Event) -> (record: ProcessRecord, isNew: Bool) {
        let (record, isNew) = record(for: event)
        switch event.details {
        case .exec(let exec):
            changes &+= 1
            move(record, to: exec)
            record.execTime = event.time
            record.digests = nil
            update(record, from: event)
        case .fork(let fork):
            update(record, from: event)
            let child = ProcessRecord(
                key: fork.child, parent: record, parentPID: record.key.pid, comm: record.comm, exec: record.exec, execTime: record.execTime, uid: record.uid,
                gid: record.gid)
            child.exec.namespacePID = fork.childNamespacePID
            child.container = record.container
            child.digests = record.digests
            insert(child)
        case .exit:
            changes &+= 1
            record.exitTime = event.time
            if byPID[event.process.pid] === record { remove(record) }
        default:
            update(record, from: event)
        }
        return (record, isNew)
    }

    private func update(_ record: ProcessRecord, from event: Event) {
        // threads may have names of their own: the process goes by its leader's
        // (set only when it changes: a set name makes the record join its lines anew)
        if event.threadID == event.process.pid, record.comm != event.comm {
            record.comm = event.comm
            changes &+= 1
        }
        // the parent went, and a reaper took over: the ancestry that was stays, the number follows the kernel
        guard (record.uid, record.gid, record.parentPID) != (event.uid, event.gid, event.parentPID) else { return }
        (record.uid, record.gid, record.parentPID) = (event.uid, event.gid, event.parentPID)
        changes &+= 1
    }

    private func record(for event: Event) -> (ProcessRecord, Bool) {
        if let known = process(event.process) {
            if known.key != event.process {
                known.key = event.process
                changes &+= 1
            }
            return (known, false)
        }
        let made = ProcessRecord(
            key: event.process, parent: byPID[event.parentPID], parentPID: event.parentPID, comm: event.comm, exec: ExecDetails(), execTime: event.process.start,
            uid: event.uid, gid: event.gid)
        made.container = made.parent?.container
        insert(made)
        return (made, true)
    }

    private func insert(_ record: ProcessRecord) {
        changes &+= 1
        cutAncestors(of: record)
        guard byPID.count < capacity || byPID[record.key.pid] != nil else {
            ledger.count("processTreeFull", at: "processes")
            return
        }
        if let old = byPID[record.key.pid] { remove(old) }
        byPID[record.key.pid] = record
        mountNamespaces[record.exec.namespaces.mount, default: 0] += 1
    }

    private func remove(_ record: ProcessRecord) {
        byPID[record.key.pid] = nil
        leave(record.exec.namespaces.mount)
    }

    private func leave(_ namespace: UInt32) {
        guard let count = mountNamespaces[namespace] else { return }
        mountNamespaces[namespace] = count > 1 ? count - 1 : nil
        if count == 1, namespace != 0 { namespacesGone.append(namespace) }
    }

    private func move(_ record: ProcessRecord, to exec: ExecDetails) {
        let before = record.exec.namespaces.mount
        record.exec = exec
        // one that found no room in the tree is counted nowhere
        guard before != exec.namespaces.mount, byPID[record.key.pid] === record else { return }
        mountNamespaces[exec.namespaces.mount, default: 0] += 1
        leave(before)
    }

    /// Whether a living process is in that mount namespace.
    package func isInUse(mountNamespace: UInt32) -> Bool { mountNamespaces[mountNamespace] != nil }

    /// The mount namespaces whose last process went since the last call: what is remembered of them must not be taken for the next
    /// namespace of the same number.
    package func takeNamespacesGone() -> [UInt32] {
        if namespacesGone.isEmpty { return [] }
        defer { namespacesGone.removeAll(keepingCapacity: true) }
        return namespacesGone.filter { mountNamespaces[$0] == nil }
    }

    // A chain of daemons each forking the next would keep every dead ancestor alive.
    private func cutAncestors(of record: ProcessRecord) {
        var ancestor = record
        for _ in 0..<Self.ancestorsMax {
            guard let above = ancestor.parent else { return }
            ancestor = above
        }
        if ancestor.parent != nil {
            ancestor.parent = nil
            ledger.count("ancestorsCut", at: "processes")
        }
    }

    /// Takes what /proc says about a process that was there before its first event. An event's word stands above it.
    /// - Returns: the record; nil when the pid meanwhile belongs to another process.
    @discardableResult
    package func adopt(_ facts: ProcessFacts) -> ProcessRecord? {
        if let known = byPID[facts.key.pid] {
            guard Self.isSame(known.key, facts.key) else { return nil }
            changes &+= 1
            if known.exec.path.isEmpty {
                move(known, to: facts.exec)
                known.comm = facts.comm
            }
            if known.parent == nil { known.parent = parent(of: facts) }
            return known
        }
        let record = ProcessRecord(
            key: facts.key, parent: parent(of: facts), parentPID: facts.parentPID, comm: facts.comm, exec: facts.exec, execTime: facts.key.start, uid: facts.uid,
            gid: facts.gid)
        insert(record)
        return record
    }

    private func parent(of facts: ProcessFacts) -> ProcessRecord? {
        guard facts.parentPID != facts.key.pid, let parent = byPID[facts.parentPID], parent.key.start <= facts.key.start else { return nil }
        return parent
    }
}

/// What /proc says about one process.
package struct ProcessFacts: Sendable {
    package var key: ProcessKey
    package var parentPID: UInt32
    package var comm: String
    package var uid: UInt32
    package var gid: UInt32
    package var exec: ExecDetails
    package init(key: ProcessKey, parentPID: UInt32, comm: String, uid: UInt32, gid: UInt32, exec: ExecDetails) {
        self.key = key
        self.parentPID = parentPID
        self.comm = comm
        self.uid = uid
        self.gid = gid
        self.exec = exec
    }
}
