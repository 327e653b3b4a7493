internal import Enrichment
package import Foundations

/// When to ask the node's own kubelet for its pods, and when to leave it to the API server.
///
/// A kubelet has no watch: it is asked time and again, and only what has changed is told. A value: takes what came back and instants. After a
/// refusal, or `kubeletFailuresMax` failures in a row, it gives up for good unless it is forced: a watch that works is better than a poll that may.
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
        case giveUp
    }

    private enum Phase: Sendable {
        /// Becomes `asking` at the instant.
        case waiting(MonotonicInstant)
        /// A question is out. Becomes `waiting` with its answer, or `ended`.
        case asking
        case ended
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

    package var hasGivenUp: Bool { if case .ended = phase { true } else { false } }

    package var nextWake: MonotonicInstant? { if case .waiting(let due) = phase { due } else { nil } }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch (phase, input) {
        case (.asking, .answered(let list)):
            take(list, &effects)
            retry.succeeded()
            enter(.watching, "", &effects)
            phase = .waiting(now + .seconds(tuning.kubeletInterval.inSeconds * Double.random(in: 0.9...1.1, using: &random)))
        case (.asking, .failed(let failure)): failed(failure, at: now, &effects)
        case (.waiting(let due), .wake) where now >= due:
            counts.polls += 1
            phase = .asking
            effects.append(.get)
        default: break
        }
        return effects
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
        phase = .ended
        effects.append(.giveUp)
    }

    private mutating func enter(_ new: KubernetesState, _ detail: String, _ effects: inout [Effect]) {
        guard new != state else { return }
        state = new
        effects.append(.state(new, detail: detail))
    }
}
