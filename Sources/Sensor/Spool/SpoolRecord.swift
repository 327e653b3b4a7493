package import Contract
package import Foundation
package import Foundations
package import Redaction

/// Something to be kept until the portal has it. The payload went through redaction: there is no other way to make one.
package struct SpoolDraft: Sendable {
    package var stream: UploadStream
    /// Names the record in logs and tests; the portal's identity of it is (sensor, stream, sequence).
    package var id: String
    package var severity: Severity
    /// One JSON document.
    package var payload: Redacted<Data>

    package init(stream: UploadStream, id: String, severity: Severity = .informational, payload: Redacted<Data>) {
        self.stream = stream
        self.id = id
        self.severity = severity
        self.payload = payload
    }

    /// What goes first when room is short: telemetry before runtime data before detections, and of those the least severe.
    package var worth: SpoolWorth { SpoolWorth(stream: stream, severity: severity) }
}

/// A record as the spool gives it back.
package struct SpooledRecord: Hashable, Sendable {
    package var sequence: UInt64
    package var id: String
    package var severity: Severity
    package var acceptedAt: SpoolTime
    package var payload: Data

    package init(sequence: UInt64, id: String, severity: Severity, acceptedAt: SpoolTime, payload: Data) {
        self.sequence = sequence
        self.id = id
        self.severity = severity
        self.acceptedAt = acceptedAt
        self.payload = payload
    }
}

/// The order in which records are given up when the spool is full; the smallest goes first, the oldest of equals.
package struct SpoolWorth: Hashable, Comparable, Sendable {
    package var rank: Int

    package init(stream: UploadStream, severity: Severity) {
        let streamRank = switch stream {
        case .telemetry: 0
        case .runtimeData: 1
        case .detections: 2
        }
        // Severity orders detections only: the other streams are given up strictly by age.
        rank = streamRank * Severity.allCases.count + (stream == .detections ? severity.rank : 0)
    }

    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}
