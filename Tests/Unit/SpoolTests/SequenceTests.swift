import Contract
import Foundations
import Spool
import Testing

@Suite struct SequenceTests {
    @Test func numbersRiseByOneInEachStreamByItself() throws {
        let folder = try Folder()
        let spool = try folder.open()
        try spool.append([draft(.detections, "a"), draft(.runtimeData, "b"), draft(.detections, "c")], at: start)
        try spool.append([draft(.detections, "d")], at: start)
        let detections = try spool.sequences(.detections)
        let first = try #require(detections.first)
        #expect(detections == [first, first + 1, first + 2])
        #expect(try spool.sequences(.runtimeData).count == 1)
        #expect(try spool.ids(.detections) == ["a", "c", "d"])
        #expect(try spool.digest()[.detections].lastSequence == first + 2)
    }

    @Test func numbersGoOnAfterAReopenAlsoWhenEverythingWasDelivered() throws {
        let folder = try Folder()
        var spool = try folder.open()
        try spool.append([draft(), draft()], at: start)
        let before = try spool.sequences(.detections)
        try spool.acknowledge(before, of: .detections, at: start)
        try spool.close()
        spool = try folder.open()
        try spool.append([draft()], at: start)
        #expect(try spool.sequences(.detections) == [before[1] + 1])
    }

    @Test func aBatchHoldsTheOldestWithinItsBoundsButAlwaysOne() throws {
        let folder = try Folder()
        let spool = try folder.open()
        for n in 0..<5 { try spool.append([draft(.detections, "\(n)", bytes: 100)], at: start) }
        #expect(try spool.oldest(of: .detections, records: 3, bytes: .max).map(\.id) == ["0", "1", "2"])
        #expect(try spool.oldest(of: .detections, records: 5, bytes: 250).map(\.id) == ["0", "1"])
        #expect(try spool.oldest(of: .detections, records: 5, bytes: 1).map(\.id) == ["0"])
        #expect(try spool.oldest(of: .telemetry, records: 5, bytes: 1).isEmpty)
    }

    @Test func whatIsAcknowledgedCountsOnceHoweverOftenItIsSaid() throws {
        let folder = try Folder()
        let spool = try folder.open()
        try spool.append([draft(), draft(), draft()], at: start)
        let sequences = try spool.sequences(.detections)
        try spool.acknowledge(Array(sequences.prefix(2)), of: .detections, at: start)
        try spool.acknowledge(Array(sequences.prefix(2)) + [0, .max], of: .detections, at: start)
        let digest = try spool.digest()
        #expect(digest[.detections].delivered == 2)
        #expect(digest[.detections].records == 1)
        #expect(balances(digest))
    }

    @Test func payloadSeverityAndTimeComeBackAsTheyWere() throws {
        let folder = try Folder()
        let spool = try folder.open()
        let later = start.advanced(by: .seconds(7))
        let draft = try draft(.detections, "x", severity: .critical, bytes: 500)
        try spool.append([draft], at: later)
        let record = try #require(try spool.oldest(of: .detections, records: 1, bytes: .max).first)
        #expect(record.payload == draft.payload.value)
        #expect(record.severity == .critical)
        #expect(record.acceptedAt == spool.timeline.time(at: later.monotonic))
        #expect(record.acceptedAt - spool.timeline.time(at: start.monotonic) == .seconds(7))
    }
}
