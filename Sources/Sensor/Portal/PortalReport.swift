package import Foundations

/// What a person may want to read in the log: one line each, never a payload, a token or a secret.
package enum PortalReport: Hashable, Sendable, CustomStringConvertible {
    /// Said once for each change.
    case state(PortalState, detail: String)
    case evicted(stream: String, cause: LossCause, records: UInt64)
    case recordSetAside(stream: String, sequences: [UInt64])
    case uploaded(stream: String, accepted: Int, duplicates: Int)
    case uploadFailed(stream: String, PortalFailure)
    case issueOpened(code: String, String)
    case issueResolved(code: String)

    package var description: String {
        switch self {
        case .state(let state, let detail):
            "portal.state state=\(state.rawValue) \(state.explanation)\(detail.isEmpty || state == .connected ? "" : " (\(detail))")"
        case .evicted(let stream, let cause, let records): "spool.evicted stream=\(stream) cause=\(cause) records=\(records)"
        case .recordSetAside(let stream, let sequences): "outbox.set-aside stream=\(stream) sequence=\(sequences.map(String.init).joined(separator: ","))"
        case .uploaded(let stream, let accepted, let duplicates): "outbox.uploaded stream=\(stream) accepted=\(accepted) duplicates=\(duplicates)"
        case .uploadFailed(let stream, let failure): "outbox.failed stream=\(stream) \(failure.detail)"
        case .issueOpened(let code, let message): "health.opened code=\(code) \(message)"
        case .issueResolved(let code): "health.resolved code=\(code)"
        }
    }
}
