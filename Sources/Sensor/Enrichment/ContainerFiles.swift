package import Events
package import Foundations

/// The files that rules know by a path, as containers have them below their own roots: decides when they are looked up, keeps what was found.
///
/// They are looked up when a container's first program runs, again soon after a file of it was put in the place of a known one, and now and then, a
/// container at a time, for what nobody saw.
package struct ContainerFiles {
    /// Mount namespaces looked at; files of more go by name alone (`namespacesFull`).
    package static let namespacesMax = 512
    /// Files kept of all of them together (`filesFull`).
    package static let filesMax = 1536
    /// Namespaces looked up again in one tick.
    package static let looksMax = 4
    package static let refreshInterval: Duration = .seconds(5)

    private struct Entry {
        var files: [KnownFile] = []
        /// A look-up is under way.
        var isAsked = true
        /// Something has changed since it was asked for.
        var isStale = false
    }

    package private(set) var ledger = Ledger()
    /// Grows whenever `files` changes.
    package private(set) var changes: UInt64 = 0
    private var byNamespace: [UInt32: Entry] = [:]
    private var fileCount = 0
    private var refreshed: UInt32 = 0
    private var refreshTime: MonotonicInstant?

    package init() {}

    package var namespaceCount: Int { byNamespace.count }

    /// All that are known, in a fixed order.
    package var files: [KnownFile] { byNamespace.sorted { $0.key < $1.key }.flatMap(\.value.files) }

    /// A program of a container runs there.
    /// - Returns: whether its files should be looked up now.
    package mutating func enter(mountNamespace: UInt32) -> Bool {
        guard mountNamespace != 0, byNamespace[mountNamespace] == nil else { return false }
        guard byNamespace.count < Self.namespacesMax else {
            ledger.count("namespacesFull", at: "containerFiles")
            return false
        }
        byNamespace[mountNamespace] = Entry()
        return true
    }

    /// A known name may lead to another file now.
    package mutating func changed(mountNamespace: UInt32) { byNamespace[mountNamespace]?.isStale = true }

    /// Other paths are known now.
    package mutating func pathsChanged() { for namespace in byNamespace.keys { byNamespace[namespace]?.isStale = true } }

    package func isWatched(mountNamespace: UInt32) -> Bool { byNamespace[mountNamespace] != nil }

    /// - Parameter found: nil when nobody could look: what was known stays.
    package mutating func learn(_ found: [KnownFile]?, mountNamespace: UInt32) {
        guard var entry = byNamespace[mountNamespace] else { return }
        entry.isAsked = false
        if let found {
            let room = Self.filesMax - fileCount + entry.files.count
            if found.count > room { ledger.count("filesFull", at: "containerFiles", by: UInt64(found.count - room)) }
            let taken = Array(found.prefix(room))
            fileCount += taken.count - entry.files.count
            if taken != entry.files { changes &+= 1 }
            entry.files = taken
        }
        byNamespace[mountNamespace] = entry
    }

    /// The namespace has gone; another may get its number.
    package mutating func forget(mountNamespace: UInt32) {
        guard let entry = byNamespace.removeValue(forKey: mountNamespace) else { return }
        fileCount -= entry.files.count
        if !entry.files.isEmpty { changes &+= 1 }
    }

    /// The namespaces to be looked up now, sorted; each is answered by `learn`.
    package mutating func due(at now: MonotonicInstant) -> [UInt32] {
        markNext(at: now)
        let due = byNamespace.filter { $0.value.isStale && !$0.value.isAsked }.keys.sorted().prefix(Self.looksMax)
        for namespace in due {
            byNamespace[namespace]?.isStale = false
            byNamespace[namespace]?.isAsked = true
        }
        return Array(due)
    }

    private mutating func markNext(at now: MonotonicInstant) {
        guard let time = refreshTime else {
            refreshTime = now + Self.refreshInterval
            return
        }
        guard now >= time else { return }
        refreshTime = now + Self.refreshInterval
        guard let next = byNamespace.keys.filter({ $0 > refreshed }).min() ?? byNamespace.keys.min() else { return }
        refreshed = next
        byNamespace[next]?.isStale = true
    }
}
