import BackendCore
import Contract
import Foundation
import Foundations
import Simulation
import Testing

@Suite struct PortalStoreTests {
    /// The simulated portal counts new and known records by itself; the reference portal's own store has to count the same.
    @Test(arguments: [UInt64(13), 26, 9]) func theRealPortalStoreCountsWhatTheSimulatedOneCounted(_ seed: UInt64) async throws {
        let report = try Simulator.run(seed: seed, hours: 12, keepingDeliveries: true)
        #expect(!report.deliveries.isEmpty)
        let store = try PortalStore(path: nil)
        var expected: [String: (fresh: UInt64, duplicates: UInt64)] = [:]
        for delivery in report.deliveries {
            // every stream is kept as telemetry, whose records may be any JSON; which records are new does not depend on the stream
            let sensor = "\(delivery.upload.sensorID)-\(delivery.upload.stream.rawValue)"
            let items = delivery.upload.records.map { #"{"sequence":\#($0.sequence),"record":\#(String(decoding: $0.payload, as: UTF8.self))}"# }
            let body = #"{"sensorId":"\#(sensor)","batchId":"\#(delivery.upload.batchID)","items":[\#(items.joined(separator: ","))]}"#
            let outcome = try await store.ingest(.telemetry, body: Data(body.utf8), at: WallInstant(nanoseconds: 1_767_225_600_000_000_000))
            #expect(outcome.reply.accepted == delivery.fresh && outcome.reply.duplicates == delivery.duplicates, "\(delivery.upload.batchID)")
            expected[sensor, default: (0, 0)].fresh += UInt64(delivery.fresh)
            expected[sensor, default: (0, 0)].duplicates += UInt64(delivery.duplicates)
        }
        let ledger = try await store.ledger()
        for (sensor, counts) in expected {
            #expect(ledger[sensor]?["telemetry"]?.received == counts.fresh)
            #expect(ledger[sensor]?["telemetry"]?.duplicates == counts.duplicates)
        }
    }
}
