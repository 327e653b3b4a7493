package import Contract
package import Events
package import Foundations

/// Counts process starts by what started where, between two flushes.
package struct RuntimeAggregator {
    package static let rowsMax = 4096
    package static let flushTimeDefault: Duration = .seconds(10)
    /// The portal may change it.
    package var flushTime: Duration
    package private(set) var ledger = Ledger()
    private var rows: [Key: Row] = [:]
    private var flushedAt: MonotonicInstant?

    private struct Key: Hashable {
        let executable: String
        let parent: String
        let container: String
        let uid: UInt32
    }
    private struct Row {
        var count: UInt64
        var first: WallInstant
        var last: WallInstant
        var digests: FileDigests?
        var context: ContainerContext?
    }

    package init(flushTime: Duration = RuntimeAggregator.flushTimeDefault) { self.flushTime = flushTime }

    package var count: Int { rows.count }

    package mutating func observe(_ event: EnrichedEvent) {
        guard case .exec(let exec) = event.event.details, !exec.path.isEmpty else { return }
        let key = Key(executable: exec.path, parent: event.process.parent?.exec.path ?? "", container: event.container?.id ?? "", uid: event.event.uid)
        // the key is three texts: hashed once
        if let index = rows.index(forKey: key) {
            rows.values[index].count += 1
            rows.values[index].last = event.wallTime
            rows.values[index].context = event.container
            return
        }
        guard rows.count < Self.rowsMax else { return ledger.count("aggregateFull", at: "runtimeData") }
        rows[key] = Row(count: 1, first: event.wallTime, last: event.wallTime, digests: event.process.digests, context: event.container)
    }

    /// The digests of a started program, known some time after its start: the row that counts it takes them, also when it was
    /// handed over already.
    package mutating func learn(_ digests: FileDigests, of tree: [ProcessSnapshot], at time: WallInstant) {
        guard let process = tree.first else { return }
        let key = Key(
            executable: process.exec.path, parent: tree.dropFirst().first?.exec.path ?? "", container: process.container?.id ?? "", uid: process.uid)
        if rows[key] == nil {
            guard rows.count < Self.rowsMax else { return ledger.count("aggregateFull", at: "runtimeData") }
            rows[key] = Row(count: 0, first: time, last: time, context: process.container)
        }
        rows[key]?.digests = digests
    }

    /// What has gathered, sorted, when it is time; empty otherwise.
    package mutating func flush(at now: Now, force: Bool = false) -> [RuntimeRecord] {
        guard let before = flushedAt else {
            flushedAt = now.monotonic
            return force ? take() : []
        }
        guard force || now.monotonic - before >= flushTime else { return [] }
        flushedAt = now.monotonic
        return take()
    }

    private mutating func take() -> [RuntimeRecord] {
        defer { rows.removeAll() }
        return rows.sorted { ($0.key.executable, $0.key.container, $0.key.parent, $0.key.uid) < ($1.key.executable, $1.key.container, $1.key.parent, $1.key.uid) }.map { key, row in
            RuntimeRecord(
                kind: "process", executable: key.executable, sha256: row.digests?.sha256, parentExecutable: key.parent.isEmpty ? nil : key.parent,
                containerId: key.container.isEmpty ? nil : key.container, image: row.context?.image, podName: row.context?.pod?.name,
                namespace: row.context?.pod?.namespace, buildId: row.digests?.buildID, userId: key.uid, count: row.count, firstSeen: row.first.rfc3339, lastSeen: row.last.rfc3339)
        }
    }
}
