package import Foundation
package import Foundations
package import Spool

/// The whole conversation with the portal as one value: session, outbox, outage timetable, definitions, health issues.
///
/// `handle` takes what happened and gives what is to be done, in order; the caller performs each effect and hands its result back.
/// Spool commands are performed before the next input; requests are answered whenever they are. `nextWake` says when to call again
/// although nothing happened.
package struct Conversation: Sendable {
    package enum Input: Sendable {
        /// Once, before anything else. The digest is the spool's as opened.
        case start(SpoolDigest)
        case wake
        /// Something to be kept and sent.
        case submit(SpoolDraft)
        case spool(SpoolAnswer)
        case reply(id: UInt64, PortalReply)
        /// The daemon could not use the definitions that it was given.
        case definitionsRejected(version: String, String)
        /// Something outside this room opened or resolved an issue, e.g. a file set aside.
        case issue(code: String, Severity, String?)
        /// The operator wants this version and no other, or this root of trust; nil for none.
        case definitionsPinned(DefinitionsVersion?, root: Data?)
        case shutdown
    }

    package enum Effect: Sendable {
        case spool(SpoolCommand)
        /// The answer, `.failed(.timedOut)` included, comes back under the id.
        case send(id: UInt64, PortalRequest, timeout: Duration)
        /// Hand these to the daemon, and keep them on disk.
        case useDefinitions(VerifiedDefinitions)
        case settings(PortalSettingsUpdate)
        /// The portal stopped answering.
        case portalLost(PortalState)
        /// It answers again, or for the first time.
        case portalBack
        /// Everything collected for reputation look-ups is to be forgotten.
        case dropIndicators
        case report(PortalReport)
        /// All is said; the process may end.
        case finished
    }

    package internal(set) var session: Session
    package internal(set) var outbox: Outbox
    package internal(set) var outage: OutageTimetable
    package private(set) var issues = HealthIssues()
    package internal(set) var digest = SpoolDigest()
    package internal(set) var settings = PortalSettingsUpdate()
    package let persistentID: String

    let tuning: PortalTuning
    let timeline: SpoolTimeline
    var random: SeededGenerator
    var used: DefinitionsInUse
    var intake: SpoolIntake
    /// When the spool's sums are to be read again; nil when they are known.
    var measureAt: MonotonicInstant?
    /// The most that the spool held since it was last compacted.
    var spoolPeakBytes = 0
    /// What the portal said last; the settings in force are these, filled up from the definitions.
    var portalSettings = PortalSettingsUpdate()
    private(set) var wasConnected = false
    private var asked: [UInt64: PortalRequest] = [:]
    private var nextID: UInt64 = 1
    private var lateReplies: UInt64 = 0
    private var phase = Phase.running
    private var lastState = PortalState.connecting

    /// `running` -> `flushing` at `shutdown` -> `leaving` when all is sent or cannot be -> `finished`.
    private enum Phase: Hashable, Sendable {
        case running
        case flushing(deadline: MonotonicInstant)
        case leaving(deadline: MonotonicInstant)
        case finished
    }

    /// - Parameters:
    ///   - seed: of the sensor's own jitter; the shell draws it once.
    ///   - timeline: of the opened spool.
    package init(persistentID: String, tuning: PortalTuning, definitions: DefinitionsPolicy, timeline: SpoolTimeline, seed: UInt64, at now: Now) {
        self.persistentID = persistentID
        self.tuning = tuning
        used = DefinitionsInUse(definitions)
        self.timeline = timeline
        random = SeededGenerator(seed: seed)
        session = Session(tuning.timetable, startingAt: now.monotonic, using: &random)
        outbox = Outbox(tuning.timetable, batch: tuning.batch, budgetBytes: tuning.uploadBytesPerHour)
        outage = OutageTimetable(tuning.timetable, lastContact: timeline.time(at: now.monotonic))
        intake = SpoolIntake(capacity: tuning.intakeMax)
    }

    package var definitions: DefinitionsPolicy { used.policy }
    /// What never reached the spool, by stream and cause.
    package var losses: Ledger { intake.losses }
    package var isFinished: Bool { phase == .finished }
    /// Records that wait in memory because the disk has no room.
    package var intakeDepth: Int { intake.count }
    package var requestsOut: Int { asked.count }

    package mutating func handle(_ input: Input, at now: Now) -> [Effect] {
        guard phase != .finished else { return [] }
        var effects: [Effect] = []
        switch input {
        case .start(let digest):
            self.digest = digest
            outage = OutageTimetable(tuning.timetable, lastContact: digest.lastContact ?? timeline.time(at: now.monotonic))
            outbox.spoolChanged(digest, urgent: true, at: now.monotonic)
            applySettings(&effects)
        case .wake: break
        case .submit(let draft): intake.submit(draft)
        case .spool(let answer): spooled(answer, at: now, &effects)
        case .reply(let id, let reply):
            if let request = asked.removeValue(forKey: id) { replied(reply, to: request, at: now, &effects) } else { lateReplies += 1 }
        case .definitionsRejected(let version, let message):
            used.reject(version)
            applySettings(&effects)
            refuse(DefinitionsRefusal(.unusable, "\(version): \(message)"), at: now, &effects)
        case .issue(let code, let severity, let message):
            if let message { open(code, severity, message, at: now, &effects) } else { resolve(code, &effects) }
        case .definitionsPinned(let version, let root):
            used.pin(version, root: root)
            session.askForDefinitions(at: now.monotonic)
        case .shutdown:
            if phase == .running {
                phase = .flushing(deadline: now.monotonic + tuning.timetable.shutdownMax)
                outbox.flush()
            }
        }
        advance(at: now, &effects)
        return effects
    }

    /// When to call `handle(.wake)` at the latest; nil when only an answer can bring anything new.
    package func nextWake(at now: MonotonicInstant) -> MonotonicInstant? {
        switch phase {
        case .finished: return nil
        case .flushing(let deadline), .leaving(let deadline):
            return [deadline, session.nextWake, outboxWake(at: now), intake.retryAt, measureAt].compactMap { $0 }.min()
        case .running:
            let expiry = outage.nextWake(digest, isDelivering: isDelivering(at: now)).map(timeline.instant)
            return [session.nextWake, outboxWake(at: now), intake.retryAt, measureAt, expiry].compactMap { $0 }.min()
        }
    }

    private func outboxWake(at now: MonotonicInstant) -> MonotonicInstant? { session.canUpload(at: now) ? outbox.nextWake(at: now) : nil }

    /// Detections get through, or nothing has yet told otherwise.
    private func isDelivering(at now: MonotonicInstant) -> Bool { session.canUpload(at: now) && !outbox.isFailing }

    // MARK: Deciding what is due

    private mutating func advance(at now: Now, _ effects: inout [Effect]) {
        noteExpiry(at: now, &effects)
        if let drafts = intake.take(at: now.monotonic) { effects.append(.spool(.append(drafts))) }
        if let due = measureAt, now.monotonic >= due {
            measureAt = nil
            effects.append(.spool(.measure))
        }
        for action in outage.due(digest, isDelivering: isDelivering(at: now.monotonic), at: timeline.time(at: now.monotonic)) {
            switch action {
            case .expire(let stream, let cutoff, let cause): effects.append(.spool(.expire(stream, upTo: cutoff, cause)))
            case .dropIndicators: effects.append(.dropIndicators)
            }
        }
        while let action = outbox.next(canUpload: session.canUpload(at: now.monotonic), at: now.monotonic) { perform(action, &effects) }
        leaveWhenDone(at: now)
        while let question = session.nextQuestion(at: now.monotonic) { ask(question, &effects) }
        noteState(&effects)
        if case .leaving(let deadline) = phase, session.state == .stopped || now.monotonic >= deadline {
            phase = .finished
            effects += [.spool(.compact), .finished]
        }
    }

    private mutating func leaveWhenDone(at now: Now) {
        guard case .flushing(let deadline) = phase else { return }
        // A quarter of the time is kept for the goodbye.
        let flushDeadline = deadline + .seconds(-tuning.timetable.shutdownMax.inSeconds / 4)
        let isFlushed = outbox.pending == 0 && outbox.isQuiet && intake.isEmpty
        guard isFlushed || outbox.isFailing || !session.canUpload(at: now.monotonic) || now.monotonic >= flushDeadline else { return }
        phase = .leaving(deadline: deadline)
        session.stop(at: now.monotonic)
    }

    private mutating func ask(_ question: Session.Question, _ effects: inout [Effect]) {
        let request: PortalRequest = switch question {
        case .token: .token
        case .register: .register
        case .heartbeat: .heartbeat(sequence: session.heartbeatSequence)
        case .currentDefinitions: .currentDefinitions
        case .download(let offer): .download(offer)
        case .deregister: .deregister
        }
        send(request, &effects)
    }

    private mutating func send(_ request: PortalRequest, _ effects: inout [Effect]) {
        asked[nextID] = request
        effects.append(.send(id: nextID, request, timeout: tuning.timetable.requestTimeout))
        nextID += 1
    }

    mutating func perform(_ action: Outbox.Action?, _ effects: inout [Effect]) {
        switch action {
        case .load(let stream, let records, let bytes): effects.append(.spool(.load(stream, records: records, bytes: bytes)))
        case .send(let stream, let records): send(.upload(UploadRequest(stream: stream, sensorID: session.sensorID ?? persistentID, records: records)), &effects)
        case .acknowledge(let sequences, let stream): effects.append(.spool(.acknowledge(sequences, stream)))
        case .evict(let sequences, let stream, let cause):
            if cause == .refusedByPortal { effects.append(.report(.recordSetAside(stream: stream.rawValue, sequences: sequences))) }
            effects.append(.spool(.evict(sequences, stream, cause)))
        case nil: break
        }
    }

    private mutating func noteState(_ effects: inout [Effect]) {
        guard session.state != lastState else { return }
        lastState = session.state
        effects.append(.report(.state(session.state, detail: session.detail)))
        let isConnected = session.isConnected
        if isConnected, !wasConnected { effects.append(.portalBack) }
        if !isConnected, wasConnected, session.state != .stopped { effects.append(.portalLost(session.state)) }
        wasConnected = isConnected
    }

    mutating func open(_ code: String, _ severity: Severity, _ message: String, at now: Now, _ effects: inout [Effect]) {
        if issues.open(code, severity, message, at: now) { effects.append(.report(.issueOpened(code: code, message))) }
    }

    mutating func resolve(_ code: String, _ effects: inout [Effect]) {
        if issues.resolve(code) { effects.append(.report(.issueResolved(code: code))) }
    }
}
