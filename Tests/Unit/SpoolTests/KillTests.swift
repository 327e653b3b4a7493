import Contract
import Foundation
import Foundations
import Spool
import Testing

/// The process is killed without warning, in the middle of writing; the file is what the next one has.
@Suite struct KillTests {
    /// Writes for ever; prints a number when that many appends have returned.
    private static func write(to file: String) throws {
        let spool = try SQLiteSpool.open(path: file, bootID: "boot-1", at: start)
        var n = 0
        while true {
            n += 1
            try spool.append([draft(.detections, "\(n)", bytes: 300), draft(.runtimeData, "r\(n)", bytes: 300)], at: start.advanced(by: .seconds(Int64(n))))
            if n % 3 == 0, let first = try spool.oldest(of: .detections, records: 1, bytes: .max).first {
                try spool.acknowledge([first.sequence], of: .detections, at: start)
            }
            FileHandle.standardOutput.write(Data("\(n)\n".utf8))
            // at a different place in each run, between two instructions of the writer thread
            if n == 40 { Thread.detachNewThread { usleep(UInt32(getpid() % 97) * 50); kill(getpid(), SIGKILL) } }
        }
    }

    @Test(arguments: 0..<6) func nothingThatACallReturnedForIsLost(_ round: Int) async throws {
        let folder = try Folder()
        let file = folder.file
        let result = try await #require(processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]) { [file = file as String] in
            try Self.write(to: file)
        }
        let said = String(decoding: result.standardOutputContent, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
        let returned = try #require(said.last)
        let spool = try SQLiteSpool.open(path: file, bootID: "boot-1", at: start.advanced(by: .hours(1)))
        #expect(spool.setAside == nil)
        let digest = try spool.digest()
        #expect(balances(digest))
        // the last append may have been committed before it could be said
        #expect(digest[.runtimeData].records == returned || digest[.runtimeData].records == returned + 1)
        #expect(try spool.ids(.runtimeData) == (1...digest[.runtimeData].records).map { "r\($0)" })
        let sequences = try spool.sequences(.runtimeData)
        #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $1 == $0 + 1 })
        #expect(digest[.detections].accepted == digest[.runtimeData].accepted)
        try spool.append([draft(.runtimeData, "next")], at: start.advanced(by: .hours(1)))
        #expect(try spool.sequences(.runtimeData).last == sequences.last.map { $0 + 1 })
    }
}
