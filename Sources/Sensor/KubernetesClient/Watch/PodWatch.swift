package import Foundations

/// What to ask the API server next about the pods of the own node: one list, then one watch after the other.
///
/// A value: takes what came back and instants, gives requests and what enrichment is to know. At most one request is out at a time.
/// After a broken watch the next one goes on where the last event or bookmark left off; only 410 leads to another list, and lists keep
/// a distance from each other that grows while they do not help.
package struct PodWatch: Sendable {
    package enum Input: Sendable {
        case wake
        /// One page of the list that is out.
        case page(PodListObject)
        /// The watch that is out was accepted.
        case opened
        case line(WatchLine)
        /// The server ended the watch.
        case ended
        /// The list or watch that is out failed.
        case failed(KubernetesFailure)
    }

    package enum Effect: Sendable {
        case list(PodQuery)
        case watch(PodQuery)
        /// The watch that is out is given up.
        case cancelWatch
        case tell(PodNews)
        case state(KubernetesState, detail: String)
    }

    package enum PodNews: Sendable {
        case pod(PodObject)
        case removed(uid: String)
        case listed(uids: Set<String>)
    }

    private enum Phase: Sendable {
        /// Becomes `listing` at the instant.
        case waitingToList(MonotonicInstant)
        /// A page is out. Becomes `listing` with the next page, `waitingToWatch` after the last, `waitingToList` on failure.
        case listing(seen: Set<String>, resourceVersion: String?)
        /// Becomes `watching` at the instant.
        case waitingToWatch(MonotonicInstant)
        /// A watch is out. Becomes `waitingToWatch` when it ends or breaks, `waitingToList` when its place is gone.
        case watching(since: MonotonicInstant, deadline: MonotonicInstant, events: Int, isOpen: Bool)
    }

    /// Figures for statistics; they only grow.
    package struct Counts: Sendable, Hashable {
        package var lists: UInt64 = 0
        package var pages: UInt64 = 0
        package var watches: UInt64 = 0
        package var events: UInt64 = 0
        package var bookmarks: UInt64 = 0
        /// Objects and events that could not be read.
        package var unreadable: UInt64 = 0
        package var expired: UInt64 = 0
        package var failures: [KubernetesState: UInt64] = [:]
    }

    package private(set) var state = KubernetesState.connecting
    package private(set) var counts = Counts()
    package let node: String

    private let tuning: KubernetesTuning
    private var random: SeededGenerator
    private var phase: Phase
    private var retry = RetryPolicy()
    /// Lists that did not lead to a watch that lived.
    private var listRetry = RetryPolicy()
    private var lastList: MonotonicInstant?
    /// From where the next watch goes on.
    private var resourceVersion = ""
    /// Watches in a row that lived their whole life and gave not even a bookmark.
    private var silentWatches = 0
    /// After so many the place is doubted: a server that was restored from a backup is silent until it gets there again.
    package static let silentWatchesMax = 2
    /// The place of the last list or watch was gone: the next list asks for the newest state instead of any cached one.
    private var wantsNewest = false

    package init(node: String, tuning: KubernetesTuning, seed: UInt64, at now: MonotonicInstant) {
        self.node = node
        self.tuning = tuning
        random = SeededGenerator(seed: seed)
        phase = .waitingToList(now + .seconds(tuning.startDelayMax.inSeconds * Double.random(in: 0...1, using: &random)))
    }

    /// When to call `handle(.wake)` at the latest; nil while only an answer can bring anything new.
    package var nextWake: MonotonicInstant? {
        switch phase {
        case .waitingToList(let due), .waitingToWatch(let due): due
        case .listing: nil
        case .watching(_, let deadline, _, _): deadline
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch (phase, input) {
        case (_, .wake): break
        case (.listing(let seen, let version), .page(let page)): take(page, seen, version, at: now, &effects)
        case (.listing, .failed(let failure)): listFailed(failure, at: now, &effects)
        case (.watching(let since, let deadline, let events, _), .opened):
            phase = .watching(since: since, deadline: deadline, events: events, isOpen: true)
            enter(.watching, "", &effects)
        case (.watching(let since, let deadline, let events, let isOpen), .line(let line)):
            phase = .watching(since: since, deadline: deadline, events: events + 1, isOpen: isOpen)
            take(line, at: now, &effects)
        case (.watching(let since, _, let events, _), .ended):
            if events == 0, now - since < tuning.watchShortest {
                watchFailed(KubernetesFailure(.serverError, detail: "the watch ended at once"), at: now, &effects)
            } else {
                retry.succeeded()
                silentWatches = events == 0 ? silentWatches + 1 : 0
                phase = silentWatches < Self.silentWatchesMax ? .waitingToWatch(now) : .waitingToList(earliestList(at: now))
            }
        case (.watching(_, _, let events, let isOpen), .failed(let failure)):
            // one that had delivered is a connection that broke, not a server that refuses
            if isOpen, events > 0 { retry.succeeded() }
            watchFailed(failure, at: now, &effects)
        default: break  // the answer to a request that was given up
        }
        advance(at: now, &effects)
        return effects
    }

    private mutating func advance(at now: MonotonicInstant, _ effects: inout [Effect]) {
        switch phase {
        case .waitingToList(let due) where now >= due:
            lastList = now
            counts.lists += 1
            phase = .listing(seen: [], resourceVersion: nil)
            effects.append(.list(PodQuery(node: node, limit: tuning.pageLimit, resourceVersion: wantsNewest ? nil : "0")))
        case .waitingToWatch(let due) where now >= due:
            let span = Double.random(in: tuning.watchMin.inSeconds...tuning.watchMax.inSeconds, using: &random).rounded()
            counts.watches += 1
            phase = .watching(since: now, deadline: now + .seconds(span) + tuning.watchGrace, events: 0, isOpen: false)
            effects.append(.watch(PodQuery(node: node, resourceVersion: resourceVersion, timeoutSeconds: max(1, Int(span)))))
        case .watching(_, let deadline, _, _) where now >= deadline:
            effects.append(.cancelWatch)
            watchFailed(KubernetesFailure(.timedOut, detail: "the watch outlived its own end"), at: now, &effects)
        default: break
        }
    }

    /// Somebody else tells of the pods from now on: what is out is given up, and the next `wake` begins with a list.
    package mutating func pause(at now: MonotonicInstant) -> [Effect] {
        phase = .waitingToList(earliestList(at: now))
        state = .connecting
        silentWatches = 0
        return [.cancelWatch]
    }

    // MARK: Lists

    private mutating func take(_ page: PodListObject, _ seen: Set<String>, _ version: String?, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.pages += 1
        var seen = seen
        counts.unreadable += UInt64(page.unreadable)
        for pod in page.items {
            seen.insert(pod.metadata.uid)
            effects.append(.tell(.pod(pod)))
        }
        // later pages keep the first page's version; the watch begins there
        let version = version ?? page.metadata.resourceVersion
        if let next = page.metadata.continue, !next.isEmpty {
            phase = .listing(seen: seen, resourceVersion: version)
            effects.append(.list(PodQuery(node: node, limit: tuning.pageLimit, continueToken: next)))
            return
        }
        guard let version, !version.isEmpty else { return listFailed(KubernetesFailure(.badReply, detail: "the list has no resourceVersion"), at: now, &effects) }
        resourceVersion = version
        silentWatches = 0
        wantsNewest = false
        retry.succeeded()
        effects.append(.tell(.listed(uids: seen)))
        phase = .waitingToWatch(now)
    }

    private mutating func listFailed(_ failure: KubernetesFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        count(failure)
        if failure.state == .expired { wantsNewest = true }
        enter(failure.state, failure.detail, &effects)
        let wait = listRetry.failed(failure, tuning, using: &random)
        phase = .waitingToList(max(now + wait, earliestList(at: now)))
    }

    // Lists keep their distance whatever asks for them.
    private mutating func earliestList(at now: MonotonicInstant) -> MonotonicInstant {
        guard let lastList else { return now }
        return lastList + .seconds(tuning.listIntervalMin.inSeconds * Double.random(in: 1...1.5, using: &random))
    }

    // MARK: Watches

    private mutating func take(_ line: WatchLine, at now: MonotonicInstant, _ effects: inout [Effect]) {
        switch line {
        case .changed(let pod):
            counts.events += 1
            moved(to: pod.metadata.resourceVersion)
            effects.append(.tell(.pod(pod)))
        case .deleted(let uid, let version):
            counts.events += 1
            moved(to: version)
            effects.append(.tell(.removed(uid: uid)))
        case .bookmark(let version):
            counts.bookmarks += 1
            moved(to: version)
        case .unreadable(let version):
            counts.unreadable += 1
            moved(to: version)
        case .error(let status):
            effects.append(.cancelWatch)
            watchFailed(KubernetesFailure(status: status.code ?? 500, reason: status.reason, message: status.message), at: now, &effects)
        }
    }

    private mutating func moved(to version: String?) {
        guard let version, !version.isEmpty else { return }
        resourceVersion = version
        // a watch that lives ends the distance between lists
        listRetry.succeeded()
    }

    private mutating func watchFailed(_ failure: KubernetesFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        count(failure)
        guard failure.state == .expired else {
            enter(failure.state, failure.detail, &effects)
            phase = .waitingToWatch(now + retry.failed(failure, tuning, using: &random))
            return
        }
        counts.expired += 1
        wantsNewest = true
        enter(.expired, failure.detail, &effects)
        let wait = listRetry.failed(failure, tuning, using: &random)
        phase = .waitingToList(max(now + wait, earliestList(at: now)))
    }

    private mutating func count(_ failure: KubernetesFailure) { counts.failures[failure.state, default: 0] += 1 }

    private mutating func enter(_ new: KubernetesState, _ detail: String, _ effects: inout [Effect]) {
        guard new != state else { return }
        state = new
        effects.append(.state(new, detail: detail))
    }
}
