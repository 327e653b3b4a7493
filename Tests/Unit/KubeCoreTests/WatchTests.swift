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

    @Test(arguments: ["application/json", "application/vnd.kubernetes.protobuf", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"])
    func aChangeIsEncodedOnceForAllWatchersOfAForm(accept: String) throws {
        var harness = APIHarness()
        _ = harness.ask("POST", pods, APIHarness.pod("a"))
        let target = "\(pods)?watch=true&resourceVersion=\(harness.api.store.version)"
        var sessions = try (0..<20).map { _ in try harness.watch(target, headers: ["accept": accept]) }
        let changes = 3
        for change in 0..<changes {
            _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["x": .string("\(change)")]]])
            var told: Set<[UInt8]> = []
            for index in sessions.indices {
                var out: [UInt8] = []
                while harness.api.advance(&sessions[index], at: harness.now, into: &out) {}
                #expect(!out.isEmpty)
                told.insert(out)
            }
            #expect(told.count == 1)
        }
        #expect(harness.api.encodings.encoded == UInt64(changes))
        #expect(harness.api.encodings.shared == UInt64(changes * (sessions.count - 1)))
    }

    @Test func watchersOfDifferentFormsAndSelectionsAreToldWhatIsTheirs() throws {
        var harness = APIHarness()
        _ = harness.ask("POST", pods, APIHarness.pod("a", labels: ["app": "x"]))
        let target = "\(pods)?watch=true&resourceVersion=\(harness.api.store.version)"
        var all = try harness.watch(target)
        var selecting = try harness.watch(target + "&labelSelector=app%3Dx")
        var table = try harness.watch(target, headers: ["accept": "application/json;as=Table;v=v1;g=meta.k8s.io"])
        _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["app": "y"]]])
        #expect(harness.events(&all) == ["MODIFIED a"])
        #expect(harness.events(&selecting) == ["DELETED a"])
        var out: [UInt8] = []
        while harness.api.advance(&table, at: harness.now, into: &out) {}
        let event = try JSONParser.parse(Array(out.dropLast()))
        #expect(event["object"]?["kind"] == "Table")
        #expect(event["object"]?["columnDefinitions"]?.array?.isEmpty == false)
        #expect(harness.api.encodings.encoded == 3)
    }

    @Test func encodingsAreForgottenAtTheirBoundAndMadeAgain() throws {
        var harness = APIHarness()
        _ = harness.ask("POST", pods, APIHarness.pod("a"))
        let target = "\(pods)?watch=true&resourceVersion=\(harness.api.store.version)"
        var early = try harness.watch(target)
        var late = try harness.watch(target)
        // One more than are kept.
        let changes = 513
        for change in 0..<changes { _ = harness.patch("\(pods)/a", ["metadata": ["labels": ["x": .string("\(change)")]]]) }
        #expect(harness.events(&early).count == changes)
        #expect(harness.events(&late).count == changes)
        // The late one finds each event a step after it was forgotten.
        #expect(harness.api.encodings.encoded == UInt64(2 * changes))
    }
}
