import Contract
import Foundations
import Portal
import Spool
import Testing

@Suite struct OutboxTests {
    private let batch = OutboxLane.Limit(records: 8, bytes: 10_000)
    private var random = SeededGenerator(seed: 1)

    private func outbox(budget: Int = 1 << 20) -> Outbox { Outbox(Timetable(), batch: batch, budgetBytes: budget) }

    /// All actions that are due.
    private func actions(_ outbox: inout Outbox, at seconds: Double, canUpload: Bool = true) -> [Outbox.Action] {
        var out: [Outbox.Action] = []
        while let action = outbox.next(canUpload: canUpload, at: instant(seconds)) { out.append(action) }
        return out
    }

    private func load(_ stream: UploadStream) -> Outbox.Action { .load(stream, records: 8, bytes: 10_000) }

    @Test func detectionsComeBeforeRuntimeDataBeforeTelemetry() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.telemetry: 1, .runtimeData: 1, .detections: 1]), at: instant(0))
        #expect(actions(&outbox, at: 60) == [load(.detections), load(.runtimeData), load(.telemetry)])
        #expect(actions(&outbox, at: 60).isEmpty)
    }

    @Test func recordsWaitForCompanyButCriticalOnesDoNot() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.detections: 1]), at: instant(0))
        #expect(actions(&outbox, at: 0.199).isEmpty)
        #expect(outbox.nextWake(at: instant(0)) == instant(0.2))
        outbox.spoolChanged(digest([.detections: 2]), urgent: true, at: instant(0.1))
        #expect(actions(&outbox, at: 0.1) == [load(.detections)])
    }

    @Test func aFullBatchDoesNotWait() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.telemetry: 8]), at: instant(0))
        #expect(actions(&outbox, at: 0) == [load(.telemetry)])
    }

    @Test func nothingIsLoadedWhileNothingCanBeSent() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.detections: 1]), at: instant(0))
        #expect(actions(&outbox, at: 1000, canUpload: false).isEmpty)
    }

    @Test func aBatchIsAcknowledgedOnceAndTheNextFollowsOnlyThen() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.detections: 20]), at: instant(0))
        _ = actions(&outbox, at: 0)
        let records = (1...8).map { record(UInt64($0)) }
        #expect(outbox.loaded(records, of: .detections, at: instant(0)) == .send(.detections, records))
        #expect(actions(&outbox, at: 100).isEmpty)
        #expect(outbox.uploaded(records, of: .detections) == .acknowledge(Array(1...8), .detections))
        #expect(outbox.uploaded(records, of: .detections) == nil)
        #expect(actions(&outbox, at: 100).isEmpty)
        outbox.settled(.detections)
        outbox.spoolChanged(digest([.detections: 12]), at: instant(1))
        #expect(actions(&outbox, at: 1) == [load(.detections)])
    }

    @Test func aRefusedBatchIsHalvedUntilTheRecordAtFaultIsAloneAndSetAside() {
        var outbox = outbox()
        var random = self.random
        var held = (1...8).map { UInt64($0) }
        var sent: [[UInt64]] = []
        var setAside: [UInt64] = []
        var seconds = 0.0
        // the fourth record is the one that the portal does not take
        outbox.spoolChanged(digest([.detections: held.count]), at: instant(0))
        while !held.isEmpty, seconds < 100 {
            seconds += 1
            for action in actions(&outbox, at: seconds) {
                guard case .load(_, let records, _) = action else { continue }
                let batch = held.prefix(records).map { record($0) }
                guard case .send(_, let out) = outbox.loaded(Array(batch), of: .detections, at: instant(seconds)) else { continue }
                sent.append(out.map(\.sequence))
                let next = out.contains { $0.sequence == 4 }
                    ? outbox.failed(out, of: .detections, PortalFailure(.requestRefused), at: instant(seconds), using: &random) : outbox.uploaded(out, of: .detections)
                if case .acknowledge(let sequences, _) = next { held.removeAll { sequences.contains($0) } }
                if case .evict(let sequences, _, let cause) = next {
                    #expect(cause == .refusedByPortal)
                    setAside += sequences
                    held.removeAll { sequences.contains($0) }
                }
                if next != nil { outbox.settled(.detections) }
                outbox.spoolChanged(digest([.detections: held.count]), at: instant(seconds))
            }
        }
        #expect(setAside == [4])
        #expect(sent.filter { $0 == [4] }.count == Outbox.refusalsAloneMax)
        #expect(held.isEmpty)
        #expect(!outbox.isFailing)
    }

    @Test func whileThePortalFailsOneBatchAloneTriesAgain() {
        var outbox = outbox()
        var random = self.random
        outbox.spoolChanged(digest([.detections: 8, .runtimeData: 8, .telemetry: 8]), at: instant(0))
        _ = actions(&outbox, at: 0)
        let records = (1...8).map { record(UInt64($0)) }
        for stream in [UploadStream.detections, .runtimeData, .telemetry] { _ = outbox.loaded(records, of: stream, at: instant(0)) }
        for stream in [UploadStream.detections, .runtimeData, .telemetry] {
            #expect(outbox.failed(records, of: stream, PortalFailure(.unreachable), at: instant(1), using: &random) == nil)
        }
        #expect(outbox.isFailing)
        let again = outbox.nextWake(at: instant(1)) ?? instant(0)
        #expect(again >= instant(1.5) && again <= instant(2))
        #expect(outbox.next(canUpload: true, at: instant(1.4)) == nil)
        #expect(actions(&outbox, at: 2) == [load(.detections)])
        _ = outbox.loaded(records, of: .detections, at: instant(2))
        // and opens the way for the rest
        _ = outbox.uploaded(records, of: .detections)
        #expect(!outbox.isFailing)
        #expect(actions(&outbox, at: 2) == [load(.runtimeData), load(.telemetry)])
    }

    @Test func theReturnOfThePortalEndsTheWait() {
        var outbox = outbox()
        var random = self.random
        outbox.spoolChanged(digest([.detections: 8]), at: instant(0))
        _ = actions(&outbox, at: 0)
        _ = outbox.loaded([record(1)], of: .detections, at: instant(0))
        _ = outbox.failed([record(1)], of: .detections, PortalFailure(.notEntitled), at: instant(0), using: &random)
        #expect(actions(&outbox, at: 1).isEmpty)
        outbox.portalReturned(at: instant(1))
        #expect(actions(&outbox, at: 1) == [load(.detections)])
    }

    @Test func aBatchFromBeforeTheReturnThatFailsAfterItDoesNotBringTheWaitBack() {
        var outbox = outbox()
        var random = self.random
        outbox.spoolChanged(digest([.detections: 8, .telemetry: 8]), at: instant(0))
        _ = actions(&outbox, at: 0)
        _ = outbox.loaded([record(1)], of: .telemetry, at: instant(0))
        _ = outbox.failed([record(1)], of: .telemetry, PortalFailure(.timedOut), at: instant(0), using: &random)
        // sent into the outage, still hanging when the portal is back
        _ = outbox.loaded([record(1)], of: .detections, at: instant(80))
        outbox.portalReturned(at: instant(90))
        _ = outbox.failed([record(1)], of: .detections, PortalFailure(.timedOut), at: instant(110), using: &random)
        #expect(actions(&outbox, at: 110) == [load(.detections)])
        // one that is sent now and fails is a new failure, with a new minute of quick retries
        _ = outbox.loaded([record(1)], of: .detections, at: instant(110))
        _ = outbox.failed([record(1)], of: .detections, PortalFailure(.serverError), at: instant(111), using: &random)
        #expect(actions(&outbox, at: 111.4).isEmpty)
        #expect(actions(&outbox, at: 112) == [load(.detections)])
    }

    @Test func overTheBudgetTelemetryIsGivenUpRuntimeDataWaitsAndDetectionsGo() {
        var outbox = outbox(budget: 100)
        outbox.spoolChanged(digest([.detections: 8, .runtimeData: 8, .telemetry: 8]), at: instant(0))
        _ = actions(&outbox, at: 0)
        #expect(outbox.loaded([record(1, bytes: 90)], of: .runtimeData, at: instant(0)) == .send(.runtimeData, [record(1, bytes: 90)]))
        #expect(outbox.loaded([record(1, bytes: 90)], of: .telemetry, at: instant(0)) == .evict([1], .telemetry, .byteBudget))
        #expect(outbox.loaded([record(1, bytes: 5000)], of: .detections, at: instant(0)) == .send(.detections, [record(1, bytes: 5000)]))
        _ = outbox.uploaded([record(1, bytes: 90)], of: .runtimeData)
        outbox.settled(.runtimeData)
        #expect(actions(&outbox, at: 1) == [load(.runtimeData)])
        #expect(outbox.loaded([record(2, bytes: 90)], of: .runtimeData, at: instant(1)) == nil)
        #expect(actions(&outbox, at: 3000).isEmpty)
        #expect(actions(&outbox, at: 3800) == [load(.runtimeData)])
    }

    @Test func whatThePortalHasIsAcknowledgedLaterWhenTheDiskFails() {
        var outbox = outbox()
        outbox.spoolChanged(digest([.detections: 8]), at: instant(0))
        _ = actions(&outbox, at: 0)
        _ = outbox.loaded([record(1)], of: .detections, at: instant(0))
        _ = outbox.uploaded([record(1)], of: .detections)
        outbox.spoolFailed(.detections, at: instant(1))
        #expect(actions(&outbox, at: 2).isEmpty)
        // also while nothing can be uploaded: the portal has it already
        #expect(actions(&outbox, at: 6, canUpload: false) == [.acknowledge([1], .detections)])
    }

    @Test func theSameRecordsAlwaysHaveTheSameKeyAndOthersAnother() {
        let records = (1...5).map { record(UInt64($0)) }
        func key(_ records: [SpooledRecord], _ stream: UploadStream = .detections, _ sensor: String = "s") -> String {
            UploadRequest(stream: stream, sensorID: sensor, records: records).batchID
        }
        #expect(key(records) == key(records))
        let others = [key(Array(records.dropLast())), key(Array(records.dropFirst())), key(records, .telemetry), key(records, .detections, "t"), key([records[0], records[4]])]
        #expect(Set(others + [key(records)]).count == 6)
    }
}
