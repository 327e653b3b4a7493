package import Contract
package import Foundations
package import Spool

/// What the conversation wants of the spool. The shell performs it at once and hands the answer back.
package enum SpoolCommand: Sendable {
    case append([SpoolDraft])
    case load(UploadStream, records: Int, bytes: Int)
    case acknowledge([UInt64], UploadStream)
    case evict([UInt64], UploadStream, LossCause)
    case expire(UploadStream, upTo: SpoolTime, LossCause)
    case noteContact
    /// Reads the sums again, after they could not be read.
    case measure
    case compact

    /// Performs the command.
    package func perform(on store: some SpoolStore, at now: Now) -> SpoolAnswer {
        do throws(SpoolError) {
            switch self {
            case .append(let drafts): try store.append(drafts, at: now)
            case .load(let stream, let records, let bytes): return .loaded(stream, try store.oldest(of: stream, records: records, bytes: bytes))
            case .acknowledge(let sequences, let stream): try store.acknowledge(sequences, of: stream, at: now)
            case .evict(let sequences, let stream, let cause): try store.evict(sequences, of: stream, cause: cause, at: now)
            case .expire(let stream, let cutoff, let cause): try store.expire(stream, acceptedUpTo: cutoff, cause: cause, at: now)
            case .noteContact: try store.noteContact(at: now)
            case .compact: try store.compact()
            case .measure: return .done(self, try store.digest())
            }
        } catch {
            return .failed(self, error)
        }
        // It is done and stays done, also when the sums cannot be read: asking for it again would do it twice.
        return .done(self, try? store.digest())
    }
}

package enum SpoolAnswer: Sendable {
    /// The sums are nil when they could not be read afterwards.
    case done(SpoolCommand, SpoolDigest?)
    case loaded(UploadStream, [SpooledRecord])
    case failed(SpoolCommand, SpoolError)
}
