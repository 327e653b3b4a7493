import Clocks
import Events
import Foundation
import Foundations
import KubeServer
import KubernetesClient
import Testing

/// Pods from the node's own kubelet, and from the API server when that does not do.
@Suite(.timeLimit(.minutes(2))) struct KubernetesClientKubeletTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    private func pods(_ names: String...) throws -> PodListObject {
        let items = names.map { #"{"metadata":{"name":"\#($0)","namespace":"shop","uid":"u-\#($0.prefix(1))"}}"# }.joined(separator: ",")
        return try JSONDecoder().decode(PodListObject.self, from: Data(#"{"kind":"PodList","metadata":{},"items":[\#(items)]}"#.utf8))
    }

    private func poll(isForced: Bool = false) -> KubeletPoll { KubeletPoll(isForced: isForced, tuning: KubernetesTuning(), seed: 4, at: start) }

    private func words(_ effects: [KubeletPoll.Effect]) -> [String] {
        effects.map { effect in
            switch effect {
            case .get: "get"
            case .tell(.pod(let object)): "pod \(object.pod.context.name)"
            case .tell(.removed(let uid)): "removed \(uid)"
            case .tell(.listed(let uids)): "listed \(uids.sorted())"
            case .state(let state, _): "state \(state.rawValue)"
            case .giveWay: "give way"
            case .takeOver: "take over"
            }
        }
    }

    // MARK: Decisions

    @Test func onlyWhatHasChangedIsTold() throws {
        var poll = poll()
        #expect(words(poll.handle(.wake, at: start)) == ["get"])
        #expect(words(poll.handle(.answered(try pods("a", "b")), at: start)) == ["pod a", "pod b", "listed [\"u-a\", \"u-b\"]", "state watching"])
        let next = try #require(poll.nextWake)
        #expect((4.5...5.5).contains((next - start).inSeconds))
        #expect(words(poll.handle(.wake, at: start + .seconds(1))).isEmpty)
        #expect(words(poll.handle(.wake, at: next)) == ["get"])
        #expect(words(poll.handle(.answered(try pods("a", "b")), at: next)).isEmpty)
        _ = poll.handle(.wake, at: next + .seconds(6))
        // one of another name under the same uid, one gone
        #expect(words(poll.handle(.answered(try pods("a2")), at: next + .seconds(6))) == ["pod a2", "listed [\"u-a\"]"])
    }

    @Test func afterThreeFailuresInARowTheAPIServerIsAsked() {
        var poll = poll()
        var now = start
        for failure in 1...3 {
            #expect(words(poll.handle(.wake, at: now)) == ["get"])
            let said = words(poll.handle(.failed(KubernetesFailure(.unreachable)), at: now))
            #expect(said.contains("give way") == (failure == 3))
            if failure < 3 { now = poll.nextWake ?? now }
        }
        #expect(poll.isAway)
    }

    @Test func aKubeletThatAnswersAgainTakesOver() throws {
        var poll = poll()
        _ = poll.handle(.wake, at: start)
        _ = poll.handle(.answered(try pods("a")), at: start)
        _ = poll.handle(.wake, at: start + .seconds(10))
        #expect(words(poll.handle(.failed(KubernetesFailure(.unauthorized)), at: start + .seconds(10))) == ["state unauthorized", "give way"])
        // tried in vain, without a word
        let first = try #require(poll.nextWake)
        #expect((215...385).contains((first - start).inSeconds))
        #expect(words(poll.handle(.wake, at: first + .nanoseconds(-1))).isEmpty)
        #expect(words(poll.handle(.wake, at: first)) == ["get"])
        #expect(words(poll.handle(.failed(KubernetesFailure(.unreachable)), at: first)).isEmpty && poll.isAway)
        let second = try #require(poll.nextWake)
        #expect((225...375).contains((second - first).inSeconds))
        #expect(words(poll.handle(.wake, at: second)) == ["get"])
        // all of it is told: somebody else has told of pods since
        #expect(words(poll.handle(.answered(try pods("a")), at: second)) == ["take over", "pod a", "listed [\"u-a\"]", "state watching"])
        #expect(!poll.isAway)
        #expect(poll.counts.polls == 4 && poll.counts.failures == 2)
    }

    @Test(arguments: [#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure"}"#, "<html></html>", "{}", #"{"kind":"PodList","items":[]}"#, ""])
    func whatIsNoListOfPodsIsNotTakenForAnEmptyOne(body: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(PodListObject.self, from: Data(body.utf8)) }
    }

    @Test func aRefusalIsFollowedAtOnceUnlessTheKubeletIsForced() {
        var allowed = poll()
        _ = allowed.handle(.wake, at: start)
        #expect(words(allowed.handle(.failed(KubernetesFailure(.forbidden)), at: start)) == ["state forbidden", "give way"])
        var forced = poll(isForced: true)
        _ = forced.handle(.wake, at: start)
        #expect(words(forced.handle(.failed(KubernetesFailure(.forbidden)), at: start)) == ["state forbidden"])
        #expect(forced.nextWake != nil)
    }

    // MARK: Over TLS, against a kubelet that asks the API server who may

    @Test func theKubeletIsAskedAndTheAPIServerOnlyForOwners() async throws {
        try await KubernetesTestServer.with { server in
            let owner = #"{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","uid":"r1","controller":true}"#
            try server.addPod("before", node: "node-1", owner: owner)
            try server.addPod("elsewhere", node: "node-2")
            try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(server.configuration)) { watcher in
                try await watcher.wait("the first pods") { watcher.told.contains("listed 1") }
                try server.addPod("after", node: "node-1")
                try server.run("after", containerID: "c0ffee")
                try await watcher.wait("the container") { watcher.complete("c0ffee").pod?.name == "after" }
                try server.send("DELETE", "/api/v1/namespaces/default/pods/after", #"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}"#)
                try await watcher.wait("its end") { watcher.pods == 1 }
                let status = await watcher.service.status
                #expect(status.source == "kubelet" && status.state == .watching && status.kubeletPolls >= 3 && status.lists == 0)
            }
            let asked = Set(server.requests())
            #expect(asked == ["get nodes/pods", "get replicasets"], "\(asked)")
        }
    }

    @Test func whoMayNotAskTheKubeletWatchesTheAPIServer() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            try server.send("POST", "/api/v1/namespaces/default/serviceaccounts", #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"sensor"}}"#)
            let rules = #""rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["list","watch"]}]"#
            try server.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", #"{"metadata":{"name":"pods"},\#(rules)}"#)
            let binding = #"{"metadata":{"name":"pods"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"pods"},"subjects":[{"kind":"ServiceAccount","name":"sensor","namespace":"default"}]}"#
            try server.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)
            let request = try server.send("POST", "/api/v1/namespaces/default/serviceaccounts/sensor/token", #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}"#)
            var account = try server.configuration
            account.token = .given(request["status"]?["token"]?.string ?? "")
            try await KubernetesWatcher.with(account, kubelet: server.kubelet(account)) { watcher in
                try await watcher.wait("watching") { await watcher.service.status.state == .watching && watcher.told.contains("state watching") }
                #expect(watcher.told == ["state forbidden", "pod one", "listed 1", "state watching"])
                #expect(await watcher.service.status.source == "api-server")
            }
            // with the right to read the node's pods it is the kubelet again
            try server.send("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterroles/pods", #"{"rules":[{"apiGroups":[""],"resources":["nodes/pods"],"verbs":["get"]}]}"#, type: "application/merge-patch+json")
            try await KubernetesWatcher.with(account, kubelet: server.kubelet(account)) { watcher in
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
                #expect(await watcher.service.status.source == "kubelet")
            }
            var stranger = account
            stranger.token = .given("wrong")
            try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(stranger)) { watcher in
                try await watcher.wait("watching") { watcher.told.contains("state watching") }
                #expect(watcher.told.first == "state unauthorized")
            }
        }
    }

    /// What a kubelet may answer, how the sensor names it, and after how many of them it asks the API server.
    @Test(arguments: [
        (#"{"status": 401}"#, "unauthorized", 1), (#"{"status": 403}"#, "forbidden", 1), (#"{"status": 404, "message": "<html>not here</html>"}"#, "bad-reply", 1), (#"{"status": 410}"#, "expired", 3),
        (#"{"status": 500}"#, "server-error", 3), (#"{"disconnect": true}"#, "unreachable", 3),
    ])
    func aKubeletThatFailsIsLeftForTheAPIServerAndComesBack(fault: String, state: String, failures: UInt64) async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            try server.put(#"[{"match": {"resource": "nodes/pods", "path": "/pods"}, "fault": \#(fault)}]"#)
            try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(server.configuration)) { $0.kubeletReturnInterval = .milliseconds(100) } _: { watcher in
                try await watcher.wait("the API server") { await watcher.service.status.source == "api-server" && watcher.told.contains("state watching") }
                #expect(watcher.told == ["state \(state)", "pod one", "listed 1", "state watching"])
                #expect(await watcher.service.status.kubeletFailures >= failures)
                let lists = await watcher.service.status.lists
                try server.put("[]")
                try await watcher.wait("the kubelet") { await watcher.service.status.source == "kubelet" && watcher.told.filter { $0 == "state watching" }.count == 2 }
                // the watch of the API server has ended, and the kubelet's word counts
                try server.addPod("two", node: "node-1")
                try await watcher.wait("the new pod") { watcher.pods == 2 }
                #expect(await watcher.service.status.lists == lists)
            }
        }
    }

    @Test func aTokenThatIsReplacedIsReadAnew() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            let file = "\(server.folder.path)/token"
            try Data(server.adminToken.utf8).write(to: URL(fileURLWithPath: file))
            var rotating = try server.configuration
            rotating.token = .file(file)
            try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(rotating)) { $0.kubeletReturnInterval = .milliseconds(100) } _: { watcher in
                try await watcher.wait("the kubelet") { watcher.told.contains("state watching") }
                try Data("run-out".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
                try await watcher.wait("the API server") { watcher.told.contains("state unauthorized") && watcher.told.last == "state watching" }
                #expect(await watcher.service.status.source == "api-server")
                try Data(server.adminToken.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
                try await watcher.wait("the kubelet again") { await watcher.service.status.source == "kubelet" }
            }
        }
    }

    @Test func aKubeletOfAnotherAuthorityOrNameIsToldNothing() async throws {
        try await KubernetesTestServer.with { server in
            try server.addPod("one", node: "node-1")
            let folder = try TestFolder()
            defer { folder.remove() }
            var stranger = try server.configuration
            stranger.authority = Data(try ClusterDirectory(opening: folder.path, at: SystemClock.wall()).authorityPEM.utf8)
            var misnamed = try server.configuration
            misnamed.serverName = "node-2"
            for configuration in [stranger, misnamed] {
                try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(configuration)) { watcher in
                    try await watcher.wait("the API server") { watcher.told.contains("state watching") }
                    #expect(watcher.told.first == "state tls-failed")
                }
            }
            var named = try server.configuration
            named.serverName = "node-1"
            try await KubernetesWatcher.with(server.configuration, kubelet: server.kubelet(named)) { watcher in
                try await watcher.wait("the kubelet") { watcher.told.contains("state watching") }
                #expect(await watcher.service.status.source == "kubelet")
            }
            #expect(server.requests().filter { $0 == "get nodes/pods" }.count >= 1)
        }
    }
}
