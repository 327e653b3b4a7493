import Contract
import Foundations
import Spool
import Testing

@Suite struct DiskFullTests {
    /// A file that has room for little more than its tables.
    private let limits = SpoolLimits(recordsMax: 10_000, bytesMax: 1 << 20, fileBytesMax: 96 << 10)

    /// Appends until the disk takes nothing; returns how many it took.
    private func fill(_ spool: SQLiteSpool) throws -> Int {
        for n in 0..<1000 {
            do { try spool.append([draft(.detections, "\(n)", bytes: 2000)], at: start) } catch let error as SpoolError {
                #expect(error == .diskFull)
                return n
            }
        }
        return 1000
    }

    @Test func aFullDiskIsNamedAndNothingOfTheCallHappened() throws {
        let folder = try Folder()
        let spool = try folder.open(limits)
        let taken = try fill(spool)
        #expect(taken > 3 && taken < 60)
        let before = try spool.digest()
        #expect(before[.detections].records == taken)
        #expect(balances(before))
        #expect(throws: SpoolError.diskFull) { try spool.append([draft(.telemetry, "t"), draft(.detections, "large", bytes: 30_000)], at: start) }
        #expect(try spool.digest() == before)
    }

    @Test func whatWasDeliveredMakesRoomAgain() throws {
        let folder = try Folder()
        let spool = try folder.open(limits)
        _ = try fill(spool)
        try spool.acknowledge(try spool.sequences(.detections), of: .detections, at: start)
        try spool.append([draft(.detections, "again", bytes: 2000)], at: start)
        #expect(try spool.ids(.detections) == ["again"])
        #expect(try balances(spool.digest()))
    }

    @Test func aFullDiskSurvivesAReopen() throws {
        let folder = try Folder()
        var spool = try folder.open(limits)
        let taken = try fill(spool)
        try spool.close()
        spool = try folder.open(limits)
        #expect(spool.setAside == nil)
        #expect(try spool.digest()[.detections].records == taken)
    }
}
