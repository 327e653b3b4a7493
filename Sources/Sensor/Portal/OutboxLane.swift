package import Contract
package import Foundations

/// One stream on its way to the portal: at most one batch is out, so order is kept by construction.
package struct OutboxLane: Sendable {
    package enum State: Hashable, Sendable {
        /// Nothing is out. Becomes `loading` when records have waited long enough.
        case idle
        /// The spool was asked for a batch. Becomes `sending`, or `idle` when there is none.
        case loading
        /// A batch is out. Becomes `settling` when the portal has it, `idle` when it does not.
        case sending
        /// The portal has the batch, the spool does not know yet. Becomes `idle` when it does; the disk may keep us waiting here.
        case settling([UInt64], LossCause?)
    }

    package let stream: UploadStream
    package internal(set) var state: State = .idle
    /// Records in the spool.
    package internal(set) var pending = 0
    /// When the first record that waits for company has waited long enough; nil when nothing waits.
    var lingerUntil: MonotonicInstant?
    /// Nothing of this stream is sent before it: the byte budget, or the disk, said so.
    var notBefore: MonotonicInstant?
    /// Narrowed when the portal refuses a batch, until the record at fault is alone, and when one takes too long.
    package internal(set) var limit: Limit
    let limitMax: Limit
    /// The batch that is out was sent before the portal came back: its failure says nothing about the portal now.
    var isFromBeforeReturn = false
    /// How often the first record was refused alone.
    var refusalsAlone = 0

    package struct Limit: Hashable, Sendable {
        package var records: Int
        package var bytes: Int

        package init(records: Int, bytes: Int) {
            self.records = records
            self.bytes = bytes
        }
    }

    init(_ stream: UploadStream, limit: Limit) {
        self.stream = stream
        self.limit = limit
        limitMax = limit
    }

    /// A batch went through: back to full size, step by step.
    mutating func widen() {
        refusalsAlone = 0
        limit.records = min(limitMax.records, max(1, limit.records) * 2)
        limit.bytes = min(limitMax.bytes, max(1, limit.bytes) * 2)
    }

    /// The portal refused the batch as such, or it did not get through in time: try half of it.
    mutating func narrow(from count: Int) {
        limit.records = max(1, count / 2)
        limit.bytes = max(1, limit.bytes / 2)
    }
}
