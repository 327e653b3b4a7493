import Enrichment
import Events
import Foundations
import Host
import Pipeline
import Synchronization

/// Reads files for the pipeline, on two threads of their own: executed files and libraries are hashed on one, /proc and passwd files, which are short
/// and whose processes may be gone in a moment, are read on the other.
final class FileWorkers: Sendable {
    private let inbox: Mailbox<PipelineInput>
    private let hashing = Worker(name: "hash", capacity: 1024)
    private let reading = Worker(name: "proc", capacity: 4096)
    private let digests = Mutex(FileHasher())

    init(inbox: Mailbox<PipelineInput>) { self.inbox = inbox }

    func hash(_ request: FileHasher.Request) {
        // many libraries at once leave half of the room to what is executed
        let (depth, capacity, _) = hashing.depth
        guard !request.isLibrary || depth < capacity / 2 else {
            inbox.put(.notHashed(request, "hashQueueFull"))
            return
        }
        let isTaken = hashing.submit { [self] in
            switch FileDigester().digest(request, known: digests.withLock { $0 }) {
            case .digests(let value, let version):
                digests.withLock { $0.learn(value, of: version) }
                inbox.put(.digests(value, for: request))
            case .gone: inbox.put(.notHashed(request, "fileGone"))
            case .tooLarge: inbox.put(.notHashed(request, "fileTooLarge"))
            case .unreadable: inbox.put(.notHashed(request, "fileUnreadable"))
            }
        }
        if !isTaken { inbox.put(.notHashed(request, "hashQueueFull")) }
    }

    func scan(pid: UInt32) {
        reading.submit { [inbox] in
            if let facts = ProcessScan.one(pid: pid) { inbox.put(.processes([facts])) }
        }
    }

    func readNames(pid: UInt32, mountNamespace: UInt32) {
        reading.submit { [inbox] in
            if let names = PasswdFiles.names(pid: pid) { inbox.put(.names(names, mountNamespace: mountNamespace)) }
        }
    }

    func findKnownFiles(_ paths: [String], pid: UInt32, mountNamespace: UInt32) {
        let isTaken = reading.submit { [inbox] in
            inbox.put(.knownFiles(KnownFileScan.files(paths, ofProcess: pid, mountNamespace: mountNamespace), mountNamespace: mountNamespace))
        }
        if !isTaken { inbox.put(.knownFiles(nil, mountNamespace: mountNamespace)) }
    }

    var depths: [String: (depth: Int, capacity: Int, refused: UInt64)] { ["hash": hashing.depth, "proc": reading.depth] }

    func keep(share: Double) {
        hashing.keep(share: share)
        reading.keep(share: share)
    }

    /// Digests of files are computed anew when they are executed again.
    func dropCaches() { digests.withLock { $0 = FileHasher() } }

    func stop() {
        hashing.stop(within: .seconds(2))
        reading.stop(within: .seconds(2))
    }
}
