internal import Enrichment
package import Foundations

/// What to ask the runtime behind one socket next: to answer at all, a list, then each container that is new.
///
/// A value: takes what came back and instants, gives requests and what the runtime said. At most one request is out at a time, apart from the
/// stream of events.
package struct RuntimeConversation: Sendable {
    private enum Phase: Sendable {
        /// Becomes `opening` at the instant.
        case waiting(MonotonicInstant)
        /// Becomes `connected`, or `waiting` after a failure.
        case opening
        /// Becomes `waiting` when the connection breaks.
        case connected
    }

    private enum Out: Sendable { case list, question }

    package let socket: RuntimeSocket
    package private(set) var state = RuntimeState.connecting
    package private(set) var detail = ""
    package private(set) var counts = RuntimeCounts()
    /// Name of the runtime that answers; empty when it does not.
    package private(set) var runtime = ""
    private let tuning: RuntimeTuning
    private var random: SeededGenerator
    private var phase: Phase
    private var out: Out?
    private var questions: RuntimeQuestions
    private var events: RuntimeEvents
    /// What the runtime has now and was told.
    private var known: Set<String> = []
    /// Of those, what had not started when it was last told.
    private var unstarted: Set<String> = []
    /// What it had when it was last heard of; until its next list, or until its socket has gone.
    private var had: Set<String> = []
    private var nextList: MonotonicInstant
    private var listed: MonotonicInstant
    private var rounds = 0

    package init(_ socket: RuntimeSocket, tuning: RuntimeTuning, seed: UInt64, at now: MonotonicInstant) {
        self.socket = socket
        self.tuning = tuning
        random = SeededGenerator(seed: seed)
        phase = .waiting(now)
        questions = RuntimeQuestions(tuning: tuning)
        events = RuntimeEvents(tuning: tuning)
        nextList = now
        listed = now
    }

    package var isConnected: Bool { if case .connected = phase { true } else { false } }

    /// Containers that the runtime has, as far as it was asked.
    package var containers: Int { known.count }

    /// Containers that have not gone, as far as anybody knows.
    var present: Set<String> { known.union(had) }

    func has(_ id: String) -> Bool { known.contains(id) }

    /// When to call `wake` at the latest; nil while only an answer can bring anything new.
    var nextWake: MonotonicInstant? {
        switch phase {
        case .waiting(let due): due
        case .opening: nil
        case .connected: [out == nil ? nextList : nil, out == nil ? questions.due : nil, events.provenAt].compactMap { $0 }.min()
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch (phase, input) {
        case (.opening, .opened(let name)): connected(name, at: now, &effects)
        case (.opening, .failed(let failure)): notOpened(failure, at: now, &effects)
        case (.connected, .listed(let containers)): take(containers, at: now, &effects)
        case (.connected, .found(let container)): take(container, at: now, &effects)
        case (.connected, .failed(let failure)): failed(failure, at: now, &effects)
        case (.connected, .event(let event)): take(event, at: now, &effects)
        case (.connected, .eventsEnded(let failure)): eventsEnded(failure, at: now, &effects)
        default: break  // the answer on a connection that was given up
        }
        return effects + wake(at: now)
    }

    /// A container was met for the first time. Without a connection nothing is awaited; the list has what lives when there is one.
    package mutating func met(_ id: String, at now: MonotonicInstant) -> [Effect] {
        guard isConnected else { return [] }
        var effects: [Effect] = []
        ask(id, at: now, &effects)
        return effects + wake(at: now)
    }

    package mutating func wake(at now: MonotonicInstant) -> [Effect] {
        switch phase {
        case .waiting(let due):
            guard now >= due else { return [] }
            phase = .opening
            return [.ask(.open(socket))]
        case .opening: return []
        case .connected:
            if let due = events.provenAt, now >= due { eventsProven() }
            guard out == nil else { return [] }
            if now >= nextList {
                counts.lists += 1
                out = .list
                return [.ask(.list)]
            }
            guard let question = questions.next(at: now) else { return [] }
            counts.questions += 1
            out = .question
            return [.ask(question.listed.map { .details($0) } ?? .find(id: question.id))]
        }
    }

    // MARK: The connection

    private mutating func connected(_ name: String, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.connections += 1
        rounds = 0
        runtime = name
        phase = .connected
        out = nil
        nextList = now
        events.connected(at: now)
        // events first: what begins while the list is made is in one of the two
        effects += [.connected, .ask(.watchEvents)]
        enter(.polling, "\(name) at \(socket.path)")
    }

    private mutating func notOpened(_ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.failures[failure.state, default: 0] += 1
        // a runtime that is no longer there has nothing
        if failure.state == .absent { had = [] }
        effects.append(.ask(.close))
        enter(failure.state, failure.detail)
        wait(at: now)
    }

    private mutating func wait(at now: MonotonicInstant) {
        let doubled = tuning.retryInitial.inSeconds * Double(1 << min(rounds, 20))
        rounds += 1
        phase = .waiting(now + .seconds(min(doubled, tuning.retryMax.inSeconds) * Double.random(in: 0.75...1, using: &random)))
    }

    private mutating func disconnect(_ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.failures[failure.state, default: 0] += 1
        (out, runtime) = (nil, "")
        (had, known, unstarted) = (present, [], [])
        events.disconnected()
        effects.append(.ask(.close))
        enter(failure.state, failure.detail)
        wait(at: now)
        effects += questions.drop().map { .unknown(id: $0) } + [.disconnected]
    }

    // MARK: Questions

    private mutating func ask(_ id: String, listed: RuntimeContainer? = nil, at now: MonotonicInstant, _ effects: inout [Effect]) {
        switch questions.add(id, listed: listed, at: now) {
        case .added, .underWay(isAwaited: true): return
        // what is known of it has been said
        case .underWay(isAwaited: false): break
        case .full: counts.questionsFull += 1
        }
        if listed == nil { effects.append(.unknown(id: id)) }
    }

    private mutating func take(_ containers: [RuntimeContainer], at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard out == .list else { return }
        out = nil
        listed = now
        nextList = now + (events.isProven ? tuning.listIntervalWatching : tuning.listIntervalPolling)
        for container in containers where known.insert(container.id).inserted {
            effects.append(.container(container))
            ask(container.id, listed: container, at: now, &effects)
        }
        known.formIntersection(containers.map(\.id))
        unstarted.formIntersection(known)
        had = []
        effects.append(.listed)
    }

    private mutating func take(_ container: RuntimeContainer?, at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard out == .question else { return }
        out = nil
        if let container {
            guard let question = questions.answered() else { return }
            known.insert(question.id)
            if container.started == nil { unstarted.insert(question.id) } else { unstarted.remove(question.id) }
            effects.append(.container(container))
        } else if let question = questions.unknown(at: now), question.isAwaited {
            counts.unknown += 1
            effects.append(.unknown(id: question.id))
        }
    }

    private mutating func failed(_ failure: RuntimeFailure, at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard !failure.isBroken, out == .question, let question = questions.answered() else { return disconnect(failure, at: now, &effects) }
        // one container that cannot be told of does not stop the others
        counts.failures[failure.state, default: 0] += 1
        out = nil
        if question.listed == nil { effects.append(.unknown(id: question.id)) }
    }

    // MARK: Events

    private mutating func take(_ event: RuntimeEvent, at now: MonotonicInstant, _ effects: inout [Effect]) {
        counts.events += 1
        eventsProven()
        switch event {
        // one that was asked for between its creation and its start has a time to tell now
        case .begun(let id): if !known.contains(id) || unstarted.contains(id) { ask(id, at: now, &effects) }
        case .removed(let id):
            known.remove(id)
            unstarted.remove(id)
            effects.append(.removed(id: id))
        }
    }

    private mutating func eventsProven() {
        guard events.prove() else { return }
        // a list of what was missed is not put off
        if nextList - listed >= tuning.listIntervalPolling { nextList = listed + tuning.listIntervalWatching }
        enter(.watching, "\(runtime) at \(socket.path)")
    }

    private mutating func eventsEnded(_ failure: RuntimeFailure?, at now: MonotonicInstant, _ effects: inout [Effect]) {
        if events.ended(failure, at: now) { effects.append(.ask(.watchEvents)) }
        // what was missed is in the next list
        nextList = min(nextList, now + tuning.eventsProven)
        enter(.polling, failure?.detail ?? "the stream of events ended")
    }

    private mutating func enter(_ new: RuntimeState, _ detail: String) {
        guard new != state else { return }
        (state, self.detail) = (new, detail)
    }
}
