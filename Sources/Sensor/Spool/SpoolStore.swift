package import Contract
package import Foundations

/// Keeps records in order per stream until they are acknowledged or given up under a name.
///
/// Each call is one transaction: after a crash either all of it happened or nothing. After each call
/// `accepted = delivered + pending + evicted` holds for each stream.
package protocol SpoolStore {
    /// Ties record ages to the monotonic clock; fixed while the store is open.
    var timeline: SpoolTimeline { get }

    /// Takes the drafts in order and gives each a sequence number. What does not fit is evicted, least worth first (`SpoolWorth`),
    /// and counted; a draft of less worth than everything kept is itself what is evicted.
    func append(_ drafts: [SpoolDraft], at now: Now) throws(SpoolError)

    /// The oldest records of a stream, in order: at most `records` of them and at most `bytes` of payload, but at least one when
    /// there is one.
    func oldest(of stream: UploadStream, records: Int, bytes: Int) throws(SpoolError) -> [SpooledRecord]

    /// The portal has these: they are removed and counted as delivered. Numbers that are not there change nothing.
    func acknowledge(_ sequences: [UInt64], of stream: UploadStream, at now: Now) throws(SpoolError)

    /// Gives these up under a name.
    func evict(_ sequences: [UInt64], of stream: UploadStream, cause: LossCause, at now: Now) throws(SpoolError)

    /// Gives up every record of the stream that was accepted at or before `cutoff`.
    func expire(_ stream: UploadStream, acceptedUpTo cutoff: SpoolTime, cause: LossCause, at now: Now) throws(SpoolError)

    /// Remembers that the portal answered, so that an outage is counted over restarts.
    func noteContact(at now: Now) throws(SpoolError)

    func digest() throws(SpoolError) -> SpoolDigest

    /// Gives room that is not used any more back to the disk; for quiet moments and before the end.
    func compact() throws(SpoolError)
}

extension SpoolStore {
    /// A store without a file has nothing to give back.
    package func compact() throws(SpoolError) {}
}

/// What the spool holds and what became of everything it ever took.
package struct SpoolDigest: Hashable, Sendable {
    package struct Stream: Hashable, Sendable {
        /// Since the spool was made; `accepted = delivered + records + sum of evicted`.
        package var accepted: UInt64 = 0
        package var delivered: UInt64 = 0
        package var evicted: [LossCause: UInt64] = [:]
        /// Pending now.
        package var records: Int = 0
        package var bytes: Int = 0
        /// When the oldest pending record was accepted.
        package var oldest: SpoolTime?
        /// The highest sequence number ever given; 0 when none was.
        package var lastSequence: UInt64 = 0

        package init() {}

        /// The promise of the ledger.
        package var balances: Bool { accepted == delivered + UInt64(records) + evicted.values.reduce(0, +) }
    }

    package var streams: [UploadStream: Stream]
    /// When the portal last answered; nil when it never has.
    package var lastContact: SpoolTime?

    package init(streams: [UploadStream: Stream] = [:], lastContact: SpoolTime? = nil) {
        self.streams = streams
        self.lastContact = lastContact
    }

    package subscript(stream: UploadStream) -> Stream { streams[stream] ?? Stream() }
    package var records: Int { streams.values.reduce(0) { $0 + $1.records } }
    package var bytes: Int { streams.values.reduce(0) { $0 + $1.bytes } }
    package var oldest: SpoolTime? { streams.values.compactMap(\.oldest).min() }

    /// Over all streams.
    package var evicted: [LossCause: UInt64] {
        streams.values.reduce(into: [:]) { sum, stream in sum.merge(stream.evicted, uniquingKeysWith: +) }
    }
}

/// Why the spool could not do what it was asked. Nothing of the call happened.
package enum SpoolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No room on the disk, or the file reached its bound.
    case diskFull
    /// The file cannot be trusted any more; open the spool again, which sets it aside.
    case corrupt(String)
    /// Reading or writing failed otherwise.
    case failed(String)

    package var description: String {
        switch self {
        case .diskFull: "no room on the disk for the spool"
        case .corrupt(let detail): "the spool's file is damaged: \(detail)"
        case .failed(let detail): "the spool cannot be read or written: \(detail)"
        }
    }
}

extension LossCause {
    /// The spool was at its bound; the record of least worth went.
    package static let spoolFull: LossCause = "spoolFull"
    /// One record beyond `SpoolLimits.recordBytesMax`.
    package static let oversized: LossCause = "oversized"
    /// A detection older than the outage timetable allows.
    package static let stale: LossCause = "stale"
    /// Runtime data past its time on disk.
    package static let expired: LossCause = "expired"
    /// The portal refused this one record by itself, repeatedly.
    package static let refusedByPortal: LossCause = "refusedByPortal"
    /// Telemetry beyond the hourly byte budget.
    package static let byteBudget: LossCause = "byteBudget"
}
