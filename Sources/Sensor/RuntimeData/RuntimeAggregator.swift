package import Contract
package import Events
package import Foundations

/// Counts process starts by what started where, and first loads of libraries by what loaded them where, between two flushes.
package struct RuntimeAggregator {
    package static let rowsMax = 4096
    package static let flushTimeDefault: Duration = .seconds(10)
    /// The portal may change it.
    package var flushTime: Duration
    package private(set) var ledger = Ledger()
    private var rows: [Key: Row] = [:]
    private var flushedAt: MonotonicInstant?

    private struct Key: Hashable {
        var isLibrary = false
        /// What ran, or the library.
        let executable: String
        /// What started it, or the program that loaded it.
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
        guard let key = Self.key(of: event), !key.executable.isEmpty else { return }
        // the key is three texts: hashed once
        if let index = rows.index(forKey: key) {
            rows.values[index].count += 1
            rows.values[index].last = event.wallTime
            rows.values[index].context = event.container
            return
        }
        guard rows.count < Self.rowsMax else { return ledger.count("aggregateFull", at: "runtimeData") }
        rows[key] = Row(
            count: 1, first: event.wallTime, last: event.wallTime, digests: key.isLibrary ? nil : event.process.digests, context: event.container)
    }

    private static func key(of event: EnrichedEvent) -> Key? {
        let container = event.container?.id ?? ""
        switch event.event.details {
        case .exec(let exec):
            return Key(executable: exec.path, parent: event.process.parent?.exec.path ?? "", container: container, uid: event.event.uid)
        case .file(let file) where event.event.kind == .library:
            return Key(isLibrary: true, executable: file.path, parent: event.process.exec.path, container: container, uid: event.event.uid)
        default: return nil
        }
    }

    /// The digests of a started program, or of a library that it loaded, known some time after: the row that counts it takes them, also when it
    /// was handed over already.
    package mutating func learn(_ digests: FileDigests, of tree: [ProcessSnapshot], library: String? = nil, at time: WallInstant) {
        guard let process = tree.first else { return }
        let (file, user) = library.map { ($0, process.exec.path) } ?? (process.exec.path, tree.dropFirst().first?.exec.path ?? "")
        let key = Key(isLibrary: library != nil, executable: file, parent: user, container: process.container?.id ?? "", uid: process.uid)
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
        func order(_ key: Key) -> (String, String, String, UInt32, Int) { (key.executable, key.container, key.parent, key.uid, key.isLibrary ? 1 : 0) }
        return rows.sorted { order($0.key) < order($1.key) }.map { key, row in
            RuntimeRecord(
                kind: key.isLibrary ? "library" : "process", executable: key.executable, sha256: row.digests?.sha256, parentExecutable: key.parent.isEmpty ? nil : key.parent,
                containerId: key.container.isEmpty ? nil : key.container, image: row.context?.image, podName: row.context?.pod?.name,
                namespace: row.context?.pod?.namespace, buildId: row.digests?.buildID, userId: key.uid, count: row.count, firstSeen: row.first.rfc3339, lastSeen: row.last.rfc3339)
        }
    }
}
