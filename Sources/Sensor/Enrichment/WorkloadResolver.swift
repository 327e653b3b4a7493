package import Events
package import Foundations

/// Knows the containers and pods of the own node, by container id and by pod uid, from what the Kubernetes API and the container runtime say.
///
/// Where both speak of the same thing the API is believed; the runtime fills in what it does not say, and pods that it does not know.
///
/// A container's context is asked for when its process starts (`complete`); what was not known then is remembered, and comes
/// out of `handle` once its pod is. A pod that has gone stays known for `linger`, because the last events of its processes
/// arrive after it.
package struct WorkloadResolver {
    package enum Input: Sendable {
        /// Added or changed: the whole pod, as it is now.
        case pod(Pod)
        case removed(uid: String)
        /// A list is complete: pods that are not in it have gone.
        case listed(uids: Set<String>)
        /// The owners above a controller, nearest first: the Deployment of a ReplicaSet. Empty when there is none to be found.
        case owners([PodContext.Owner], above: String)
        /// What the container runtime says.
        case runtime(RuntimeContainers.Input)
    }

    /// Pods kept, those that have gone included. A node takes 110 by default and some hundreds at most; beyond the bound those
    /// that have gone leave first (`podForgotten`), then a new one is refused (`podsFull`).
    package static let podsMax = 2048
    /// Containers of one pod; those beyond are not known by id (`containersFull`).
    package static let containersPerPodMax = 64
    /// Earlier containers of a pod that restarts, kept for the late events of theirs; the oldest leaves (`pastContainerForgotten`).
    package static let pastContainersMax = 16
    /// Labels of one pod; those beyond, in the order of their names, are cut (`labelsCut`).
    package static let labelsMax = 128
    /// Containers that wait for their pod; the oldest is no longer told of (`wantedFull`).
    package static let wantedMax = 1024

    private var losses = Ledger()
    /// How long a pod that has gone stays known.
    package let linger: Duration
    /// Somebody asks the Kubernetes API: what it has not said yet may come.
    package let hasKubernetes: Bool

    fileprivate struct Entry {
        var pod: Pod
        /// Ids that the pod had before and has no longer, oldest first.
        var past: [Container] = []
        /// When it went; nil while the API has it.
        var gone: MonotonicInstant?
    }

    private var pods: [String: Entry] = [:]
    private var podOfContainer: [String: String] = [:]
    private var podOfManifest: [String: String] = [:]
    private var wanted: [ContainerContext] = []
    private var runtime = RuntimeContainers()

    package init(linger: Duration = .minutes(2), hasKubernetes: Bool = true) {
        self.linger = linger
        self.hasKubernetes = hasKubernetes
    }

    package var ledger: Ledger {
        var out = losses
        out.merge(runtime.ledger)
        return out
    }

    /// Containers that the container runtime has now.
    package var runtimeCount: Int { runtime.count }
    /// Pods that the API has now.
    package var podCount: Int { pods.values.count { $0.gone == nil } }

    // MARK: Asking

    /// Fills in what is known of a container. One whose cgroup names a pod that nobody knows yet is remembered.
    package mutating func complete(_ container: inout ContainerContext) {
        describe(&container)
        guard let uid = container.podUID, entry(of: container.id) == nil, entry(ofPod: uid)?.pod.isChainOpen ?? true else { return }
        guard !wanted.contains(where: { $0.id == container.id }) else { return }
        if wanted.count >= Self.wantedMax {
            wanted.removeFirst()
            losses.count("wantedFull", at: "workloads")
        }
        wanted.append(container)
    }

    /// Whether more about the container may still come: its pod, what owns that, what the runtime says of it.
    package func isAwaited(_ container: ContainerContext) -> Bool {
        if hasKubernetes, let uid = container.podUID {
            guard let entry = entry(of: container.id) ?? entry(ofPod: uid) else { return true }
            if entry.pod.isChainOpen { return true }
        }
        return runtime.isAwaited(container.id)
    }

    /// Whether the container runtime is to be asked for the container now; true once for each.
    package mutating func shouldAskRuntime(for container: ContainerContext) -> Bool { runtime.shouldAsk(container) }

    private func entry(of id: String) -> Entry? { podOfContainer[id].flatMap { pods[$0] } }
    private func entry(ofPod uid: String) -> Entry? { pods[podOfManifest[uid] ?? uid] }

    private func describe(_ container: inout ContainerContext) {
        runtime.container(container.id)?.fill(&container)
        if let entry = entry(of: container.id), let known = entry.container(container.id) {
            known.fill(&container)
            container.podUID = entry.pod.context.uid
            container.pod = entry.pod.context
        } else if let entry = container.podUID.flatMap({ entry(ofPod: $0) }) {
            // the sandbox's own container, or one that the kubelet has not reported yet: its pod is certain, its name is not
            container.pod = entry.pod.context
        }
    }

    private func described(_ container: Container) -> ContainerContext {
        var out = ContainerContext(id: container.id)
        describe(&out)
        return out
    }

    // MARK: Learning

    /// - Returns: the contexts that became known or changed, in the order of the pod's containers.
    package mutating func handle(_ input: Input, at now: Now) -> [ContainerContext] {
        forgetGone(at: now.monotonic)
        switch input {
        case .pod(let pod): return learn(pod)
        case .removed(let uid):
            if pods[uid]?.gone == nil { pods[uid]?.gone = now.monotonic }
            return []
        case .listed(let uids):
            for uid in pods.keys where !uids.contains(uid) && pods[uid]?.gone == nil { pods[uid]?.gone = now.monotonic }
            return []
        case .owners(let owners, let controller):
            return pods.keys.sorted().flatMap { learn(owners, above: controller, of: $0) }
        case .runtime(let input):
            guard var context = runtime.handle(input, at: now.monotonic, linger: linger) else { return [] }
            describe(&context)
            return [context]
        }
    }

    private mutating func learn(_ given: Pod) -> [ContainerContext] {
        var pod = given
        let uid = pod.context.uid
        bound(&pod)
        let old = pods[uid]
        guard old != nil || makeRoom() else {
            losses.count("podsFull", at: "workloads")
            return []
        }
        // a chain once learned is not lost to a status that names the nearest owner only
        if let old, old.pod.controllerUID == pod.controllerUID, old.pod.context.owners.starts(with: pod.context.owners) {
            pod.context.owners = old.pod.context.owners
            pod.isChainOpen = pod.isChainOpen && old.pod.isChainOpen
        }
        var entry = Entry(pod: pod, past: old?.past ?? [])
        retire(old, into: &entry)
        pods[uid] = entry
        for container in pod.containers { podOfContainer[container.id] = uid }
        if let hash = pod.manifestHash { podOfManifest[hash] = uid }

        var out: [ContainerContext] = []
        for container in pod.containers where old.map({ $0.pod.context != pod.context || $0.container(container.id) != container }) ?? true {
            out.append(described(container))
        }
        return out + tellWanted(of: pod, besides: out)
    }

    // Containers that were asked for before their pod, or what owns it, was known.
    private mutating func tellWanted(of pod: Pod, besides told: [ContainerContext]) -> [ContainerContext] {
        var out: [ContainerContext] = []
        wanted.removeAll { container in
            if told.contains(where: { $0.id == container.id }) { return true }
            guard container.podUID == pod.context.uid || (pod.manifestHash != nil && container.podUID == pod.manifestHash) else { return false }
            out.append(container)
            return !pod.isChainOpen
        }
        for i in out.indices { describe(&out[i]) }
        return out
    }

    private mutating func learn(_ owners: [PodContext.Owner], above controller: String, of uid: String) -> [ContainerContext] {
        guard var entry = pods[uid], entry.pod.controllerUID == controller, let nearest = entry.pod.context.owners.first else { return [] }
        // that nothing was found takes nothing back
        let chain = owners.isEmpty ? entry.pod.context.owners : [nearest] + owners
        guard entry.pod.context.owners != chain || entry.pod.isChainOpen else { return [] }
        entry.pod.context.owners = chain
        entry.pod.isChainOpen = false
        pods[uid] = entry
        return entry.pod.containers.map(described) + tellWanted(of: entry.pod, besides: [])
    }

    // MARK: Bounds

    private mutating func bound(_ pod: inout Pod) {
        if pod.containers.count > Self.containersPerPodMax {
            losses.count("containersFull", at: "workloads", by: UInt64(pod.containers.count - Self.containersPerPodMax))
            pod.containers.removeLast(pod.containers.count - Self.containersPerPodMax)
        }
        if pod.context.labels.count > Self.labelsMax {
            let kept = pod.context.labels.sorted { $0.key < $1.key }.prefix(Self.labelsMax)
            losses.count("labelsCut", at: "workloads", by: UInt64(pod.context.labels.count - kept.count))
            pod.context.labels = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
        }
    }

    // Containers that the status no longer names: the pod restarted them, their last events may still come.
    private mutating func retire(_ old: Entry?, into entry: inout Entry) {
        guard let old else { return }
        let current = Set(entry.pod.containers.map(\.id))
        entry.past.removeAll { current.contains($0.id) }
        entry.past += old.pod.containers.filter { !current.contains($0.id) }
        while entry.past.count > Self.pastContainersMax {
            podOfContainer[entry.past.removeFirst().id] = nil
            losses.count("pastContainerForgotten", at: "workloads")
        }
    }

    private mutating func makeRoom() -> Bool {
        guard pods.count >= Self.podsMax else { return true }
        let oldest = pods.compactMap { uid, entry in entry.gone.map { ($0, uid) } }.min { $0 < $1 }
        guard let oldest else { return false }
        forget(oldest.1)
        losses.count("podForgotten", at: "workloads")
        return true
    }

    private mutating func forgetGone(at now: MonotonicInstant) {
        for (uid, entry) in pods { if let gone = entry.gone, gone + linger <= now { forget(uid) } }
    }

    private mutating func forget(_ uid: String) {
        guard let entry = pods.removeValue(forKey: uid) else { return }
        for container in entry.pod.containers + entry.past where podOfContainer[container.id] == uid { podOfContainer[container.id] = nil }
        if let hash = entry.pod.manifestHash, podOfManifest[hash] == uid { podOfManifest[hash] = nil }
    }
}

extension WorkloadResolver.Entry {
    fileprivate func container(_ id: String) -> WorkloadResolver.Container? {
        pod.containers.first { $0.id == id } ?? past.first { $0.id == id }
    }
}
