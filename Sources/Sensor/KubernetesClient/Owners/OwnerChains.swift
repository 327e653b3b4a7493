package import Events
package import Foundations

/// Finds what is above a pod's controller: the Deployment of a ReplicaSet, the CronJob of a Job.
///
/// Each controller is asked for once, one at a time, and the answer is kept: thousands of pods of a node share few controllers, and a
/// controller's owner does not change. "There is none" and "you may not" are kept too, for a while.
package struct OwnerChains: Sendable {
    package enum Input: Sendable {
        case wake
        /// A pod has this controller.
        case needed(OwnerReference, namespace: String)
        /// The answer to the question that is out.
        case answered(PartialObject)
        case failed(KubernetesFailure)
    }

    package enum Effect: Sendable {
        /// Ask for this object's metadata.
        case get(path: String)
        /// What is above the controller, nearest first; empty when there is none or nobody will say.
        case learned([PodContext.Owner], above: String)
    }

    private struct Entry: Sendable {
        var above: [PodContext.Owner]
        /// Not believed any longer from then on; nil for an answer of the server's that does not change.
        var until: MonotonicInstant?
    }

    private struct Question: Sendable {
        var uid: String
        var path: String
    }

    package struct Counts: Sendable, Hashable {
        package var gets: UInt64 = 0
        package var hits: UInt64 = 0
        package var missing: UInt64 = 0
        package var forbidden: UInt64 = 0
        package var failures: UInt64 = 0
    }

    package private(set) var counts = Counts()
    package private(set) var ledger = Ledger()
    private let tuning: KubernetesTuning
    private var random: SeededGenerator
    private var known: [String: Entry] = [:]
    /// Uids in the order in which their answers came, for the bound.
    private var order: [String] = []
    private var waiting: BoundedQueue<Question>
    private var asked: Question?
    private var queued: Set<String> = []
    private var retry = RetryPolicy()
    private var notBefore: MonotonicInstant?

    package init(tuning: KubernetesTuning, seed: UInt64) {
        self.tuning = tuning
        random = SeededGenerator(seed: seed)
        waiting = BoundedQueue(capacity: tuning.ownerQueueMax)
    }

    package var nextWake: MonotonicInstant? { asked == nil && !waiting.isEmpty ? notBefore : nil }

    /// What is known to be above a controller; nil when nobody has asked yet.
    package func above(_ uid: String) -> [PodContext.Owner]? { known[uid]?.above }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch input {
        case .wake: break
        case .needed(let owner, let namespace): need(owner, namespace, at: now)
        case .answered(let object):
            guard let question = asked else { break }
            asked = nil
            retry.succeeded()
            // another object of the same name: the one that was asked about is gone
            let isIt = object.metadata.uid == nil || object.metadata.uid == question.uid
            let above = isIt ? OwnerReference.controller(of: object.metadata.ownerReferences).map { [$0.owner] } ?? [] : []
            remember(question.uid, Entry(above: above, until: nil))
            effects.append(.learned(above, above: question.uid))
        case .failed(let failure):
            guard let question = asked else { break }
            asked = nil
            failed(failure, question, at: now)
            if known[question.uid]?.above.isEmpty == true { effects.append(.learned([], above: question.uid)) }
        }
        next(at: now, &effects)
        return effects
    }

    private mutating func need(_ owner: OwnerReference, _ namespace: String, at now: MonotonicInstant) {
        if let entry = known[owner.uid], entry.until.map({ now < $0 }) ?? true {
            counts.hits += 1
            return
        }
        guard let path = owner.path(namespace: namespace), queued.insert(owner.uid).inserted else { return }
        if !waiting.push(Question(uid: owner.uid, path: path)) {
            queued.remove(owner.uid)
            ledger.count("ownerQueueFull", at: "owners")
        }
    }

    private mutating func failed(_ failure: KubernetesFailure, _ question: Question, at now: MonotonicInstant) {
        switch failure {
        case _ where failure.isMissing:
            counts.missing += 1
            retry.succeeded()
            remember(question.uid, Entry(above: [], until: now + tuning.ownerMissingKept))
        case _ where failure.state == .forbidden:
            counts.forbidden += 1
            retry.succeeded()
            remember(question.uid, Entry(above: [], until: now + tuning.ownerForbiddenKept))
        default:
            counts.failures += 1
            notBefore = now + retry.failed(failure, tuning, using: &random)
            // behind the others: one object that always fails does not stop the rest
            if !waiting.push(question) {
                queued.remove(question.uid)
                ledger.count("ownerQueueFull", at: "owners")
            }
        }
    }

    private mutating func remember(_ uid: String, _ entry: Entry) {
        queued.remove(uid)
        if known.updateValue(entry, forKey: uid) == nil { order.append(uid) }
        while known.count > tuning.ownersMax {
            known[order.removeFirst()] = nil
            ledger.count("ownerForgotten", at: "owners")
        }
    }

    private mutating func next(at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard asked == nil, notBefore.map({ now >= $0 }) ?? true, let question = waiting.pop() else { return }
        notBefore = nil
        asked = question
        counts.gets += 1
        effects.append(.get(path: question.path))
    }
}
