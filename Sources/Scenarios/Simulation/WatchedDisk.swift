import Contract
import Foundation
import Foundations
import Spool

/// A spool store behind a faulty disk, with a witness: what was done to the store is written down as it happened, whatever the
/// sensor was told about it.
final class WatchedDisk: SpoolStore {
    enum Condition: Hashable {
        case sound
        /// Writes fail with `diskFull`.
        case full
        /// Writes fail half way; the store promises that nothing of the call happened.
        case shortWrites
        /// Writes succeed, reads fail.
        case unreadable
    }

    /// What happened to the store, with its sums before and after.
    struct Operation {
        enum What {
            case append([SpoolDraft])
            case acknowledge([UInt64], UploadStream)
            case evict([UInt64], UploadStream, LossCause)
            /// The records are those at the front of the stream before the call.
            case expire(UploadStream, LossCause, front: [SpooledRecord])
            case contact
        }
        var what: What
        var before: SpoolDigest
        var after: SpoolDigest
    }

    var condition = Condition.sound
    private(set) var operations: [Operation] = []
    private let store: any SpoolStore

    init(_ store: any SpoolStore) { self.store = store }

    var timeline: SpoolTimeline { store.timeline }

    /// The operations since the last call of this.
    func takeOperations() -> [Operation] {
        defer { operations.removeAll() }
        return operations
    }

    /// The sums as they are, whatever the disk's condition.
    func trueDigest() -> SpoolDigest { (try? store.digest()) ?? SpoolDigest() }

    func front(of stream: UploadStream, _ records: Int) -> [SpooledRecord] { (try? store.oldest(of: stream, records: records, bytes: .max)) ?? [] }

    private func write(_ what: Operation.What, _ body: () throws(SpoolError) -> Void) throws(SpoolError) {
        switch condition {
        case .full: throw .diskFull
        case .shortWrites: throw .failed("short write")
        case .sound, .unreadable: break
        }
        let before = trueDigest()
        try body()
        operations.append(Operation(what: what, before: before, after: trueDigest()))
    }

    private func checkReadable() throws(SpoolError) {
        if condition == .unreadable { throw .failed("input/output error") }
    }

    func append(_ drafts: [SpoolDraft], at now: Now) throws(SpoolError) {
        try write(.append(drafts)) { () throws(SpoolError) in try store.append(drafts, at: now) }
    }

    func oldest(of stream: UploadStream, records: Int, bytes: Int) throws(SpoolError) -> [SpooledRecord] {
        try checkReadable()
        return try store.oldest(of: stream, records: records, bytes: bytes)
    }

    func acknowledge(_ sequences: [UInt64], of stream: UploadStream, at now: Now) throws(SpoolError) {
        try write(.acknowledge(sequences, stream)) { () throws(SpoolError) in try store.acknowledge(sequences, of: stream, at: now) }
    }

    func evict(_ sequences: [UInt64], of stream: UploadStream, cause: LossCause, at now: Now) throws(SpoolError) {
        try write(.evict(sequences, stream, cause)) { () throws(SpoolError) in try store.evict(sequences, of: stream, cause: cause, at: now) }
    }

    func expire(_ stream: UploadStream, acceptedUpTo cutoff: SpoolTime, cause: LossCause, at now: Now) throws(SpoolError) {
        var front = front(of: stream, 64)
        // many fell due at once, as after a suspend
        if let last = front.last, front.count == 64, last.acceptedAt <= cutoff { front = self.front(of: stream, .max) }
        try write(.expire(stream, cause, front: front)) { () throws(SpoolError) in try store.expire(stream, acceptedUpTo: cutoff, cause: cause, at: now) }
    }

    func noteContact(at now: Now) throws(SpoolError) {
        try write(.contact) { () throws(SpoolError) in try store.noteContact(at: now) }
    }

    func digest() throws(SpoolError) -> SpoolDigest {
        try checkReadable()
        return try store.digest()
    }
}

/// What survives a crash of a simulated node.
final class NodeDisk {
    private let limits: SpoolLimits
    private var memory: MemorySpool?
    /// For the SQLite store: a folder of this node's own.
    private let folder: String?
    private var file = 0

    private let mistake: MemorySpool.Mistake?

    init(limits: SpoolLimits, folder: String?, mistake: MemorySpool.Mistake?) {
        self.limits = limits
        self.mistake = mistake
        self.folder = folder
    }

    /// Opens what is there, or makes it.
    func open(bootID: String, at now: Now) throws(SpoolError) -> any SpoolStore {
        if let folder { return try SQLiteSpool.open(path: "\(folder)/spool-\(file).db", limits: limits, bootID: bootID, at: now) }
        if let memory {
            memory.reopen(bootID: bootID, at: now)
            return memory
        }
        let spool = MemorySpool(limits: limits, bootID: bootID, at: now, mistake: mistake)
        memory = spool
        return spool
    }

    /// The process is killed while the store is open: the files as they are now, log included, are what the next one finds.
    func crash() throws {
        guard let folder else { return }
        let files = FileManager.default
        for suffix in ["", "-wal"] where files.fileExists(atPath: "\(folder)/spool-\(file).db\(suffix)") {
            try files.copyItem(atPath: "\(folder)/spool-\(file).db\(suffix)", toPath: "\(folder)/spool-\(file + 1).db\(suffix)")
        }
        file += 1
    }
}
