package import Contract
package import Foundation
package import Spool

/// What the conversation wants to ask; the shell adds what only it has (token, host facts, counters).
package enum PortalRequest: Hashable, Sendable {
    case token
    case register
    case heartbeat(sequence: UInt64)
    case currentDefinitions
    case download(DefinitionsOffer)
    case upload(UploadRequest)
    case deregister
}

/// A batch of one stream, ready to be sent.
package struct UploadRequest: Hashable, Sendable {
    package var stream: UploadStream
    package var sensorID: String
    /// The idempotency key: the same records always have the same.
    package var batchID: String
    package var records: [SpooledRecord]

    package init(stream: UploadStream, sensorID: String, records: [SpooledRecord]) {
        self.stream = stream
        self.sensorID = sensorID
        self.records = records
        // Records only ever leave a stream, so first, last and count name one set.
        batchID = "\(sensorID)/\(stream.rawValue)/\(records.first?.sequence ?? 0)-\(records.last?.sequence ?? 0)/\(records.count)"
    }

    package var payloadBytes: Int { records.reduce(0) { $0 + $1.payload.count } }
}

package enum PortalReply: Sendable {
    case token(validFor: Duration)
    case registered(sensorID: String, PortalSettingsUpdate)
    case heartbeat(definitionsVersion: String, PortalSettingsUpdate)
    /// nil when the portal has none.
    case definitions(DefinitionsOffer?)
    case downloaded(Data)
    case uploaded(UploadReply)
    case deregistered
    case failed(PortalFailure)
}

/// What the portal may change while the sensor runs; zero keeps the built-in value.
package struct PortalSettingsUpdate: Hashable, Sendable {
    package var revision: UInt64
    package var heartbeatSeconds: UInt32
    package var uploadBytesPerHour: UInt32
    package var reputationBatch: UInt32
    package var runtimeDataSeconds: UInt32

    package init(revision: UInt64 = 0, heartbeatSeconds: UInt32 = 0, uploadBytesPerHour: UInt32 = 0, reputationBatch: UInt32 = 0, runtimeDataSeconds: UInt32 = 0) {
        self.revision = revision
        self.heartbeatSeconds = heartbeatSeconds
        self.uploadBytesPerHour = uploadBytesPerHour
        self.reputationBatch = reputationBatch
        self.runtimeDataSeconds = runtimeDataSeconds
    }
    /// The same, with what the definitions carry in the place of zeros.
    package func filled(from definitions: [DefinitionsSetting: Int]) -> PortalSettingsUpdate {
        var out = self
        func fill(_ value: inout UInt32, _ setting: DefinitionsSetting) { if value == 0 { value = UInt32(clamping: definitions[setting] ?? 0) } }
        fill(&out.heartbeatSeconds, .heartbeatSeconds)
        fill(&out.uploadBytesPerHour, .uploadBytesPerHour)
        fill(&out.reputationBatch, .reputationBatch)
        fill(&out.runtimeDataSeconds, .runtimeDataSeconds)
        return out
    }
}
