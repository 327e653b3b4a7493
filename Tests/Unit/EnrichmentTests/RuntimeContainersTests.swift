import Enrichment
import Events
import Foundations
import Testing

/// What the container runtime says, alone and beside the Kubernetes API.
@Suite struct RuntimeContainersTests {
    private let start = Now(monotonic: .zero, wall: WallInstant(nanoseconds: 0))
    private let uid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

    private func described(_ id: String, name: String? = "web", pod: RuntimeContainer.Pod? = nil) -> RuntimeContainer {
        var out = RuntimeContainer(id: id, runtime: "containerd")
        out.name = name
        out.image = "registry.example/shop/web:2.4"
        out.imageDigest = "sha256:" + String(repeating: "a", count: 64)
        out.started = WallInstant(nanoseconds: 7)
        out.labels = ["tier": "front"]
        out.mounts = [ContainerContext.Mount(source: "/srv", destination: "/data", isWritable: true, propagation: "private")]
        out.sandboxID = "sandbox"
        out.pod = pod
        return out
    }

    private func available(hasKubernetes: Bool = false) -> WorkloadResolver {
        var resolver = WorkloadResolver(hasKubernetes: hasKubernetes)
        _ = resolver.handle(.runtime(.available(true)), at: start)
        return resolver
    }

    private func met(_ id: String, podUID: String? = nil) -> ContainerContext {
        var out = ContainerContext(id: id)
        out.podUID = podUID
        return out
    }

    @Test func aContainerAndItsPodAreKnownFromTheRuntimeAlone() {
        var resolver = available()
        let pod = RuntimeContainer.Pod(name: "shop-0", namespace: "shop", uid: uid, labels: ["app": "shop"])
        let told = resolver.handle(.runtime(.container(described("c1", pod: pod))), at: start)
        #expect(told.map(\.id) == ["c1"])
        var context = met("c1", podUID: uid)
        resolver.complete(&context)
        #expect(context.name == "web" && context.image == "registry.example/shop/web:2.4" && context.imageDigest?.hasPrefix("sha256:aaaa") == true)
        #expect(context.started == WallInstant(nanoseconds: 7) && context.labels == ["tier": "front"] && context.mounts.map(\.text) == ["/srv:/data::true:private"])
        #expect(context.sandboxID == "sandbox" && context.podUID == uid)
        #expect(context.pod?.name == "shop-0" && context.pod?.namespace == "shop" && context.pod?.labels == ["app": "shop"] && context.pod?.owners == [])
        #expect(!resolver.isAwaited(context))
    }

    @Test func theAPIIsBelievedAndTheRuntimeFillsInWhatItDoesNotSay() throws {
        var resolver = available(hasKubernetes: true)
        _ = resolver.handle(.runtime(.container(described("c1", name: "by-runtime", pod: .init(name: "old", namespace: "old", uid: uid)))), at: start)
        var early = met("c1", podUID: uid)
        resolver.complete(&early)
        #expect(early.pod?.name == "old")
        #expect(resolver.isAwaited(early), "the API's pod, with its owners, is still to come")
        var pod = PodContext(name: "shop-0", namespace: "shop", uid: uid)
        pod.serviceAccount = "shop"
        let container = try #require(WorkloadResolver.Container(name: "by-api", containerID: "containerd://c1", image: "shop/web", privileged: true))
        let told = resolver.handle(.pod(.init(context: pod, containers: [container])), at: start)
        let context = try #require(told.first)
        #expect(context.name == "by-api" && context.image == "shop/web" && context.privileged == true)
        #expect(context.pod?.name == "shop-0" && context.pod?.serviceAccount == "shop")
        #expect(context.imageDigest != nil && context.started != nil && context.labels == ["tier": "front"] && context.mounts.count == 1 && context.sandboxID == "sandbox")
        #expect(!resolver.isAwaited(context))
    }

    @Test func aContainerIsAskedForOnceAndTheAnswerEndsTheWait() {
        var resolver = available()
        let container = met("c1")
        #expect(resolver.isAwaited(container))
        #expect(resolver.shouldAskRuntime(for: container) && !resolver.shouldAskRuntime(for: container))
        let told = resolver.handle(.runtime(.container(described("c1"))), at: start)
        #expect(told.map(\.name) == ["web"])
        #expect(!resolver.isAwaited(container) && !resolver.shouldAskRuntime(for: container))
        #expect(resolver.handle(.runtime(.container(described("c1"))), at: start).isEmpty, "nothing new")
    }

    @Test func aContainerThatTheRuntimeDoesNotHaveIsWaitedForNoLonger() {
        var resolver = available()
        let container = met("by-runc", podUID: uid)
        _ = resolver.shouldAskRuntime(for: container)
        let told = resolver.handle(.runtime(.unknown(id: "by-runc")), at: start)
        #expect(told == [container], "as it was known, so that what waits for it goes on")
        #expect(!resolver.isAwaited(container) && !resolver.shouldAskRuntime(for: container))
        // a sandbox is known to its runtime after its first process
        #expect(resolver.handle(.runtime(.container(described("by-runc", name: nil))), at: start).map(\.sandboxID) == ["sandbox"])
    }

    @Test func withoutARuntimeNothingIsAwaitedOfIt() {
        var resolver = WorkloadResolver(hasKubernetes: false)
        #expect(!resolver.isAwaited(met("c1", podUID: uid)) && !resolver.shouldAskRuntime(for: met("c1")))
        _ = resolver.handle(.runtime(.available(true)), at: start)
        #expect(resolver.shouldAskRuntime(for: met("c1")) == true)
        _ = resolver.handle(.runtime(.available(false)), at: start)
        #expect(!resolver.isAwaited(met("c1")))
        // it came back: what it was asked before is asked again
        _ = resolver.handle(.runtime(.available(true)), at: start)
        #expect(resolver.shouldAskRuntime(for: met("c1")) == true)
    }

    @Test func whatHasGoneLingersAndIsThenForgotten() {
        var resolver = WorkloadResolver(linger: .seconds(10), hasKubernetes: false)
        for n in 1...3 { _ = resolver.handle(.runtime(.container(described("c\(n)"))), at: start) }
        _ = resolver.handle(.runtime(.removed(id: "c1")), at: start)
        _ = resolver.handle(.runtime(.listed(ids: ["c3"])), at: start)
        #expect(resolver.runtimeCount == 1)
        var late = met("c2")
        resolver.complete(&late)
        #expect(late.name == "web")
        _ = resolver.handle(.runtime(.listed(ids: ["c3"])), at: start.advanced(by: .seconds(10)))
        var (gone, kept) = (met("c1"), met("c3"))
        resolver.complete(&gone)
        resolver.complete(&kept)
        #expect(gone.name == nil && kept.name == "web")
    }

    @Test func theBoundsAreCounted() {
        var resolver = available()
        for n in 0..<RuntimeContainers.containersMax { _ = resolver.handle(.runtime(.container(described("c\(n)"))), at: start) }
        #expect(resolver.handle(.runtime(.container(described("one more"))), at: start).isEmpty)
        #expect(resolver.ledger.lost(at: "workloads", "runtimeContainersFull") == 1)
        _ = resolver.handle(.runtime(.removed(id: "c7")), at: start)
        #expect(resolver.handle(.runtime(.container(described("one more"))), at: start).count == 1)
        #expect(resolver.ledger.lost(at: "workloads", "runtimeContainerForgotten") == 1)
        for n in 0...RuntimeContainers.idsMax { _ = resolver.shouldAskRuntime(for: met("asked \(n)")) }
        #expect(resolver.ledger.lost(at: "workloads", "runtimeQuestionForgotten") == 1)
        var crowded = described("c1")
        for n in 0...RuntimeContainers.labelsMax { crowded.labels["label-\(n)"] = "x" }
        crowded.mounts = (0..<RuntimeContainers.mountsMax + 3).map { .init(source: "/\($0)", destination: "/\($0)", isWritable: false, propagation: "private") }
        let told = resolver.handle(.runtime(.container(crowded)), at: start)
        #expect(told.first?.labels.count == RuntimeContainers.labelsMax && told.first?.mounts.count == RuntimeContainers.mountsMax)
        #expect(resolver.ledger.lost(at: "workloads", "runtimeLabelsCut") == 2 && resolver.ledger.lost(at: "workloads", "runtimeMountsCut") == 3)
    }

    /// An image's author chooses its labels, and Docker gives them to containers.
    @Test func textOfAnyLengthTakesABoundedRoom() throws {
        var resolver = available()
        var long = described("c1")
        long.labels = ["a": "short", "b": String(repeating: "x", count: RuntimeContainers.textBytesMax), "c": "behind it"]
        long.mounts = [.init(source: String(repeating: "/s", count: RuntimeContainers.textBytesMax), destination: "/d", isWritable: true, propagation: "")]
        long.image = String(repeating: "i", count: RuntimeContainers.nameBytesMax + 1)
        let context = try #require(resolver.handle(.runtime(.container(long)), at: start).first)
        #expect(context.labels == ["a": "short"] && context.mounts.isEmpty && context.image == nil && context.name == "web")
        #expect(resolver.ledger.lost(at: "workloads", "runtimeLabelsCut") == 2 && resolver.ledger.lost(at: "workloads", "runtimeMountsCut") == 1)
        #expect(resolver.ledger.lost(at: "workloads", "runtimeNameCut") == 1)
    }

    // MARK: Owners

    private func pod(open: Bool, _ containers: [WorkloadResolver.Container] = []) -> WorkloadResolver.Pod {
        var context = PodContext(name: "web-1", namespace: "shop", uid: uid)
        context.owners = [PodContext.Owner(kind: "ReplicaSet", name: "web-5d4")]
        return .init(context: context, controllerUID: "rs", isChainOpen: open, containers: containers)
    }

    @Test func aContainerIsAwaitedUntilTheOwnersOfItsPodAreKnown() throws {
        let known = try #require(WorkloadResolver.Container(name: "web", containerID: "containerd://c1"))
        for (containers, id) in [([known], "c1"), ([], "not in the status yet")] {
            var resolver = WorkloadResolver()
            var container = met(id, podUID: uid)
            resolver.complete(&container)
            #expect(resolver.isAwaited(container))
            #expect(resolver.handle(.pod(pod(open: true, containers)), at: start).map(\.id) == [id])
            #expect(resolver.isAwaited(container))
            let told = resolver.handle(.owners([PodContext.Owner(kind: "Deployment", name: "web")], above: "rs"), at: start)
            #expect(told.map(\.id) == [id] && told.first?.pod?.owners.map(\.kind) == ["ReplicaSet", "Deployment"])
            #expect(!resolver.isAwaited(container))
            // a status that comes later opens nothing again
            _ = resolver.handle(.pod(pod(open: true, containers)), at: start)
            #expect(!resolver.isAwaited(container))
        }
    }

    @Test func thatThereIsNoOwnerEndsTheWaitToo() {
        var resolver = WorkloadResolver()
        var container = met("c1", podUID: uid)
        _ = resolver.handle(.pod(pod(open: true)), at: start)
        resolver.complete(&container)
        #expect(resolver.isAwaited(container))
        let told = resolver.handle(.owners([], above: "rs"), at: start)
        #expect(told.map(\.id) == ["c1"] && told.first?.pod?.owners.map(\.name) == ["web-5d4"])
        #expect(!resolver.isAwaited(container))
    }
}
