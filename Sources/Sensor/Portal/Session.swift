package import Foundations

/// What to say when: token, registration, heartbeats, definitions, goodbye. One question at a time.
///
/// Decides from answers and instants only; owns no socket. `nextQuestion` gives what is due, `succeeded` and `failed` take the
/// answer. Uploads are the outbox's; they only tell the session when the portal refused the token or the sensor's id.
package struct Session: Sendable {
    package enum Question: Hashable, Sendable {
        case token, register, heartbeat, currentDefinitions, deregister
        case download(DefinitionsOffer)
    }

    /// `.connecting` at first; `.connected` after each answered registration or heartbeat; else the name of what went wrong.
    package private(set) var state: PortalState = .connecting
    /// What went wrong last, in the words of the error.
    package private(set) var detail = ""
    package private(set) var sensorID: String?
    package private(set) var failures: UInt64 = 0
    package private(set) var heartbeatSequence: UInt64 = 0
    /// As of the last answer; the portal may shorten or stretch it within an hour.
    package private(set) var heartbeatInterval: Duration

    private let timetable: Timetable
    private var backoff: Backoff
    private var definitionsBackoff: Backoff
    /// No question before it.
    private var notBefore: MonotonicInstant
    private var asked: Question?
    private var token: Token?
    private var heartbeatDue: MonotonicInstant
    /// When to ask for definitions; nil when nothing new is known.
    private var definitionsDue: MonotonicInstant?
    private var downloadNext: DefinitionsOffer?
    /// A registration that no heartbeat has confirmed yet: being unknown again is then a failure, not a reason to register once more.
    private var isRegistrationFresh = false
    private var isStopping = false

    private struct Token: Sendable {
        var refreshAt: MonotonicInstant
        var expiresAt: MonotonicInstant
        /// Some request was answered with it: being refused later means that it was withdrawn.
        var wasGood = false
    }

    package init(_ timetable: Timetable, startingAt start: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        self.timetable = timetable
        heartbeatInterval = timetable.heartbeatInterval
        backoff = Backoff(timetable)
        definitionsBackoff = Backoff(timetable)
        notBefore = start + .seconds(timetable.startDelayMax.inSeconds * Double.random(in: 0...1, using: &random))
        heartbeatDue = notBefore
        definitionsDue = notBefore
    }

    package var isConnected: Bool { state == .connected }
    package var isBusy: Bool { asked != nil }
    /// When the portal was found to be away; nil while it answers.
    package var failingSince: MonotonicInstant? { backoff.since }

    /// Uploads need a name and a token that still lives.
    package func canUpload(at now: MonotonicInstant) -> Bool {
        guard sensorID != nil, let token else { return false }
        return now < token.expiresAt
    }

    /// When `nextQuestion` may have something new; nil while an answer is awaited or all is said.
    package var nextWake: MonotonicInstant? {
        guard asked == nil, state != .stopped else { return nil }
        if isStopping || token == nil || sensorID == nil || downloadNext != nil { return notBefore }
        let due = [heartbeatDue, definitionsDue, token?.refreshAt].compactMap { $0 }.min() ?? heartbeatDue
        return max(notBefore, due)
    }

    /// The question that is due, if any; it is out from now on.
    package mutating func nextQuestion(at now: MonotonicInstant) -> Question? {
        guard asked == nil, state != .stopped, now >= notBefore else { return nil }
        let question: Question
        if isStopping, !isConnected || sensorID == nil {
            state = .stopped
            return nil
        } else if token.map({ now >= $0.refreshAt }) ?? true {
            question = .token
        } else if sensorID == nil {
            question = .register
        } else if isStopping {
            question = .deregister
        } else if now >= heartbeatDue, !(isRegistrationFresh && wantsDefinitions(at: now)) {
            heartbeatSequence += 1
            question = .heartbeat
        } else if let offer = downloadNext {
            question = .download(offer)
        } else if let due = definitionsDue, now >= due {
            question = .currentDefinitions
        } else {
            return nil
        }
        asked = question
        return question
    }

    private func wantsDefinitions(at now: MonotonicInstant) -> Bool { downloadNext != nil || definitionsDue.map { now >= $0 } ?? false }

    // MARK: Answers

    package mutating func tokenGiven(validFor life: Duration, at now: MonotonicInstant) {
        asked = nil
        let margin = max(timetable.tokenMarginMin, .seconds(life.inSeconds * timetable.tokenMargin))
        // A token of a few seconds is used for half its life rather than asked for again and again.
        let useful = max(life - margin, .seconds(life.inSeconds / 2))
        token = Token(refreshAt: now + useful, expiresAt: now + life)
    }

    package mutating func registered(as id: String, at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        sensorID = id
        isRegistrationFresh = true
        answered(at: now, using: &random)
        // a registration says who is there, a heartbeat how it is: it follows as soon as the definitions have been asked for
        heartbeatDue = now
        if definitionsDue == nil { definitionsDue = now }
    }

    /// - Parameters:
    ///   - newDefinitions: the portal offers another version than the one in use.
    ///   - isAnother: and it is not the one that was refused: the wait that began with the refusal is not for it.
    package mutating func heartbeatAnswered(
        newDefinitions: Bool, isAnother: Bool = false, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) {
        isRegistrationFresh = false
        answered(at: now, using: &random)
        if newDefinitions, definitionsDue == nil || isAnother, downloadNext == nil { definitionsDue = now }
    }

    /// Something about the wanted definitions has changed here.
    package mutating func askForDefinitions(at now: MonotonicInstant) {
        if downloadNext == nil { definitionsDue = now }
    }

    private mutating func answered(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        asked = nil
        token?.wasGood = true
        backoff.succeeded()
        state = .connected
        detail = ""
        let spread = 1 + timetable.heartbeatJitter * Double.random(in: -1...1, using: &random)
        heartbeatDue = now + .seconds(heartbeatInterval.inSeconds * spread)
    }

    /// The portal's wish for the heartbeat interval; zero keeps the built-in one. Bounded to 1 s ... 1 h.
    package mutating func setHeartbeat(seconds: UInt32) {
        heartbeatInterval = seconds == 0 ? timetable.heartbeatInterval : .seconds(Int64(min(max(seconds, 1), 3600)))
    }

    /// - Parameter download: the offer to fetch; nil when there is nothing to do until a heartbeat tells of something new.
    package mutating func definitionsAnswered(download: DefinitionsOffer?) {
        asked = nil
        token?.wasGood = true
        definitionsDue = nil
        downloadNext = download
        if download == nil { definitionsBackoff.succeeded() }
    }

    package mutating func downloaded() {
        asked = nil
        downloadNext = nil
        definitionsBackoff.succeeded()
    }

    package mutating func deregistered() {
        asked = nil
        state = .stopped
    }

    /// The question that is out was not answered as hoped.
    package mutating func failed(_ failure: PortalFailure, at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        guard let question = asked else { return }
        asked = nil
        if isStopping {
            state = .stopped
            return
        }
        switch (question, failure.kind) {
        case (_, .unauthenticated) where question != .token && token?.wasGood == true:
            // Withdrawn or expired early: a new token mends it, and if it does not, the new one was never good.
            token = nil
        case (.heartbeat, .notRegistered) where !isRegistrationFresh:
            sensorID = nil
        case (.currentDefinitions, .state), (.currentDefinitions, .requestRefused), (.currentDefinitions, .notFound), (.download, .state),
            (.download, .requestRefused), (.download, .notFound):
            // Heartbeats go on: without new definitions the sensor works with those it has.
            downloadNext = nil
            definitionsDue = definitionsBackoff.failed(at: now, slowly: false, retryAfter: failure.retryAfter, using: &random)
        default:
            if failure.kind == .unauthenticated { token = nil }
            if failure.kind == .notRegistered { sensorID = nil }
            let next = Self.state(of: failure.kind)
            failures += 1
            state = next
            detail = failure.detail
            notBefore = backoff.failed(at: now, slowly: next.isRefusal, retryAfter: failure.retryAfter, using: &random)
            heartbeatDue = min(heartbeatDue, notBefore)
        }
    }

    /// The definitions that were fetched cannot be used: not asked for again before an interval of the timetable is over.
    package mutating func definitionsUnusable(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
        switch asked {
        case .currentDefinitions, .download: asked = nil
        default: break
        }
        downloadNext = nil
        definitionsDue = definitionsBackoff.failed(at: now, slowly: true, retryAfter: nil, using: &random)
    }

    /// An upload was refused for its token. A token that was good until now is replaced at once; one that never was good waits for
    /// the session's own next question to find out.
    package mutating func tokenRefusedForUpload() {
        guard token?.wasGood == true else { return }
        token = nil
    }

    /// An upload was refused because the portal does not know this sensor.
    package mutating func unknownForUpload() {
        guard !isRegistrationFresh else { return }
        sensorID = nil
    }

    package mutating func uploadAccepted() { token?.wasGood = true }

    /// From here on only what is needed to say goodbye is asked.
    package mutating func stop(at now: MonotonicInstant) {
        isStopping = true
        notBefore = min(notBefore, now)
    }

    private static func state(of kind: PortalFailure.Kind) -> PortalState {
        switch kind {
        case .state(let state): state
        case .unauthenticated: .tokenRefused
        case .notRegistered, .requestRefused, .notFound: .rejected
        }
    }
}
