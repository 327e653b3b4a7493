import Enrichment
import Foundations
import Indicators

/// Executed files whose digests are on their way, with what a detection will need by then.
struct DigestWait {
    /// Files that wait at once; beyond it a file is not hashed (`hashWaitFull`).
    static let capacity = 4096
    private(set) var ledger = Ledger()
    private var sightings: [FileHasher.Request: Sighting] = [:]

    var count: Int { sightings.count }

    /// - Returns: false when there is no room.
    mutating func hold(_ sighting: Sighting, for request: FileHasher.Request) -> Bool {
        guard sightings.count < Self.capacity else {
            ledger.count("hashWaitFull", at: "hash")
            return false
        }
        sightings[request] = sighting
        return true
    }

    mutating func take(_ request: FileHasher.Request) -> Sighting? { sightings.removeValue(forKey: request) }

    mutating func giveUp(_ request: FileHasher.Request, _ cause: LossCause) {
        if sightings.removeValue(forKey: request) != nil { ledger.count(cause, at: "hash") }
    }
}
