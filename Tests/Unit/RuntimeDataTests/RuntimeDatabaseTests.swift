import Contract
import Foundation
import Foundations
import Redaction
import RuntimeData
import Testing

@Suite struct RuntimeDatabaseTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/runtime-data-\(UUID().uuidString)"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var file: String { path + "/" + RuntimeDatabase.fileName }
    }

    private func now(_ hours: Double, wallStep: Duration = .zero) -> Now {
        let span = Int64(hours * 3600 * 1e9)
        return Now(monotonic: MonotonicInstant(nanoseconds: 1_000_000_000 + span), wall: WallInstant(nanoseconds: 1_767_225_600_000_000_000 + span) + wallStep)
    }

    private func store(_ executable: String, count: UInt64 = 1, sha256: String? = nil, container: String? = nil, in database: RuntimeDatabase, at now: Now) throws {
        let record = RuntimeRecord(
            kind: "process", executable: executable, sha256: sha256, containerId: container, count: count, firstSeen: now.wall.rfc3339, lastSeen: now.wall.rfc3339)
        try database.store([Redactor().redact(record)], at: now)
    }

    @Test func countsGrowAndTimesWiden() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/bin/ls", count: 2, in: database, at: now(1))
        try store("/bin/ls", count: 3, in: database, at: now(5))
        try store("/bin/ls", count: 1, container: "c1", in: database, at: now(6))
        let rows = try database.recent(at: now(6))
        #expect(rows.map(\.count) == [5, 1])
        #expect(rows.first?.firstSeen == now(1).wall.rfc3339)
        #expect(rows.first?.lastSeen == now(5).wall.rfc3339)
    }

    @Test func rowsAreKeptForFortyEightHoursAndNoLonger() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/bin/old", in: database, at: now(0))
        try store("/bin/new", in: database, at: now(1))
        #expect(try database.expire(at: now(48)).aged == 0)
        #expect(try database.recent(at: now(48)).count == 2)
        #expect(try database.expire(at: now(48.1)).aged == 1)
        #expect(try database.recent(at: now(48.1)).map(\.executable) == ["/bin/new"])
    }

    @Test(arguments: [Duration.hours(24 * 365), .hours(-24 * 365), .hours(49), .minutes(-1)])
    func aSteppedWallClockNeitherDeletesNorKeepsForEver(_ step: Duration) throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/bin/ls", in: database, at: now(0))
        try store("/bin/id", in: database, at: now(1))
        // the clock is set; the rows are as old as before
        #expect(try database.expire(at: now(2, wallStep: step)).aged == 0)
        #expect(try database.recent(at: now(2, wallStep: step)).count == 2)
        #expect(try database.recent(at: now(2, wallStep: step)).map(\.lastSeen).contains(now(1, wallStep: step).wall.rfc3339))
        #expect(try database.expire(at: now(48.5, wallStep: step)).aged == 1)
        #expect(try database.expire(at: now(50, wallStep: step)).aged == 1)
    }

    @Test func aDriftingClockMovesNothing() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/bin/ls", in: database, at: now(0))
        try database.expire(at: now(1, wallStep: .seconds(2)))
        #expect(try database.recent(at: now(1)).map(\.lastSeen) == [now(0).wall.rfc3339])
    }

    @Test func aDigestThatIsKnownStaysWhenALaterStartDoesNotKnowItYet() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        let digest = String(repeating: "ab", count: 32)
        try store("/bin/ls", sha256: digest, in: database, at: now(0))
        try store("/bin/ls", in: database, at: now(1))
        #expect(try database.recent(at: now(1)).map(\.sha256) == [digest])
    }

    @Test func whatIsStoredSurvivesAReopenAndCanBeReadMeanwhile() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/bin/ls", in: database, at: now(0))
        // the scanner, while the sensor runs
        #expect(try RuntimeDatabase(directory: folder.path).recent(at: now(1)).map(\.executable) == ["/bin/ls"])
        try store("/bin/id", in: database, at: now(1))
        #expect(try RuntimeDatabase(directory: folder.path).recent(at: now(1)).count == 2)
    }

    @Test func aDamagedFileIsSetAsideAndANewOneBegun() throws {
        let folder = try Folder()
        try Data(repeating: 0x41, count: 9000).write(to: URL(fileURLWithPath: folder.file))
        let database = try RuntimeDatabase(directory: folder.path)
        #expect(database.wasSetAside)
        try store("/bin/ls", in: database, at: now(0))
        #expect(try database.recent(at: now(0)).count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.contains(".corrupt-") })
    }

    @Test func noSecretReachesTheFile() throws {
        let folder = try Folder()
        let database = try RuntimeDatabase(directory: folder.path)
        try store("/home/alice@corp.example/bin/tool", in: database, at: now(0))
        #expect(try database.recent(at: now(0)).map(\.executable) == ["/home/[REDACTED:email]/bin/tool"])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
            #expect(bytes.firstRange(of: Data("alice@corp".utf8)) == nil)
        }
    }
}
