import Foundations
import KubeCore
import Testing

@Suite("Watches")
struct WatchTests {
    private let pods = "/api/v1/namespaces/default/pods"

    @Test func aWatchFromAVersionTellsOnlyWhatCameLater() throws {
        var harness = APIHarness()
        _ = harness.ask("POST", pods, APIHarness.pod("a"))
        let version = harness.api.store.version
        var session = try harness.watch("\(pods)?watch=true&resourceVersion=\(version)")
        #expect(harness.events(&session).isEmpty)
        _ = harness.ask("POST", pods, APIHarness.pod("b"))
        _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["x": "y"]]])
        _ = harness.ask("DELETE", "\(pods)/b")
        #expect(harness.events(&session) == ["ADDED b", "MODIFIED a", "DELETED b"])
        #expect(harness.events(&session).isEmpty)
    }

    @Test func whatLeavesASelectionIsDeletedForItsWatcher() throws {
        var harness = APIHarness()
        var session = try harness.watch("\(pods)?watch=true&fieldSelector=spec.nodeName%3Dn1&labelSelector=app%3Dx")
        _ = harness.ask("POST", pods, APIHarness.pod("a", node: "n1", labels: ["app": "x"]))
        _ = harness.ask("POST", pods, APIHarness.pod("b", node: "n2", labels: ["app": "x"]))
        _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["app": "y"]]])
        _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["app": "x"]]])
        #expect(harness.events(&session) == ["ADDED a", "DELETED a", "ADDED a"])
    }

    @Test func aHistoryThatHasMovedOnEndsAWatchWith410() throws {
        var harness = APIHarness(historyMax: 3)
        var session = try harness.watch("\(pods)?watch=true&resourceVersion=\(harness.api.store.version)")
        for name in ["a", "b", "c", "d", "e"] { _ = harness.ask("POST", pods, APIHarness.pod(name)) }
        #expect(harness.events(&session) == ["ERROR 410"])
        #expect(session.hasEnded)
        #expect(harness.api.store.losses.lost(at: "/pods", "compacted") == 2)
    }

    @Test func initialEventsEndWithAMarkedBookmark() throws {
        var harness = APIHarness()
        for name in ["b", "a"] { _ = harness.ask("POST", pods, APIHarness.pod(name)) }
        var session = try harness.watch("\(pods)?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
        #expect(harness.events(&session) == ["ADDED a", "ADDED b", "BOOKMARK \(harness.api.store.version)"])
        var plain = try harness.watch("\(pods)?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
        #expect(harness.events(&plain) == ["ADDED a", "ADDED b"])
        #expect(harness.ask("GET", "\(pods)?watch=true&sendInitialEvents=true").status == 422)
    }

    @Test func aBookmarkComesEachMinuteAndAWatchEndsAtItsTimeout() throws {
        var harness = APIHarness()
        var session = try harness.watch("\(pods)?watch=true&resourceVersion=\(harness.api.store.version)&allowWatchBookmarks=true&timeoutSeconds=90")
        #expect(harness.events(&session).isEmpty)
        harness.now = harness.now.advanced(by: .seconds(61))
        #expect(harness.events(&session) == ["BOOKMARK \(harness.api.store.version)"])
        harness.now = harness.now.advanced(by: .seconds(30))
        #expect(harness.events(&session).isEmpty)
        #expect(session.hasEnded)
    }

    @Test func faultsCutAWatchAndKeepItsBookmarksBack() throws {
        var harness = APIHarness()
        harness.api.faults = try FaultPlan(json: [["match": ["verb": "watch"], "fault": ["cutWatchAfterEvents": 2, "dropBookmarks": true]]])
        var session = try harness.watch("\(pods)?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
        #expect(harness.events(&session).isEmpty)
        for name in ["a", "b", "c"] { _ = harness.ask("POST", pods, APIHarness.pod(name)) }
        #expect(harness.events(&session) == ["ADDED a", "ADDED b"])
        #expect(session.hasEnded)
    }
}
