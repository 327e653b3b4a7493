import Enrichment
import Foundations
import Indicators

/// Executed files and libraries whose digests are on their way, with what a detection will need by then.
struct DigestWait {
    /// Files that wait at once; beyond it a file is not hashed (`hashWaitFull`).
    static let capacity = 4096
    /// The same of libraries: a start of many leaves room for what is executed.
    static let librariesMax = 1024
    private(set) var ledger = Ledger()
    private var sightings: [FileHasher.Request: Sighting] = [:]
    private var libraries = 0

    var count: Int { sightings.count }

    /// - Returns: false when there is no room.
    mutating func hold(_ sighting: Sighting, for request: FileHasher.Request) -> Bool {
        guard sightings.count < Self.capacity, !request.isLibrary || libraries < Self.librariesMax else {
            ledger.count("hashWaitFull", at: "hash")
            return false
        }
        if sightings.updateValue(sighting, forKey: request) == nil, request.isLibrary { libraries += 1 }
        return true
    }

    mutating func take(_ request: FileHasher.Request) -> Sighting? {
        guard let sighting = sightings.removeValue(forKey: request) else { return nil }
        if request.isLibrary { libraries -= 1 }
        return sighting
    }

    mutating func giveUp(_ request: FileHasher.Request, _ cause: LossCause) {
        if take(request) != nil { ledger.count(cause, at: "hash") }
    }
}
