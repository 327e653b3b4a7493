import BackendCore
import Contract
import Foundation
import Foundations
import GRDB
import Testing

@Suite("Agentless scanner")
struct HostStoreReaderTests {
    private let now = PortalFixtures.wall

    /// A host store as the sensor leaves it, in a folder that goes with the test.
    private func withStore(rows: [(key: String, record: String, age: Duration, count: Int64)], _ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "host-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("persistent-1\n".utf8).write(to: folder.appending(path: HostStoreReader.identityName))
        // Kept open, so that the rows are still in the write-ahead log when the scanner looks.
        let pool = try DatabasePool(path: folder.appending(path: HostStoreReader.fileName).path)
        try await pool.write { db in
            try db.execute(sql: "CREATE TABLE runtime_data (key TEXT PRIMARY KEY, record TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL)")
            for row in rows {
                let seen = (now + .nanoseconds(-row.age.nanoseconds)).nanoseconds
                try db.execute(sql: "INSERT INTO runtime_data VALUES (?, ?, ?, ?, ?)", arguments: [row.key, row.record, seen - 5, seen, row.count])
            }
        }
        try await body(folder)
        try pool.close()
    }

    private func record(_ executable: String) throws -> String { String(decoding: try JSONBody.encode(PortalFixtures.use(of: "dpkg:x@1", executable: executable)), as: UTF8.self) }

    private func read(_ folder: URL) async throws -> HostStoreReader.Content {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        return try await HostStoreReader(folder: folder.path, scratch: scratch).read(at: now) { _ in }
    }

    @Test func readsTheLastTwoDaysBesideAWriterAndTouchesNothing() async throws {
        try await withStore(rows: [("a", record("/a"), .hours(47), 7), ("b", record("/b"), .seconds(1), 1), ("c", record("/c"), .hours(48) + .nanoseconds(1), 1)]) { folder in
            let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            let content = try await read(folder)
            #expect(content.persistentID == "persistent-1" && content.diagnostics.isEmpty)
            #expect(content.records.map(\.executable) == ["/b", "/a"] && content.records.map(\.count) == [1, 7])
            #expect(content.records.last?.lastSeen == (now + .hours(-47)).rfc3339, "times are the columns', not those of the record's first writing")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
        }
    }

    @Test func aRowThatIsNotUnderstoodIsNamedAndTheOthersAreRead() async throws {
        try await withStore(rows: [("a", "{}", .seconds(1), 1), ("b", record("/b"), .seconds(2), 1), ("c", record("/c"), .seconds(3), -1), ("d", "not json", .seconds(4), 1)]) { folder in
            let content = try await read(folder)
            #expect(content.records.map(\.executable) == ["/b"])
            #expect(content.diagnostics.map(\.message) == ["row 1: kind is missing", "row 3 has a column of the wrong type", "row 4: is not JSON"])
        }
    }

    @Test func whatIsNoHostStoreIsNamed() async throws {
        try await withStore(rows: []) { folder in
            let database = folder.appending(path: HostStoreReader.fileName)
            #expect(await complaint { _ = try await read(folder.appending(path: "none")) }?.file == folder.appending(path: "none/persistent-id").path)
            let files = FileManager.default
            for suffix in ["-wal", "-shm"] { try files.removeItem(atPath: database.path + suffix) }
            try Data(repeating: 7, count: 8_192).write(to: database)
            #expect(await complaint { _ = try await read(folder) }?.message.hasPrefix("is no runtime-data database") == true)
            try files.removeItem(at: database)
            #expect(await complaint { _ = try await read(folder) }?.message == "is not there or cannot be read")
        }
    }

    @Test func aScanAndTheSensorsOwnUploadsAreOneRow() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.register(PortalFixtures.registration("persistent-1"), newID: "s-1", at: now)
        var use = PortalFixtures.use(of: "dpkg:curl@7", executable: "/usr/bin/curl")
        use.sha256 = "aa"
        _ = try await store.ingest(.runtimeData, body: PortalFixtures.batch([(1, use)], id: "1"), at: now)
        var later = PortalFixtures.use(of: "dpkg:curl@8", executable: "/usr/bin/curl", lastSeen: now + .seconds(60))
        later.count = 4
        _ = try await store.ingest(.runtimeData, body: PortalFixtures.batch([(2, later)], id: "2"), at: now)
        func rows() async throws -> [RuntimeRecord] { try await store.runtimeData(sensor: "s-1", image: nil, PageRequest()).nodes.map(\.record) }
        #expect(try await rows().map(\.count) == [7], "uploads are what came since the one before")
        let merged = try await rows().first
        #expect(merged?.sha256 == "aa" && merged?.package == "dpkg:curl@8")
        // The node has counted three starts more than reached the portal, and another program.
        var whole = later
        whole.count = 10
        let scan = RuntimeScan(persistentId: "persistent-1", scannedAt: now.rfc3339, records: [whole, PortalFixtures.use(of: "dpkg:wget@1", executable: "/usr/bin/wget")])
        #expect(try await store.takeScan(scan, at: now) == RuntimeScanReply(sensorId: "s-1", rows: 2, new: 1))
        #expect(try await store.takeScan(scan, at: now) == RuntimeScanReply(sensorId: "s-1", rows: 2, new: 0))
        #expect(try await rows().map(\.count).sorted() == [3, 10])
        #expect(await complaint { _ = try await store.takeScan(RuntimeScan(persistentId: "", scannedAt: now.rfc3339, records: []), at: now) }?.subject == "persistentId")
        #expect(try await store.takeScan(RuntimeScan(persistentId: "never seen", scannedAt: now.rfc3339, records: [whole]), at: now).sensorId == "never seen")
    }
}
