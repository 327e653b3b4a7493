import Contract
import Foundation
import Foundations
import Spool
import Testing

@Suite struct DamageTests {
    private func fill(_ folder: Folder, records: Int = 200) throws -> UInt64 {
        let spool = try folder.open()
        for n in 0..<records { try spool.append([draft(.detections, "\(n)", bytes: 400)], at: start) }
        let last = try spool.digest()[.detections].lastSequence
        try spool.compact()
        try spool.close()
        return last
    }

    private func overwrite(_ file: String, at offset: UInt64, with bytes: Data) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    @Test func aFileThatIsNoDatabaseIsSetAsideAndReplaced() throws {
        let folder = try Folder()
        try Data(repeating: 0x41, count: 20_000).write(to: URL(fileURLWithPath: folder.file))
        let spool = try folder.open()
        let aside = try #require(spool.setAside)
        #expect(aside.path.hasPrefix(folder.file + ".corrupt-"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside.path)) == Data(repeating: 0x41, count: 20_000))
        try spool.append([draft()], at: start)
        #expect(try balances(spool.digest()))
    }

    @Test func damagedPagesAreFoundAtOpeningAndNumbersGoOnAboveTheOldOnes() throws {
        let folder = try Folder()
        let last = try fill(folder)
        // everything but the first pages, where the schema and the sums are
        let size = try #require(FileManager.default.attributesOfItem(atPath: folder.file)[.size] as? UInt64)
        try overwrite(folder.file, at: size / 2, with: Data(repeating: 0x5A, count: Int(size / 2)))
        let spool = try folder.open(at: start)
        #expect(spool.setAside != nil)
        try spool.append([draft(.detections, "new")], at: start)
        #expect(try spool.ids(.detections) == ["new"])
        #expect(try #require(try spool.sequences(.detections).first) > last)
    }

    @Test func sumsThatDoNotAgreeWithTheRecordsAreNotBelieved() throws {
        let folder = try Folder()
        _ = try fill(folder, records: 5)
        try sql(folder.file, "UPDATE streams SET records = records - 1 WHERE name = 'detections'")
        let spool = try folder.open()
        #expect(try #require(spool.setAside).reason.contains("detections"))
    }

    @Test func aLedgerThatDoesNotBalanceIsNotBelieved() throws {
        let folder = try Folder()
        _ = try fill(folder, records: 5)
        try sql(folder.file, "UPDATE streams SET delivered = delivered + 1 WHERE name = 'detections'")
        #expect(try #require(folder.open().setAside).reason.contains("balance"))
    }

    @Test func anotherLayoutIsSetAsideAndNeverGuessedAt() throws {
        let folder = try Folder()
        _ = try fill(folder, records: 1)
        try sql(folder.file, "PRAGMA user_version = 99")
        #expect(try #require(folder.open().setAside).reason.contains("99"))
    }

    @Test func onlyTheNewestDamagedFileIsKept() throws {
        let folder = try Folder()
        for hour in 0..<3 {
            try Data("not a database, and long enough to be looked at \(hour)".utf8).write(to: URL(fileURLWithPath: folder.file))
            try folder.open(at: start.advanced(by: .hours(Int64(hour)))).close()
        }
        #expect(try folder.names.filter { $0.contains("corrupt") }.count == 1)
    }

    @Test func anEmptyFileIsTakenForANewOne() throws {
        let folder = try Folder()
        try Data().write(to: URL(fileURLWithPath: folder.file))
        let spool = try folder.open()
        #expect(spool.setAside == nil)
        try spool.append([draft()], at: start)
        #expect(try spool.digest().records == 1)
    }

    @Test(arguments: 0..<40) func noDamageCrashesOrLeavesASpoolThatDoesNotWork(_ round: Int) throws {
        let folder = try Folder()
        _ = try fill(folder, records: 30)
        var random = SeededGenerator(seed: UInt64(round))
        let size = try #require(FileManager.default.attributesOfItem(atPath: folder.file)[.size] as? UInt64)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let bytes = Data((0..<Int.random(in: 1...600, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
            try overwrite(folder.file, at: UInt64.random(in: 0..<size, using: &random), with: bytes)
        }
        let spool = try folder.open()
        // damage inside a payload cannot be told from a payload; everything else has to work
        let before = try spool.digest()
        #expect(balances(before))
        try spool.append([draft(.detections, "after")], at: start)
        #expect(try spool.ids(.detections).last == "after")
        #expect(try spool.digest()[.detections].accepted == before[.detections].accepted + 1)
    }

    /// Changes the file behind the spool's back, with the library that Debian's own tools use.
    private func sql(_ file: String, _ statement: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()", file, statement]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
