/// How much the sensor looks at. A ladder: each level gives up one thing more than the one before; process events and what the rules make
/// of them are never given up.
package enum VisibilityLevel: Int, CaseIterable, Sendable, Hashable {
    case full
    /// No library loads, and no runtime data is gathered.
    case noRuntimeData
    /// Executed files are not hashed, so their digests are not looked up either.
    case noHashes
    /// Of opened files only the sensitive ones that rules name; nothing about files removed, cut, touched or directories made.
    case sensitiveFiles
    /// Processes, and the rare system calls that rules are about: no files, no network, no names.
    case processes

    /// As heartbeats and statistics say it.
    package var name: String {
        switch self {
        case .full: "full"
        case .noRuntimeData: "no-runtime-data"
        case .noHashes: "no-hashes"
        case .sensitiveFiles: "sensitive-files"
        case .processes: "processes"
        }
    }

    /// What the step to this level gives up, for people.
    package var givesUp: String {
        switch self {
        case .full: "nothing"
        case .noRuntimeData: "library loads and runtime data"
        case .noHashes: "hashes of executed files"
        case .sensitiveFiles: "opens of files that are not sensitive, and small changes of files"
        case .processes: "files, network and names: only processes and detections about them are left"
        }
    }

    package var hasRuntimeData: Bool { rawValue < Self.noRuntimeData.rawValue }
    package var hasHashes: Bool { rawValue < Self.noHashes.rawValue }
    package var hasOrdinaryFiles: Bool { rawValue < Self.sensitiveFiles.rawValue }
    package var hasMoreThanProcesses: Bool { rawValue < Self.processes.rawValue }

    /// Queues keep this fraction of their room.
    package var queueShare: Double { 1 / Double(1 << rawValue) }

    package var down: VisibilityLevel? { VisibilityLevel(rawValue: rawValue + 1) }
    package var up: VisibilityLevel? { VisibilityLevel(rawValue: rawValue - 1) }
    /// The levels that were stepped through to come here, in order.
    package var steps: [VisibilityLevel] { Self.allCases.filter { $0 != .full && $0.rawValue <= rawValue } }
}
