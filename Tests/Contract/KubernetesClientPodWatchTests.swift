import Events
import Foundation
import Foundations
import KubernetesClient
import Testing

/// The decisions about lists and watches, by virtual time.
@Suite struct KubernetesClientPodWatchTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    private func page(_ uids: [String], version: String = "100", next: String? = nil) throws -> PodListObject {
        let items = uids.map { #"{"metadata":{"name":"pod-\#($0)","namespace":"shop","uid":"\#($0)","resourceVersion":"7"}}"# }.joined(separator: ",")
        let token = next.map { #","continue":"\#($0)""# } ?? ""
        return try JSONDecoder().decode(PodListObject.self, from: Data(#"{"kind":"PodList","metadata":{"resourceVersion":"\#(version)"\#(token)},"items":[\#(items)]}"#.utf8))
    }

    private func line(_ text: String) throws -> WatchLine { try JSONDecoder().decode(WatchLine.self, from: Data(text.utf8)) }

    private func bookmark(_ version: String) throws -> WatchLine {
        try line(#"{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)","creationTimestamp":null},"spec":{"containers":null},"status":{}}}"#)
    }

    private func watch(_ change: (inout KubernetesTuning) -> Void = { _ in }) -> PodWatch {
        var tuning = KubernetesTuning()
        change(&tuning)
        return PodWatch(node: "node-1", tuning: tuning, seed: 11, at: start)
    }

    private func lists(_ effects: [PodWatch.Effect]) -> [PodQuery] { effects.compactMap { if case .list(let query) = $0 { query } else { nil } } }
    private func watches(_ effects: [PodWatch.Effect]) -> [PodQuery] { effects.compactMap { if case .watch(let query) = $0 { query } else { nil } } }

    /// Listed, and the watch accepted.
    private func watching(_ watch: inout PodWatch, at now: MonotonicInstant) throws {
        _ = watch.handle(.wake, at: now)
        _ = watch.handle(.page(try page(["a"])), at: now)
        _ = watch.handle(.opened, at: now)
        #expect(watch.state == .watching)
    }

    @Test func oneListByPagesThenOneWatchFromItsVersion() throws {
        var watch = watch()
        let first = lists(watch.handle(.wake, at: start))
        #expect(first.map(\.target) == ["/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=100&resourceVersion=0"])
        let second = lists(watch.handle(.page(try page(["a", "b"], version: "100", next: "tok=en")), at: start))
        #expect(second.map(\.target) == ["/api/v1/pods?continue=tok%3Den&fieldSelector=spec.nodeName%3Dnode-1&limit=100"])
        let last = watch.handle(.page(try page(["c"], version: "100")), at: start)
        let known = last.compactMap { if case .tell(.listed(let uids)) = $0 { uids } else { nil } }
        #expect(known == [["a", "b", "c"]])
        let opened = try #require(watches(last).first)
        #expect(opened.resourceVersion == "100")
        #expect(opened.target.contains("allowWatchBookmarks=true"))
        #expect((300...600).contains(try #require(opened.timeoutSeconds)))
        #expect(watch.counts.lists == 1 && watch.counts.watches == 1)
    }

    @Test func aWatchThatEndsGoesOnAtTheLastEventOrBookmarkWithoutAnotherList() throws {
        var watch = watch()
        try watching(&watch, at: start)
        let added = watch.handle(.line(try line(#"{"type":"MODIFIED","object":{"metadata":{"name":"x","namespace":"shop","uid":"a","resourceVersion":"120"}}}"#)), at: start)
        #expect(added.count == 1)
        _ = watch.handle(.line(try bookmark("150")), at: start)
        let later = start + .minutes(6)
        let again = watches(watch.handle(.ended, at: later))
        #expect(again.map(\.resourceVersion) == ["150"])
        #expect(watch.counts.lists == 1)
    }

    @Test func aBrokenWatchIsOpenedAgainWithGrowingBoundedWaitsAndNoList() throws {
        var watch = watch()
        try watching(&watch, at: start)
        var now = start
        var waits: [Duration] = []
        for _ in 0..<12 {
            _ = watch.handle(.failed(KubernetesFailure(.unreachable)), at: now)
            let due = try #require(watch.nextWake)
            waits.append(due - now)
            now = due
            let opened = watches(watch.handle(.wake, at: now))
            #expect(opened.map(\.resourceVersion) == ["100"])
        }
        #expect(watch.counts.lists == 1)
        #expect(waits.allSatisfy { $0 > .zero && $0 <= .seconds(30) })
        #expect(waits[0] <= .milliseconds(800))
        #expect(waits.suffix(3).allSatisfy { $0 >= .seconds(15) })
    }

    @Test func aWatchThatEndsAtOnceCountsAsAFailure() throws {
        var watch = watch()
        try watching(&watch, at: start)
        let effects = watch.handle(.ended, at: start + .milliseconds(5))
        #expect(watches(effects).isEmpty)
        #expect(watch.nextWake.map { $0 > start + .milliseconds(5) } == true)
        #expect(watch.state == .serverError)
    }

    @Test func goneLeadsToAListOfTheNewestStateAndNeverToAStorm() throws {
        var watch = watch()
        try watching(&watch, at: start)
        var now = start
        var begun: [MonotonicInstant] = []
        // a server that says 410 to everything for an hour
        while now < start + .hours(1) {
            let effects = watch.handle(.line(try line(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"#)), at: now)
            #expect(effects.contains { if case .cancelWatch = $0 { true } else { false } })
            now = max(now, try #require(watch.nextWake))
            let list = try #require(lists(watch.handle(.wake, at: now)).first)
            #expect(list.resourceVersion == nil)
            begun.append(now)
            #expect(watches(watch.handle(.page(try page(["a"], version: "200")), at: now)).map(\.resourceVersion) == ["200"])
        }
        let gaps = zip(begun, begun.dropFirst()).map { $1 - $0 }
        #expect(gaps.allSatisfy { $0 >= .seconds(10) })
        #expect(begun.count <= 260, "\(begun.count) lists in an hour")
        #expect(gaps.suffix(10).allSatisfy { $0 >= .seconds(15) })
        // and once a watch lives, all is forgotten
        _ = watch.handle(.opened, at: now)
        _ = watch.handle(.line(try bookmark("300")), at: now)
        #expect(watch.state == .watching)
    }

    @Test func retryAfterIsHonouredWithSpreadAndABound() throws {
        for (wish, least, most) in [(Duration.seconds(40), Duration.seconds(40), Duration.seconds(48)), (.hours(5), .minutes(5), .minutes(6))] {
            var watch = watch()
            _ = watch.handle(.wake, at: start)
            _ = watch.handle(.failed(KubernetesFailure(.busy, retryAfter: wish)), at: start)
            let wait = try #require(watch.nextWake) - start
            #expect(wait >= least && wait <= most)
            #expect(watch.state == .busy)
        }
    }

    @Test(arguments: [KubernetesState.unauthorized, .forbidden, .tlsFailed]) func aRefusalIsRetriedSlowly(state: KubernetesState) throws {
        var watch = watch()
        var now = start
        var lists = 0
        while now < start + .hours(2) {
            _ = watch.handle(.wake, at: now)
            lists += 1
            _ = watch.handle(.failed(KubernetesFailure(state)), at: now)
            now = try #require(watch.nextWake)
        }
        #expect(watch.state == state)
        // once in five minutes at the longest, after the first ones
        #expect((24...70).contains(lists), "\(lists)")
    }

    @Test func aSilentWatchIsGivenUpAfterItsOwnEnd() throws {
        var watch = watch()
        try watching(&watch, at: start)
        let deadline = try #require(watch.nextWake)
        #expect(deadline - start > .minutes(5) && deadline - start <= .seconds(630))
        let effects = watch.handle(.wake, at: deadline)
        #expect(effects.contains { if case .cancelWatch = $0 { true } else { false } })
        #expect(watch.state == .timedOut)
        let late = watch.handle(.line(try bookmark("999")), at: deadline)
        #expect(late.isEmpty)
    }

    @Test func twoWatchesWithoutEvenABookmarkLeadToAList() throws {
        var watch = watch()
        try watching(&watch, at: start)
        var now = start + .minutes(6)
        #expect(watches(watch.handle(.ended, at: now)).map(\.resourceVersion) == ["100"])
        now = now + .minutes(6)
        let doubted = watch.handle(.ended, at: now)
        #expect(lists(doubted).map(\.resourceVersion) == ["0"])
        // a bookmark between them is a sign of life
        _ = watch.handle(.page(try page(["a"])), at: now)
        _ = watch.handle(.ended, at: now + .minutes(6))
        _ = watch.handle(.line(try bookmark("170")), at: now + .minutes(7))
        #expect(lists(watch.handle(.ended, at: now + .minutes(12))).isEmpty)
        #expect(lists(watch.handle(.ended, at: now + .minutes(18))).isEmpty)
    }

    @Test func oneOddObjectHidesNoOther() throws {
        let odd = #"{"kind":"PodList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a","uid":"a"}},{"metadata":{"name":7}},{"metadata":{"name":"b","uid":"b"},"spec":{"hostNetwork":"yes"}},null]}"#
        var watch = watch()
        _ = watch.handle(.wake, at: start)
        let effects = watch.handle(.page(try JSONDecoder().decode(PodListObject.self, from: Data(odd.utf8))), at: start)
        let names = effects.compactMap { if case .tell(.pod(let pod)) = $0 { pod.pod.context.name } else { nil } }
        #expect(names == ["a"])
        _ = watch.handle(.opened, at: start)
        for text in [
            #"{"type":"MODIFIED","object":{"metadata":{"name":["x"],"uid":"a","resourceVersion":"12"}}}"#, #"{"type":"NEWS","object":{"metadata":{"resourceVersion":"13"}}}"#,
            #"{"type":"DELETED","object":{"metadata":{"resourceVersion":"14"}}}"#,
        ] { #expect(watch.handle(.line(try line(text)), at: start).isEmpty) }
        #expect(watch.counts.unreadable == 6)
        // what could not be read does not come again
        #expect(watches(watch.handle(.ended, at: start + .minutes(6))).map(\.resourceVersion) == ["14"])
        #expect(throws: (any Error).self) { _ = try line("{") }
    }

    @Test func aListThatExpiresInTheMiddleBeginsAgain() throws {
        var watch = watch()
        _ = watch.handle(.wake, at: start)
        _ = watch.handle(.page(try page(["a"], next: "token")), at: start)
        let failed = watch.handle(.failed(KubernetesFailure(.expired)), at: start)
        #expect(!failed.contains { if case .tell(.listed) = $0 { true } else { false } })
        let again = lists(watch.handle(.wake, at: try #require(watch.nextWake)))
        #expect(again.map(\.continueToken) == [nil])
        #expect(again.map(\.resourceVersion) == [nil])
    }

    @Test func aFleetDoesNotStartAtOnce() {
        let starts = (0..<100).map { seed in
            var tuning = KubernetesTuning()
            tuning.startDelayMax = .seconds(60)
            return PodWatch(node: "n", tuning: tuning, seed: UInt64(seed), at: start).nextWake.map { $0 - start } ?? .zero
        }
        #expect(Set(starts).count > 90)
        #expect(starts.allSatisfy { $0 >= .zero && $0 <= .seconds(60) })
        #expect((20...80).contains(starts.count { $0 < .seconds(30) }))
    }

    @Test func aPodSaysWhatEnrichmentNeeds() throws {
        let text = """
            {"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1","namespace":"shop","uid":"u1","resourceVersion":"5","labels":{"app":"web"},
            "annotations":{"kubernetes.io/config.hash":"0123456789abcdef0123456789abcdef"},
            "ownerReferences":[{"apiVersion":"v1","kind":"Other","name":"o","uid":"o1"},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-5d4","uid":"rs1","controller":true}]},
            "spec":{"nodeName":"node-1","serviceAccountName":"web","hostNetwork":true,"containers":[{"name":"web","image":"nginx:1.27","securityContext":{"privileged":true}}],
            "initContainers":[{"name":"init","image":"busybox"}]},
            "status":{"podIP":"10.0.0.5","podIPs":[{"ip":"10.0.0.5"},{"ip":"fd00::5"}],
            "containerStatuses":[{"name":"web","image":"docker.io/library/nginx:1.27","imageID":"docker.io/library/nginx@sha256:\(String(repeating: "c", count: 64))",
            "containerID":"containerd://abc","state":{"running":{"startedAt":"2026-03-01T10:20:30Z"}}}],
            "initContainerStatuses":[{"name":"init","image":"busybox","containerID":"","state":{"terminated":{"containerID":"containerd://def","startedAt":"2026-03-01T10:20:00Z"}}}],
            "ephemeralContainerStatuses":[{"name":"debug","containerID":"containerd://eph","state":{"waiting":{}}}]}}}
            """
        guard case .changed(let object) = try line(text) else { throw TestProblem("not a pod") }
        let pod = object.pod
        #expect(pod.context.node == "node-1" && pod.context.serviceAccount == "web" && pod.context.hostNetwork && pod.context.labels == ["app": "web"])
        #expect(pod.context.ips == ["10.0.0.5", "fd00::5"])
        #expect(pod.context.owners == [PodContext.Owner(kind: "ReplicaSet", name: "web-5d4")])
        #expect(pod.controllerUID == "rs1")
        #expect(pod.manifestHash == "0123456789abcdef0123456789abcdef")
        #expect(pod.containers.map(\.id) == ["abc", "def", "eph"])
        #expect(pod.containers.map(\.image) == ["nginx:1.27", "busybox", nil])
        #expect(pod.containers.map(\.privileged) == [true, false, false])
        #expect(pod.containers.first?.imageDigest == "sha256:" + String(repeating: "c", count: 64))
        #expect(pod.containers.first?.started == WallInstant(rfc3339: "2026-03-01T10:20:30Z"))
    }
}
