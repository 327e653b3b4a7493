import BackendCore
import Contract
import Foundation
import Foundations
import Testing

@Suite("Portal ingest")
struct PortalIngestTests {
    private let now = PortalFixtures.wall

    private func events(_ store: PortalStore) async throws -> [CloudEvent] {
        try await store.cloudEvents(CloudEventFilter(), PageRequest(first: 500), at: now).nodes
    }

    @Test func aBatchSentTwiceCountsOnce() async throws {
        let store = try PortalFixtures.store()
        let body = try PortalFixtures.batch([(1, PortalFixtures.event(id: "a")), (2, PortalFixtures.event(id: "b"))], id: "batch-1")
        #expect(try await store.ingest(.detections, body: body, at: now).reply == UploadReply(accepted: 2, duplicates: 0, watermark: 2))
        #expect(try await store.ingest(.detections, body: body, at: now).reply == UploadReply(accepted: 0, duplicates: 2, watermark: 2))
        #expect(try await events(store).map(\.id).sorted() == ["a", "b"])
        let counts = try await store.ledger()["s-1"]?["detections"]
        #expect(counts?.received == 2 && counts?.duplicates == 2 && counts?.outOfOrder == 0)
    }

    @Test func aRecordInAnotherBatchUnderItsOldSequenceIsADuplicate() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(5, PortalFixtures.event(id: "a"))], id: "1"), at: now)
        let mixed = try PortalFixtures.batch([(5, PortalFixtures.event(id: "a")), (6, PortalFixtures.event(id: "b"))], id: "2")
        #expect(try await store.ingest(.detections, body: mixed, at: now).reply == UploadReply(accepted: 1, duplicates: 1, watermark: 6))
    }

    @Test func streamsAndSensorsHaveSequencesOfTheirOwn() async throws {
        let store = try PortalFixtures.store()
        for (sensor, id) in [("s-1", "a"), ("s-2", "b")] {
            let body = try PortalFixtures.batch([(1, PortalFixtures.event(id: id))], id: "same", sensor: sensor)
            #expect(try await store.ingest(.detections, body: body, at: now).reply.accepted == 1)
        }
        let runtime = try PortalFixtures.batch([(1, PortalFixtures.use(of: "dpkg:curl@7", executable: "/usr/bin/curl"))], id: "same")
        #expect(try await store.ingest(.runtimeData, body: runtime, at: now).reply.accepted == 1)
        #expect(Set(try await store.ledger().keys) == ["s-1", "s-2"])
    }

    @Test func aLateRecordIsTakenAndCountedAsOutOfOrder() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(9, PortalFixtures.event(id: "a"))], id: "1"), at: now)
        let late = try await store.ingest(.detections, body: PortalFixtures.batch([(4, PortalFixtures.event(id: "b"))], id: "2"), at: now)
        #expect(late.reply == UploadReply(accepted: 1, duplicates: 0, watermark: 9))
        #expect(try await store.ledger()["s-1"]?["detections"]?.outOfOrder == 1)
    }

    @Test func aHigherCountIsANewerStateAndALowerOneChangesNothing() async throws {
        let store = try PortalFixtures.store()
        for (sequence, count) in [(1, 1), (2, 40), (3, 7)] {
            _ = try await store.ingest(.detections, body: PortalFixtures.batch([(sequence, PortalFixtures.event(id: "a", count: count))], id: "\(sequence)"), at: now)
        }
        #expect(try await events(store).map(\.aggregatedEventDetails.eventsCount) == [40])
    }

    @Test func anotherSensorCannotChangeACloudEvent() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(1, PortalFixtures.event(id: "a", name: "true"))], id: "1"), at: now)
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(1, PortalFixtures.event(id: "a", count: 9, name: "forged"))], id: "1", sensor: "s-2"), at: now)
        #expect(try await events(store).map(\.name) == ["true"])
    }

    @Test(arguments: [
        ("not json", "body", "is not JSON"), (#"{"batchId": "b", "items": []}"#, "sensorId", "is missing"),
        (#"{"sensorId": "", "batchId": "b", "items": []}"#, "sensorId", "1 to 128 bytes"), (#"{"sensorId": "s", "batchId": "b", "items": []}"#, "items", "holds 0"),
        (#"{"sensorId": "s", "batchId": "b", "items": [{"sequence": 0, "record": RECORD}]}"#, "items[0].sequence", "must be 1"),
        (#"{"sensorId": "s", "batchId": "b", "items": [{"sequence": -1, "record": RECORD}]}"#, "items[0].sequence", "valid"),
        (#"{"sensorId": "s", "batchId": "b", "items": [{"sequence": 1, "record": RECORD}, {"sequence": 2, "record": {"kind": "process"}}]}"#, "items[1].record.executable", "is missing"),
        (#"{"sensorId": "s", "batchId": "b", "items": [{"sequence": 1, "record": {"kind": "process", "executable": "/x", "count": 1, "firstSeen": "yesterday", "lastSeen": "2026-03-01T10:00:00Z"}}]}"#, "items[0].record.firstSeen", "RFC 3339"),
    ])
    func aMalformedBatchNamesItsFieldAndTakesNothing(_ text: String, _ subject: String, _ message: String) async throws {
        let store = try PortalFixtures.store()
        let record = String(decoding: try JSONBody.encode(PortalFixtures.use(of: "dpkg:curl@7", executable: "/usr/bin/curl")), as: UTF8.self)
        let body = Data(text.replacing("RECORD", with: record).utf8)
        let found = await complaint { _ = try await store.ingest(.runtimeData, body: body, at: now) }
        #expect((found?.subject ?? "body") == subject)
        #expect(found?.message.contains(message) == true, "\(found?.message ?? "no complaint")")
        #expect(try await store.runtimeData(sensor: nil, image: nil, PageRequest()).totalCount == 0)
        #expect(try await store.ledger().isEmpty)
    }

    @Test func cloudEventsLiveThirtyDays() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(1, PortalFixtures.event(id: "a"))], id: "1"), at: now)
        let (before, after) = (now + .hours(30 * 24) + .nanoseconds(-1), now + .hours(30 * 24))
        #expect(try await store.cloudEvent("a", at: before) != nil)
        // Gone to readers at the exact instant, deleted or not.
        #expect(try await store.cloudEvent("a", at: after) == nil)
        #expect(try await store.expire(at: before) == 0)
        #expect(try await store.expire(at: after) == 1)
    }

    @Test func refusalsAreCountedUnderTheSensorsName() async throws {
        let store = try PortalFixtures.store()
        try await store.countRefused(.telemetry, sensor: "s-9")
        try await store.countRefused(.telemetry, sensor: "s-9")
        #expect(try await store.ledger()["s-9"]?["telemetry"]?.refused == 2)
    }

    @Test func telemetryOfAnyShapeIsTaken() async throws {
        let store = try PortalFixtures.store()
        let body = Data(#"{"sensorId": "s", "batchId": "b", "items": [{"sequence": 1, "record": {"a": [1, 2.5, null, true, "x"]}}, {"sequence": 2, "record": 7}]}"#.utf8)
        #expect(try await store.ingest(.telemetry, body: body, at: now).reply.accepted == 2)
    }
}
