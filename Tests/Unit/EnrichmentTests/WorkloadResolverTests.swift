import Enrichment
import Events
import Foundations
import Testing

@Suite struct WorkloadResolverTests {
    private let start = Now(monotonic: .zero, wall: WallInstant(nanoseconds: 0))

    private func id(_ n: Int) -> String { String(repeating: "0", count: 64 - String(n).count) + String(n) }

    private func container(_ n: Int, name: String = "web") -> WorkloadResolver.Container {
        WorkloadResolver.Container(
            name: name, containerID: "containerd://\(id(n))", image: "nginx:1.27", imageID: "docker.io/library/nginx@sha256:\(String(repeating: "a", count: 64))")!
    }

    private func pod(_ uid: String, _ containers: [WorkloadResolver.Container], owners: [PodContext.Owner] = [], controller: String? = nil) -> WorkloadResolver.Pod {
        var context = PodContext(name: "pod-\(uid)", namespace: "shop", uid: uid)
        context.owners = owners
        return WorkloadResolver.Pod(context: context, controllerUID: controller, containers: containers)
    }

    private func asked(_ n: Int, podUID: String?) -> ContainerContext {
        var context = ContainerContext(id: id(n))
        context.podUID = podUID
        return context
    }

    @Test func aKnownContainerIsCompletedByItsID() {
        var resolver = WorkloadResolver()
        let told = resolver.handle(.pod(pod("u1", [container(1)])), at: start)
        #expect(told.map(\.id) == [id(1)])
        var context = asked(1, podUID: nil)
        resolver.complete(&context)
        #expect(context.pod?.name == "pod-u1")
        #expect(context.name == "web")
        #expect(context.runtime == "containerd")
        #expect(context.image == "nginx:1.27")
        #expect(context.imageDigest == "sha256:" + String(repeating: "a", count: 64))
    }

    @Test func aContainerAskedForBeforeItsPodIsToldOfWhenThePodComes() {
        var resolver = WorkloadResolver()
        var sandbox = asked(9, podUID: "u1")
        resolver.complete(&sandbox)
        #expect(sandbox.pod == nil)
        let other = resolver.handle(.pod(pod("u2", [container(2)])), at: start)
        #expect(other.map(\.id) == [id(2)])
        let told = resolver.handle(.pod(pod("u1", [container(1)])), at: start)
        #expect(told.map(\.id) == [id(1), id(9)])
        #expect(told.last?.name == nil)
        #expect(told.last?.pod?.uid == "u1")
        let again = resolver.handle(.pod(pod("u1", [container(1)])), at: start)
        #expect(again.isEmpty)
    }

    @Test func aContainerOfAKnownPodHasItsPodBeforeTheKubeletReportsIt() {
        var resolver = WorkloadResolver()
        _ = resolver.handle(.pod(pod("u1", [])), at: start)
        var context = asked(1, podUID: "u1")
        resolver.complete(&context)
        #expect(context.pod?.uid == "u1" && context.name == nil)
        let told = resolver.handle(.pod(pod("u1", [container(1)])), at: start)
        #expect(told.map(\.name) == ["web"])
    }

    @Test func aStaticPodIsFoundByTheDigestOfItsManifest() {
        var resolver = WorkloadResolver()
        var mirror = pod("api-uid", [])
        mirror.manifestHash = String(repeating: "b", count: 32)
        _ = resolver.handle(.pod(mirror), at: start)
        var context = asked(1, podUID: mirror.manifestHash)
        resolver.complete(&context)
        #expect(context.pod?.uid == "api-uid")
    }

    @Test func aChainLearnedLaterReachesEveryPodOfTheController() {
        var resolver = WorkloadResolver()
        let set = PodContext.Owner(kind: "ReplicaSet", name: "web-1")
        let deployment = PodContext.Owner(kind: "Deployment", name: "web")
        for (uid, n) in [("u1", 1), ("u2", 2)] { _ = resolver.handle(.pod(pod(uid, [container(n)], owners: [set], controller: "rs")), at: start) }
        _ = resolver.handle(.pod(pod("u3", [container(3)], owners: [PodContext.Owner(kind: "ReplicaSet", name: "x")], controller: "other")), at: start)
        let told = resolver.handle(.owners([deployment], above: "rs"), at: start)
        #expect(told.map(\.id) == [id(1), id(2)])
        #expect(told.allSatisfy { $0.pod?.owners == [set, deployment] })
        // a later status that knows only the nearest owner takes nothing back
        let update = resolver.handle(.pod(pod("u1", [container(1)], owners: [set], controller: "rs")), at: start)
        #expect(update.isEmpty)
    }

    @Test func aPodThatHasGoneLingersAndIsThenForgotten() {
        var resolver = WorkloadResolver(linger: .seconds(10))
        _ = resolver.handle(.pod(pod("u1", [container(1)])), at: start)
        _ = resolver.handle(.removed(uid: "u1"), at: start)
        var late = asked(1, podUID: nil)
        resolver.complete(&late)
        #expect(late.pod?.uid == "u1")
        #expect(resolver.podCount == 0)
        _ = resolver.handle(.removed(uid: "u1"), at: start.advanced(by: .seconds(10)))
        var tooLate = asked(1, podUID: nil)
        resolver.complete(&tooLate)
        #expect(tooLate.pod == nil)
    }

    @Test func aListTakesAwayWhatItDoesNotName() {
        var resolver = WorkloadResolver()
        for n in 1...3 { _ = resolver.handle(.pod(pod("u\(n)", [container(n)])), at: start) }
        _ = resolver.handle(.listed(uids: ["u2"]), at: start)
        #expect(resolver.podCount == 1)
        _ = resolver.handle(.pod(pod("u3", [container(3)])), at: start)
        #expect(resolver.podCount == 2)
    }

    @Test func aRestartKeepsTheOldIDReadableAndTheBoundIsCounted() {
        var resolver = WorkloadResolver()
        for n in 1...(WorkloadResolver.pastContainersMax + 3) { _ = resolver.handle(.pod(pod("u1", [container(n)])), at: start) }
        var recent = asked(WorkloadResolver.pastContainersMax + 2, podUID: nil)
        resolver.complete(&recent)
        #expect(recent.pod?.uid == "u1")
        var forgotten = asked(1, podUID: nil)
        resolver.complete(&forgotten)
        #expect(forgotten.pod == nil)
        #expect(resolver.ledger.lost(at: "workloads", "pastContainerForgotten") == 2)
    }

    @Test func beyondItsBoundsItSaysSo() {
        var resolver = WorkloadResolver()
        for n in 0..<WorkloadResolver.podsMax { _ = resolver.handle(.pod(pod("u\(n)", [])), at: start) }
        let refused = resolver.handle(.pod(pod("one more", [container(1)])), at: start)
        #expect(refused.isEmpty)
        #expect(resolver.ledger.lost(at: "workloads", "podsFull") == 1)
        _ = resolver.handle(.removed(uid: "u7"), at: start)
        let taken = resolver.handle(.pod(pod("one more", [container(1)])), at: start)
        #expect(taken.count == 1)
        #expect(resolver.ledger.lost(at: "workloads", "podForgotten") == 1)

        for n in 0...WorkloadResolver.wantedMax {
            var context = asked(100_000 + n, podUID: "nobody")
            resolver.complete(&context)
        }
        #expect(resolver.ledger.lost(at: "workloads", "wantedFull") == 1)

        var crowded = pod("u1", (0..<WorkloadResolver.containersPerPodMax + 5).map { container($0) })
        for n in 0..<WorkloadResolver.labelsMax + 2 { crowded.context.labels["label-\(n)"] = "x" }
        let told = resolver.handle(.pod(crowded), at: start)
        #expect(told.count == WorkloadResolver.containersPerPodMax)
        #expect(told.first?.pod?.labels.count == WorkloadResolver.labelsMax)
        #expect(resolver.ledger.lost(at: "workloads", "containersFull") == 5)
        #expect(resolver.ledger.lost(at: "workloads", "labelsCut") == 2)
    }

    @Test(arguments: ["", "containerd", "containerd://"]) func aContainerWithoutIDIsNone(text: String) {
        #expect(WorkloadResolver.Container(name: "web", containerID: text) == nil)
    }
}
