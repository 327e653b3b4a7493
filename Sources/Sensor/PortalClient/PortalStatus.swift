package import Foundations
package import Portal
package import Spool

/// How things stand between sensor and portal: what `get-statistics` shows.
package struct PortalStatus: Sendable {
    package var state: PortalState
    /// What went wrong last, in the words of the error.
    package var detail: String
    package var sensorID: String?
    package var definitionsVersion: String
    /// Questions that were not answered as hoped, since the start.
    package var failures: UInt64
    /// How long ago the portal answered; nil when it never has.
    package var sinceContact: Duration?
    package var spool: SpoolDigest
    /// Age of the oldest record that waits; nil when none does.
    package var oldest: Duration?
    package var issues: [PortalHealthIssue]
    /// What never reached the spool, by stream and cause.
    package var losses: Ledger
    package var inboxDepth: Int
    package var requestsOut: Int
}
