import Contract
import Foundation
import Foundations
import Spool
import Testing

@Suite struct EvictionTests {
    @Test func runtimeDataAndTelemetryGoBeforeDetections() throws {
        let folder = try Folder()
        let spool = try folder.open(SpoolLimits(recordsMax: 4))
        try spool.append([draft(.detections, "d1"), draft(.runtimeData, "r1"), draft(.telemetry, "t1"), draft(.runtimeData, "r2")], at: start)
        try spool.append([draft(.detections, "d2")], at: start)
        #expect(try spool.ids(.telemetry).isEmpty)
        try spool.append([draft(.detections, "d3")], at: start)
        #expect(try spool.ids(.runtimeData) == ["r2"])
        try spool.append([draft(.detections, "d4")], at: start)
        #expect(try spool.ids(.runtimeData).isEmpty)
        #expect(try spool.ids(.detections) == ["d1", "d2", "d3", "d4"])
        let digest = try spool.digest()
        #expect(digest[.telemetry].evicted == [.spoolFull: 1])
        #expect(digest[.runtimeData].evicted == [.spoolFull: 2])
        #expect(digest[.detections].evicted.isEmpty)
        #expect(balances(digest))
    }

    @Test func ofDetectionsTheLeastSevereGoFirstAndOfEqualsTheOldest() throws {
        let folder = try Folder()
        let spool = try folder.open(SpoolLimits(recordsMax: 4))
        try spool.append([draft(.detections, "high", severity: .high), draft(.detections, "low1", severity: .low), draft(.detections, "low2", severity: .low), draft(.detections, "critical", severity: .critical)], at: start)
        try spool.append([draft(.detections, "medium", severity: .medium)], at: start)
        #expect(try spool.ids(.detections) == ["high", "low2", "critical", "medium"])
        try spool.append([draft(.detections, "medium2", severity: .medium)], at: start)
        #expect(try spool.ids(.detections) == ["high", "critical", "medium", "medium2"])
    }

    @Test func whatIsWorthLessThanEverythingKeptIsItselfGivenUp() throws {
        let folder = try Folder()
        let spool = try folder.open(SpoolLimits(recordsMax: 2))
        try spool.append([draft(.detections, "a", severity: .high), draft(.detections, "b", severity: .high)], at: start)
        try spool.append([draft(.detections, "low", severity: .low), draft(.runtimeData, "r"), draft(.telemetry, "t")], at: start)
        #expect(try spool.ids(.detections) == ["a", "b"])
        let digest = try spool.digest()
        #expect(digest[.detections].evicted == [.spoolFull: 1])
        #expect(digest[.runtimeData].evicted == [.spoolFull: 1])
        #expect(digest[.telemetry].evicted == [.spoolFull: 1])
        #expect(balances(digest))
    }

    @Test func theByteBoundHoldsAndManySmallOnesGoForALargeOne() throws {
        let folder = try Folder()
        let spool = try folder.open(SpoolLimits(bytesMax: 1024))
        for n in 0..<10 { try spool.append([draft(.runtimeData, "\(n)", bytes: 100)], at: start) }
        try spool.append([draft(.detections, "large", bytes: 500)], at: start)
        let digest = try spool.digest()
        #expect(digest.bytes <= 1024)
        #expect(digest[.runtimeData].evicted == [.spoolFull: 5])
        #expect(try spool.ids(.runtimeData) == ["5", "6", "7", "8", "9"])
        #expect(balances(digest))
    }

    @Test func anOversizedRecordIsCountedAndPushesNothingOut() throws {
        let folder = try Folder()
        let spool = try folder.open(SpoolLimits(recordBytesMax: 300))
        try spool.append([draft(.telemetry, "small"), draft(.detections, "large", severity: .critical, bytes: 301), draft(.detections, "fits", bytes: 300)], at: start)
        #expect(try spool.ids(.detections) == ["fits"])
        #expect(try spool.ids(.telemetry) == ["small"])
        #expect(try spool.digest()[.detections].evicted == [.oversized: 1])
    }

    @Test func expiryTakesWhatIsAsOldAsTheCutoffAndNothingYounger() throws {
        let folder = try Folder()
        let spool = try folder.open()
        for second in 0..<5 { try spool.append([draft(.detections, "\(second)")], at: start.advanced(by: .seconds(Int64(second)))) }
        let cutoff = spool.timeline.time(at: start.monotonic) + .seconds(2)
        try spool.expire(.detections, acceptedUpTo: SpoolTime(nanoseconds: cutoff.nanoseconds - 1), cause: .stale, at: start)
        #expect(try spool.ids(.detections) == ["2", "3", "4"])
        try spool.expire(.detections, acceptedUpTo: cutoff, cause: .stale, at: start)
        #expect(try spool.ids(.detections) == ["3", "4"])
        let digest = try spool.digest()
        #expect(digest[.detections].evicted == [.stale: 3])
        #expect(digest[.detections].oldest == cutoff + .seconds(1))
        #expect(balances(digest))
    }

    @Test func eachCauseKeepsItsOwnCountOverAReopen() throws {
        let folder = try Folder()
        var spool = try folder.open()
        try spool.append([draft(), draft(), draft()], at: start)
        let sequences = try spool.sequences(.detections)
        try spool.evict([sequences[0]], of: .detections, cause: .refusedByPortal, at: start)
        try spool.evict([sequences[0], sequences[1]], of: .detections, cause: .byteBudget, at: start)
        try spool.close()
        spool = try folder.open()
        #expect(try spool.digest()[.detections].evicted == [.refusedByPortal: 1, .byteBudget: 1])
        #expect(try balances(spool.digest()))
    }

    @Test func compactingGivesTheRoomOfWhatIsGoneBackToTheDisk() throws {
        let folder = try Folder()
        let spool = try folder.open()
        try spool.append((0..<400).map { try draft(.runtimeData, "\($0)", bytes: 10_000) }, at: start)
        try spool.compact()
        func size() throws -> Int {
            try folder.names.reduce(0) { sum, name in
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
                return sum + (attributes[.size] as? Int ?? 0)
            }
        }
        let full = try size()
        #expect(full > 4_000_000)
        try spool.acknowledge(try spool.sequences(.runtimeData), of: .runtimeData, at: start)
        #expect(try size() >= full, "the file keeps its room until it is asked to give it back")
        try spool.compact()
        #expect(try size() < full / 10)
        #expect(try balances(spool.digest()) && spool.digest()[.runtimeData].delivered == 400)
    }
}
