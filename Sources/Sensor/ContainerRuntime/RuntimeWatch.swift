package import Enrichment
package import Foundations

/// What to ask the container runtime next: a socket that answers, a list, then each container that is new.
///
/// A value: takes what came back and instants, gives requests and what enrichment is to know. At most one request is out at a time, apart
/// from the stream of events.
package struct RuntimeWatch: Sendable {
    package enum Input: Sendable {
        case wake
        /// A container was met for the first time.
        case met(id: String)
        case opened(name: String)
        case listed([RuntimeContainer])
        /// The answer about one container; nil when the runtime does not have it.
        case found(RuntimeContainer?)
        /// The request that is out failed.
        case failed(RuntimeFailure)
        case event(RuntimeEvent)
        case eventsEnded(RuntimeFailure?)
    }

    package enum Effect: Sendable, Equatable {
        case open(RuntimeSocket)
        /// Drop the connection and everything that is out on it.
        case close
        case list
        case find(id: String)
        /// What a list does not say of a container.
        case details(RuntimeContainer)
        case watchEvents
        case tell(RuntimeContainers.Input)
        case state(RuntimeState, detail: String)
    }

    private enum Phase: Sendable {
        /// Becomes `opening` with the first socket at the instant.
        case waiting(MonotonicInstant)
        /// Becomes `connected`, or `opening` with the next socket, or `waiting` after the last.
        case opening(Int)
        /// Becomes `waiting` when the connection breaks.
        case connected
    }

    private enum Request: Sendable {
        case list
        case question(Question)
    }

    private struct Question: Sendable {
        var id: String
        /// From a list; nil for a container that was met.
        var listed: RuntimeContainer?
        var attempts = 0
        var notBefore: MonotonicInstant
    }

    private enum Events: Sendable {
        case none
        case open(since: MonotonicInstant)
        /// This runtime has no such stream.
        case given
    }

    /// Figures for statistics; they only grow.
    package struct Counts: Sendable, Hashable {
        package var connections: UInt64 = 0
        package var lists: UInt64 = 0
        package var questions: UInt64 = 0
        package var events: UInt64 = 0
        package var unknown: UInt64 = 0
        package var failures: [RuntimeState: UInt64] = [:]
        /// Questions for which there was no room.
        package var questionsFull: UInt64 = 0
    }

    package private(set) var state = RuntimeState.connecting
    package private(set) var counts = Counts()
    /// Name of the runtime that answers; empty when none does.
    package private(set) var runtime = ""
    /// The socket that answers.
    package private(set) var socket: RuntimeSocket?
    private let sockets: [RuntimeSocket]
    private let tuning: RuntimeTuning
    private var random: SeededGenerator
    private var phase: Phase
    private var request: Request?
    private var questions: [Question] = []
    /// Ids with a question out or waiting.
    private var queued: Set<String> = []
    /// What the runtime has now and was told.
    private var known: Set<String> = []
    private var events = Events.none
    private var eventFailures = 0
    private var nextList: MonotonicInstant
    private var listed: MonotonicInstant
    private var rounds = 0
    /// Of the round of sockets that is under way.
    private var worst: RuntimeFailure?

    package init(sockets: [RuntimeSocket], tuning: RuntimeTuning, seed: UInt64, at now: MonotonicInstant) {
        self.sockets = sockets
        self.tuning = tuning
        random = SeededGenerator(seed: seed)
        phase = .waiting(now)
        nextList = now
        listed = now
    }

    /// Containers that the runtime has, as far as it was asked.
    package var containers: Int { known.count }

    /// When to call `handle(.wake)` at the latest; nil while only an answer can bring anything new.
    package var nextWake: MonotonicInstant? {
        switch phase {
        case .waiting(let due): return sockets.isEmpty ? nil : due
        case .opening: return nil
        case .connected:
            var due = request == nil ? ([nextList] + questions.map(\.notBefore)).min() : nil
            if state != .watching, case .open(let since) = events { due = min(due ?? since + tuning.eventsProven, since + tuning.eventsProven) }
            return due
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch (phase, input) {
        case (_, .wake): break
        case (_, .met(let id)): ask(id, at: now, &effects)
        case (.opening(let index), .opened(let name)): connected(to: index, name, at: now, &effects)
        case (.opening(let index), .failed(let failure)): notOpened(index, failure, at: now, &effects)
        case (.connected, .listed(let containers)): take(containers, at: now, &effects)
        case (.connected, .found(let container)): take(container, at: now, &effects)
        case (.connected, .failed(let failure)): failed(failure, at: now, &effects)
        case (.connected, .event(let event)): take(event, at: now, &effects)
        case (.connected, .eventsEnded(let failure)): eventsEnded(failure, at: now, &effects)
        default: break  // the answer on a connection that was given up
        }
        advance(at: now, &effects)
        return effects
    }

    private mutating func advance(at now: MonotonicInstant, _ effects: inout [Effect]) {
        switch phase {
        case .waiting(let due):
            guard now >= due, let first = sockets.first else { return }
            worst = nil
            phase = .opening(0)
            effects.append(.open(first))
        case .opening: return
        case .connected:
            if case .open(let since) = events, now >= since + tuning.eventsProven { eventsProven(&effects) }
            guard request == nil else { return }
            if now >= nextList {
                counts.lists += 1
                request = .list
                effects.append(.list)
            } else if let index = questions.firstIndex(where: { now >= $0.notBefore }) {
                let question = questions.remove(at: index)
                counts.questions += 1
                request = .question(question)
                effects.append(question.listed.map { .details($0) } ?? .find(id: question.id))
            }
        }
    }

    // MARK: Sockets

    private mutating func connected(to index: Int, _ name: String, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.connections += 1
        rounds = 0
        runtime = name
        socket = sockets[index]
        phase = .connected
        request = nil
        eventFailures = 0
        events = .open(since: now)
        nextList = now
        // events first: what begins while the list is made is in one of the two
        effects += [.tell(.available(true)), .watchEvents]
        enter(.polling, "\(name) at \(sockets[index].path)", &effects)
    }

    private mutating func notOpened(_ index: Int, _ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.failures[failure.state, default: 0] += 1
        effects.append(.close)
        if failure.state.weight > worst?.state.weight ?? 0 { worst = failure }
        guard index + 1 < sockets.count else {
            let worst = worst ?? failure
            enter(worst.state, worst.detail, &effects)
            return wait(at: now)
        }
        phase = .opening(index + 1)
        effects.append(.open(sockets[index + 1]))
    }

    private mutating func wait(at now: MonotonicInstant) {
        let doubled = tuning.retryInitial.inSeconds * Double(1 << min(rounds, 20))
        rounds += 1
        phase = .waiting(now + .seconds(min(doubled, tuning.retryMax.inSeconds) * Double.random(in: 0.75...1, using: &random)))
    }

    private mutating func disconnect(_ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.failures[failure.state, default: 0] += 1
        (request, events, socket, runtime) = (nil, .none, nil, "")
        // those who wait are told that nobody answers; the list after the next connection has what lives then
        questions = []
        queued = []
        known = []
        effects += [.close, .tell(.available(false))]
        enter(failure.state, failure.detail, &effects)
        wait(at: now)
    }

    // MARK: Questions

    private mutating func ask(_ id: String, listed: RuntimeContainer? = nil, at now: MonotonicInstant, _ effects: inout [Effect]) {
        // without a connection nothing is awaited; the list has what lives when there is one
        guard case .connected = phase, !queued.contains(id) else { return }
        guard questions.count < tuning.questionsMax else {
            counts.questionsFull += 1
            if listed == nil { effects.append(.tell(.unknown(id: id))) }
            return
        }
        queued.insert(id)
        questions.append(Question(id: id, listed: listed, notBefore: now))
    }

    private mutating func take(_ containers: [RuntimeContainer], at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard case .list? = request else { return }
        request = nil
        listed = now
        nextList = now + (state == .watching ? tuning.listIntervalWatching : tuning.listIntervalPolling)
        for container in containers where known.insert(container.id).inserted {
            effects.append(.tell(.container(container)))
            ask(container.id, listed: container, at: now, &effects)
        }
        let ids = Set(containers.map(\.id))
        known.formIntersection(ids)
        effects.append(.tell(.listed(ids: ids)))
    }

    private mutating func take(_ container: RuntimeContainer?, at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard case .question(var question)? = request else { return }
        request = nil
        if let container {
            queued.remove(question.id)
            known.insert(question.id)
            effects.append(.tell(.container(container)))
            return
        }
        // nobody waits for the second answer: containers are known before their first process, only sandboxes come late
        if question.listed == nil, question.attempts == 0 {
            counts.unknown += 1
            effects.append(.tell(.unknown(id: question.id)))
        }
        guard question.listed == nil, question.attempts < tuning.askAgain.count else {
            queued.remove(question.id)
            return
        }
        question.notBefore = now + tuning.askAgain[question.attempts]
        question.attempts += 1
        questions.append(question)
    }

    private mutating func failed(_ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard !failure.isBroken, case .question(let question)? = request else { return disconnect(failure, at: now, &effects) }
        // one container that cannot be told of does not stop the others
        counts.failures[failure.state, default: 0] += 1
        request = nil
        queued.remove(question.id)
        if question.listed == nil { effects.append(.tell(.unknown(id: question.id))) }
    }

    // MARK: Events

    private mutating func take(_ event: RuntimeEvent, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.events += 1
        eventsProven(&effects)
        switch event {
        case .begun(let id): if !known.contains(id) { ask(id, at: now, &effects) }
        case .removed(let id):
            known.remove(id)
            effects.append(.tell(.removed(id: id)))
        }
    }

    private mutating func eventsProven(_ effects: inout [Effect]) {
        eventFailures = 0
        guard state != .watching else { return }
        // a list of what was missed is not put off
        if nextList - listed >= tuning.listIntervalPolling { nextList = listed + tuning.listIntervalWatching }
        enter(.watching, "\(runtime) at \(socket?.path ?? "")", &effects)
    }

    private mutating func eventsEnded(_ failure: RuntimeFailure?, at now: MonotonicInstant, _ effects: inout [Effect]) {
        eventFailures += 1
        if failure?.state == .unsupported || eventFailures >= tuning.eventFailuresMax {
            events = .given
        } else {
            events = .open(since: now)
            effects.append(.watchEvents)
        }
        // what was missed is in the next list
        nextList = min(nextList, now + tuning.eventsProven)
        enter(.polling, failure?.detail ?? "the stream of events ended", &effects)
    }

    private mutating func enter(_ new: RuntimeState, _ detail: String, _ effects: inout [Effect]) {
        guard new != state else { return }
        state = new
        effects.append(.state(new, detail: detail))
    }
}
