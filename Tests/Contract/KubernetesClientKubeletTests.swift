import Events
import Foundation
import Foundations
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
            case .giveUp: "give up"
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
            #expect(said.contains("give up") == (failure == 3))
            now = poll.nextWake ?? now
        }
        #expect(poll.hasGivenUp && poll.nextWake == nil)
    }

    @Test func aRefusalIsFinalUnlessTheKubeletIsForced() {
        var allowed = poll()
        _ = allowed.handle(.wake, at: start)
        #expect(words(allowed.handle(.failed(KubernetesFailure(.forbidden)), at: start)) == ["state forbidden", "give up"])
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
}
