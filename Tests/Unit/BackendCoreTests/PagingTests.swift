import BackendCore
import Contract
import Foundation
import Foundations
import Testing

@Suite("Pages")
struct PagingTests {
    private let now = PortalFixtures.wall

    private func filled(_ n: Int) async throws -> PortalStore {
        let store = try PortalFixtures.store()
        // Two and two share a time, so that the order needs its second key.
        let records = (1...n).map { ($0, PortalFixtures.event(id: "e-\($0)", severity: $0 % 3 == 0 ? .critical : .low, at: now + .seconds($0 / 2))) }
        _ = try await store.ingest(.detections, body: PortalFixtures.batch(records, id: "b"), at: now)
        return store
    }

    private func walk(_ store: PortalStore, _ filter: CloudEventFilter = .init(), first: Int, between: (Int) async throws -> Void = { _ in }) async throws -> [String] {
        var (out, page, n) = ([String](), PageRequest(first: first), 0)
        while true {
            let part = try await store.cloudEvents(filter, page, at: now)
            out += part.nodes.map(\.id)
            guard part.pageInfo.hasNextPage else { return out }
            let end: PageCursor = try #require(PageCursor(part.pageInfo.endCursor ?? ""))
            page.after = end
            n += 1
            try await between(n)
        }
    }

    @Test(arguments: [1, 2, 7, 23, 24])
    func everyElementComesOnceWhateverThePageSize(_ first: Int) async throws {
        let ids = try await walk(filled(23), first: first)
        #expect(ids == (1...23).reversed().map { "e-\($0)" })
    }

    @Test func arrivalsWhileReadingNeitherShiftNorRepeat() async throws {
        let store = try await filled(10)
        let ids = try await walk(store, first: 3) { n in
            let late = PortalFixtures.event(id: "late-\(n)", at: now + .seconds(1_000 + n))
            _ = try await store.ingest(.detections, body: PortalFixtures.batch([(100 + n, late)], id: "late-\(n)"), at: now)
        }
        #expect(ids == (1...10).reversed().map { "e-\($0)" })
    }

    @Test func filtersNarrowAndTheTotalCountsAllThatMatch() async throws {
        let store = try await filled(12)
        var filter = CloudEventFilter()
        filter.severities = [.critical]
        #expect(try await walk(store, filter, first: 3) == ["e-12", "e-9", "e-6", "e-3"])
        #expect(try await store.cloudEvents(filter, PageRequest(first: 1), at: now).totalCount == 4)
        filter.since = now + .seconds(5)
        #expect(try await walk(store, filter, first: 3) == ["e-12"])
        filter = CloudEventFilter()
        filter.rule = "no such rule"
        #expect(try await walk(store, filter, first: 3).isEmpty)
        filter.rule = "reverse_shell"
        #expect(try await walk(store, filter, first: 5).count == 12)
        filter.sensor = "s-2"
        #expect(try await walk(store, filter, first: 5).isEmpty)
    }

    @Test func aCursorIsReadBackAndNothingElseIs() {
        let cursor = PageCursor(key: .max, row: 1)
        #expect(PageCursor(cursor.text) == cursor)
        #expect(!cursor.text.contains { "+/?&".contains($0) })
        for text in ["", "x", "djI6MTox", cursor.text + "A", String(cursor.text.dropLast(5)), "💥"] where text != cursor.text { #expect(PageCursor(text) == nil, "\(text)") }
    }

    @Test func aPageHoldsOneToFiveHundred() {
        #expect(PageRequest(first: 0).first == 1 && PageRequest(first: 9_999).first == 500 && PageRequest().first == 50)
    }
}
