import Contract
import Enrichment
import Events
import Foundations
import Indicators
import Pipeline
import Testing

@Suite struct LibraryTests {
    private static let digests = FileDigests(sha256: String(repeating: "1b", count: 32), sha1: "", md5: "", size: 5, buildID: "0b16")

    private func requests(_ effects: [PipelineEffect]) -> [FileHasher.Request] { effects.compactMap { if case .hash(let request) = $0 { request } else { nil } } }

    @Test func aLibraryIsHashedAndStoredInItsOwnRow() throws {
        var harness = PipelineHarness()
        harness.advance(.seconds(1))
        harness.exec(pid: 200, path: "/usr/bin/python3", arguments: ["python3"], container: true)
        harness.library(pid: 200, path: "/usr/lib/libx.so", inode: 88)
        let request = try #require(requests(harness.effects()).first { $0.isLibrary })
        #expect(request.path == "/usr/lib/libx.so" && request.inode == 88 && request.process.pid == 200)
        harness.pipeline.handle(.digests(Self.digests, for: request), at: harness.now)
        harness.advance(.seconds(10))
        let rows = harness.effects().flatMap { effect -> [RuntimeRecord] in if case .store(let rows) = effect { rows.map(\.value) } else { [] } }
        let row = try #require(rows.first { $0.kind == "library" })
        #expect(row.executable == "/usr/lib/libx.so" && row.parentExecutable == "/usr/bin/python3" && row.containerId == PipelineHarness.containerID)
        #expect(row.sha256 == Self.digests.sha256 && row.buildId == "0b16" && row.count == 1)
        // the program's own digests are not the library's
        #expect(rows.first { $0.kind == "process" }?.sha256 == nil)
    }

    @Test func aMaliciousLibraryNamesTheProcessThatLoadedIt() throws {
        var harness = PipelineHarness()
        harness.exec(pid: 200, path: "/usr/bin/python3", arguments: ["python3"])
        harness.library(pid: 200, path: "/tmp/implant.so")
        let request = try #require(requests(harness.effects()).first { $0.isLibrary })
        harness.exit(pid: 200)
        harness.pipeline.handle(.digests(Self.digests, for: request), at: harness.now)
        harness.advance(.seconds(1))
        let asked = harness.effects().flatMap { effect -> [Indicator] in if case .lookUp(let indicators) = effect { indicators } else { [] } }
        let indicator = try #require(asked.first { $0.kind == .sha256 })
        harness.pipeline.handle(.indicators(.verdicts([Verdict(indicator: indicator, isMalicious: true, family: "F", source: "test", validity: .seconds(60))])), at: harness.now)
        let event = try #require(harness.sent().first)
        #expect(event.name == "Malicious library loaded" && event.indicator?.value == Self.digests.sha256)
        #expect(event.runtimeDetails.processTree.first?.path == "/usr/bin/python3" && event.runtimeDetails.processTree.first?.sha256 == nil)
    }

    @Test func manyLibrariesAtOnceLeaveRoomForWhatIsExecuted() throws {
        let harness = PipelineHarness()
        harness.exec(pid: 200, path: "/usr/bin/python3", arguments: ["python3"])
        for n in 0..<1500 { harness.library(pid: 200, path: "/lib/lib\(n).so", inode: UInt64(1000 + n)) }
        #expect(requests(harness.effects()).count { $0.isLibrary } == 1024)
        harness.exec(pid: 201, path: "/usr/bin/id", arguments: ["id"])
        let effects = harness.effects()
        #expect(requests(effects).map(\.path) == ["/usr/bin/id"])
        harness.pipeline.handle(.report(id: 1), at: harness.now)
        let report = try #require(harness.effects().compactMap { if case .report(let report, _) = $0 { report } else { nil } }.first)
        #expect(report.ledger.lost(at: "hash", "hashWaitFull") == 476)
    }
}
