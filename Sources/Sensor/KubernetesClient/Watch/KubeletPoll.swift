internal import Enrichment
package import Foundations

/// When to ask the node's own kubelet for its pods, and when to leave it to the API server.
///
/// A kubelet has no watch: it is asked time and again, and only what has changed is told. A value: takes what came back and instants. After a
/// refusal, or `kubeletFailuresMax` failures in a row, it gives way to the API server unless it is forced: a watch that works is better than a poll
/// that may. From then on it is tried now and then, and asked again once it answers: a kubelet is away while it is updated, a right may come later.
package struct KubeletPoll: Sendable {
    package enum Input: Sendable {
        case wake
        case answered(PodListObject)
        case failed(KubernetesFailure)
    }

    package enum Effect: Sendable {
        case get
        case tell(PodWatch.PodNews)
        case state(KubernetesState, detail: String)
        /// The API server is to be asked from now on.
        case giveWay
        /// The kubelet answers again: the API server need not be asked for pods any longer.
        case takeOver
    }

    private enum Phase: Sendable {
        /// Becomes `asking` at the instant.
        case waiting(MonotonicInstant)
        /// A question is out. Becomes `waiting` with its answer, or `away`.
        case asking
        /// The API server is asked. Becomes `trying` at the instant.
        case away(until: MonotonicInstant)
        /// A question is out while the API server is asked. Becomes `waiting` with an answer, `away` with a failure.
        case trying
    }

    package struct Counts: Sendable, Hashable, Codable {
        package var polls: UInt64 = 0
        package var failures: UInt64 = 0
        package var unreadable: UInt64 = 0
    }

    /// Where it is asked, below the kubelet's address.
    package static let path = "/pods"

    package private(set) var state = KubernetesState.connecting
    package private(set) var counts = Counts()
    private let tuning: KubernetesTuning
    private let isForced: Bool
    private var random: SeededGenerator
    private var phase: Phase
    private var retry = RetryPolicy()
    /// What was told, by uid.
    private var known: [String: WorkloadResolver.Pod] = [:]
    private var hasListed = false

    package init(isForced: Bool, tuning: KubernetesTuning, seed: UInt64, at now: MonotonicInstant) {
        self.isForced = isForced
        self.tuning = tuning
        random = SeededGenerator(seed: seed)
        phase = .waiting(now + .seconds(tuning.startDelayMax.inSeconds * Double.random(in: 0...1, using: &random)))
    }

    /// Whether the API server is to be asked for pods.
    package var isAway: Bool {
        switch phase {
        case .waiting, .asking: false
        case .away, .trying: true
        }
    }

    package var nextWake: MonotonicInstant? {
        switch phase {
        case .waiting(let due), .away(let due): due
        case .asking, .trying: nil
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch (phase, input) {
        case (.asking, .answered(let list)): answered(list, at: now, &effects)
        case (.trying, .answered(let list)):
            effects.append(.takeOver)
            answered(list, at: now, &effects)
        case (.asking, .failed(let failure)): failed(failure, at: now, &effects)
        case (.trying, .failed):
            counts.failures += 1
            giveWay(at: now)
        case (.waiting(let due), .wake) where now >= due: ask(.asking, &effects)
        case (.away(let due), .wake) where now >= due: ask(.trying, &effects)
        default: break
        }
        return effects
    }

    private mutating func ask(_ next: Phase, _ effects: inout [Effect]) {
        counts.polls += 1
        phase = next
        effects.append(.get)
    }

    private mutating func answered(_ list: PodListObject, at now: MonotonicInstant, _ effects: inout [Effect]) {
        take(list, &effects)
        retry.succeeded()
        enter(.watching, "", &effects)
        phase = .waiting(now + .seconds(tuning.kubeletInterval.inSeconds * Double.random(in: 0.9...1.1, using: &random)))
    }

    /// What it said is told again when it comes back: the API server has told of the pods meanwhile.
    private mutating func giveWay(at now: MonotonicInstant) {
        (known, hasListed) = ([:], false)
        retry.succeeded()
        phase = .away(until: now + .seconds(tuning.kubeletReturnInterval.inSeconds * Double.random(in: 0.75...1.25, using: &random)))
    }

    private mutating func take(_ list: PodListObject, _ effects: inout [Effect]) {
        counts.unreadable += UInt64(list.unreadable)
        var seen: [String: WorkloadResolver.Pod] = [:]
        for object in list.items {
            let pod = object.pod
            seen[pod.context.uid] = pod
            if known[pod.context.uid] != pod { effects.append(.tell(.pod(object))) }
        }
        if !hasListed || seen.count < known.count || known.keys.contains(where: { seen[$0] == nil }) { effects.append(.tell(.listed(uids: Set(seen.keys)))) }
        hasListed = true
        known = seen
    }

    private mutating func failed(_ failure: KubernetesFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.failures += 1
        enter(failure.state, failure.detail, &effects)
        let wait = retry.failed(failure, tuning, using: &random)
        guard !isForced, failure.state.isRefusal || retry.failures >= tuning.kubeletFailuresMax else {
            phase = .waiting(now + wait)
            return
        }
        giveWay(at: now)
        effects.append(.giveWay)
    }

    private mutating func enter(_ new: KubernetesState, _ detail: String, _ effects: inout [Effect]) {
        guard new != state else { return }
        state = new
        effects.append(.state(new, detail: detail))
    }
}
