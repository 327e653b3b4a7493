import Contract
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

    package private(set) var session: Session
    package private(set) var outbox: Outbox
    package private(set) var outage: OutageTimetable
    package private(set) var definitions: DefinitionsPolicy
    package private(set) var issues = HealthIssues()
    package private(set) var digest = SpoolDigest()
    /// What never reached the spool, by stream and cause.
    package private(set) var losses = Ledger()
    package private(set) var settings = PortalSettingsUpdate()
    package let persistentID: String

    private let tuning: PortalTuning
    private let timeline: SpoolTimeline
    private var random: SeededGenerator
    /// Waits for room on the disk; normally empty after each call.
    private var intake: BoundedQueue<SpoolDraft>
    private var intakeRetry: MonotonicInstant?
    /// When the spool's sums are to be read again; nil when they are known.
    private var measureAt: MonotonicInstant?
    /// The most that the spool held since it was last compacted.
    private var spoolPeakBytes = 0
    private var asked: [UInt64: PortalRequest] = [:]
    private var nextID: UInt64 = 1
    private var lateReplies: UInt64 = 0
    /// In use before the current ones: what is gone back to when the daemon cannot use those.
    private var previousDefinitions: DefinitionsPolicy.InUse?
    /// The version that was refused last, so that another one is asked for at once.
    private var refusedVersion: String?
    /// What the portal said last; the settings in force are these, filled up from the definitions.
    private var portalSettings = PortalSettingsUpdate()
    private var phase = Phase.running
    private var wasConnected = false
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
        self.definitions = definitions
        self.timeline = timeline
        random = SeededGenerator(seed: seed)
        session = Session(tuning.timetable, startingAt: now.monotonic, using: &random)
        outbox = Outbox(tuning.timetable, batch: tuning.batch, budgetBytes: tuning.uploadBytesPerHour)
        outage = OutageTimetable(tuning.timetable, lastContact: timeline.time(at: now.monotonic))
        intake = BoundedQueue(capacity: tuning.intakeMax)
    }

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
        case .submit(let draft): submit(draft)
        case .spool(let answer): spooled(answer, at: now, &effects)
        case .reply(let id, let reply):
            if let request = asked.removeValue(forKey: id) { replied(reply, to: request, at: now, &effects) } else { lateReplies += 1 }
        case .definitionsRejected(let version, let message):
            if definitions.current?.description == version { definitions.inUse = previousDefinitions }
            applySettings(&effects)
            refusedVersion = version
            refuse(DefinitionsRefusal(.unusable, "\(version): \(message)"), at: now, &effects)
        case .issue(let code, let severity, let message):
            if let message { open(code, severity, message, at: now, &effects) } else { resolve(code, &effects) }
        case .definitionsPinned(let version, let root):
            definitions.pinned = version
            definitions.trust = .resumed(definitions.trust, pin: root)
            refusedVersion = nil
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
            return [deadline, session.nextWake, outboxWake(at: now), intakeRetry, measureAt].compactMap { $0 }.min()
        case .running:
            let expiry = outage.nextWake(digest, isDelivering: isDelivering(at: now)).map(timeline.instant)
            return [session.nextWake, outboxWake(at: now), intakeRetry, measureAt, expiry].compactMap { $0 }.min()
        }
    }

    private func outboxWake(at now: MonotonicInstant) -> MonotonicInstant? { session.canUpload(at: now) ? outbox.nextWake(at: now) : nil }

    /// Detections get through, or nothing has yet told otherwise.
    private func isDelivering(at now: MonotonicInstant) -> Bool { session.canUpload(at: now) && !outbox.isFailing }

    // MARK: Deciding what is due

    private mutating func advance(at now: Now, _ effects: inout [Effect]) {
        noteExpiry(at: now, &effects)
        storeIntake(at: now, &effects)
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

    private mutating func perform(_ action: Outbox.Action?, _ effects: inout [Effect]) {
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

    // MARK: The spool

    private mutating func submit(_ draft: SpoolDraft) {
        // At the bound the newest is lost; the queue fills only while the disk takes nothing.
        if !intake.push(draft) { losses.count(.diskFull, at: draft.stream.rawValue) }
    }

    private mutating func storeIntake(at now: Now, _ effects: inout [Effect]) {
        guard !intake.isEmpty, intakeRetry.map({ now.monotonic >= $0 }) ?? true else { return }
        intakeRetry = nil
        effects.append(.spool(.append(intake.drain())))
    }

    private mutating func spooled(_ answer: SpoolAnswer, at now: Now, _ effects: inout [Effect]) {
        switch answer {
        case .loaded(let stream, let records): perform(outbox.loaded(records, of: stream, at: now.monotonic), &effects)
        case .done(let command, let digest):
            var urgent = false
            switch command {
            case .append(let drafts): urgent = drafts.contains { $0.stream == .detections && $0.severity == .critical }
            case .acknowledge(_, let stream), .evict(_, let stream, _): outbox.settled(stream)
            case .load, .expire, .noteContact, .measure, .compact: break
            }
            guard let digest else { return spoolUnreadable(at: now, &effects) }
            noteEvictions(from: self.digest, to: digest, &effects)
            self.digest = digest
            compactWhenDrained(&effects)
            measureAt = nil
            resolve("spool.disk-full", &effects)
            resolve("spool.failed", &effects)
            outbox.spoolChanged(digest, urgent: urgent, at: now.monotonic)
        case .failed(let command, let error): spoolFailed(command, error, at: now, &effects)
        }
    }

    // An outage's worth was delivered: its room goes back to the disk.
    private mutating func compactWhenDrained(_ effects: inout [Effect]) {
        spoolPeakBytes = max(spoolPeakBytes, digest.bytes)
        guard digest.records == 0, spoolPeakBytes >= tuning.compactFromBytes else { return }
        spoolPeakBytes = 0
        effects.append(.spool(.compact))
    }

    private mutating func spoolFailed(_ command: SpoolCommand, _ error: SpoolError, at now: Now, _ effects: inout [Effect]) {
        switch error {
        case .diskFull: open("spool.disk-full", .high, error.description, at: now, &effects)
        case .corrupt, .failed: open("spool.failed", .high, error.description, at: now, &effects)
        }
        switch command {
        case .append(let drafts):
            // Back to the front of the line, in order; what came meanwhile goes behind it.
            let younger = intake.drain()
            for draft in drafts + younger where !intake.push(draft) { losses.count(.diskFull, at: draft.stream.rawValue) }
            intakeRetry = now.monotonic + tuning.timetable.spoolRetry
        case .load(let stream, _, _), .acknowledge(_, let stream), .evict(_, let stream, _): outbox.spoolFailed(stream, at: now.monotonic)
        case .expire: outage.spoolFailed(at: timeline.time(at: now.monotonic))
        case .measure: spoolUnreadable(at: now, &effects)
        case .noteContact, .compact: break
        }
    }

    /// What was asked happened, but what the spool holds now is not known: asked again later, and until then nothing expires by the old sums.
    private mutating func spoolUnreadable(at now: Now, _ effects: inout [Effect]) {
        open("spool.failed", .high, "the spool's sums cannot be read", at: now, &effects)
        measureAt = now.monotonic + tuning.timetable.spoolRetry
        outage.spoolFailed(at: timeline.time(at: now.monotonic))
    }

    private func noteEvictions(from old: SpoolDigest, to new: SpoolDigest, _ effects: inout [Effect]) {
        for stream in UploadStream.allCases {
            for (cause, count) in new[stream].evicted.sorted(by: { $0.key < $1.key }) {
                let before = old[stream].evicted[cause] ?? 0
                if count > before { effects.append(.report(.evicted(stream: stream.rawValue, cause: cause, records: count - before))) }
            }
        }
    }

    // MARK: The portal

    private mutating func replied(_ reply: PortalReply, to request: PortalRequest, at now: Now, _ effects: inout [Effect]) {
        switch (request, reply) {
        case (.token, .token(let life)): session.tokenGiven(validFor: life, at: now.monotonic)
        case (.register, .registered(let id, let update)):
            session.registered(as: id, at: now.monotonic, using: &random)
            contact(update, at: now, &effects)
        case (.heartbeat, .heartbeat(let version, let update)):
            // the portal names its newest, which a pin does not care about
            let isNew = if let pinned = definitions.pinned { pinned != definitions.current } else { !version.isEmpty && DefinitionsVersion(version) != definitions.current }
            // the portal has taken back what was refused
            if !isNew { settleRefusals(&effects) }
            session.heartbeatAnswered(newDefinitions: isNew, isAnother: isNew && definitions.pinned == nil && refusedVersion.map { $0 != version } ?? false, at: now.monotonic, using: &random)
            contact(update, at: now, &effects)
        case (.currentDefinitions, .definitions(let offer)): offered(offer, at: now, &effects)
        case (.download(let offer), .downloaded(let bytes)):
            do throws(DefinitionsRefusal) {
                let verified = try definitions.verify(bytes, against: offer, at: now.wall)
                session.downloaded()
                accept(verified, at: now, &effects)
            } catch {
                refusedVersion = offer.version
                refuse(error, at: now, &effects)
            }
        case (.upload(let upload), .uploaded(let answer)):
            session.uploadAccepted()
            effects.append(.report(.uploaded(stream: upload.stream.rawValue, accepted: answer.accepted, duplicates: answer.duplicates)))
            perform(outbox.uploaded(upload.records, of: upload.stream), &effects)
        case (.upload(let upload), .failed(let failure)):
            effects.append(.report(.uploadFailed(stream: upload.stream.rawValue, failure)))
            if failure.kind == .unauthenticated { session.tokenRefusedForUpload() }
            if failure.kind == .notRegistered { session.unknownForUpload() }
            perform(outbox.failed(upload.records, of: upload.stream, failure, outageSince: session.failingSince, at: now.monotonic, using: &random), &effects)
        case (.deregister, .deregistered): session.deregistered()
        case (.currentDefinitions, .failed(let failure)) where failure.kind == .notFound && definitions.pinned != nil:
            let refusal = DefinitionsRefusal(.unavailable, "the pinned version \(definitions.pinned?.description ?? "") is not published")
            open(refusal.code, .high, refusal.message, at: now, &effects)
            session.failed(failure, at: now.monotonic, using: &random)
        case (_, .failed(let failure)): session.failed(failure, at: now.monotonic, using: &random)
        default:
            let failure = PortalFailure(.badReply, detail: "an answer to another question")
            if case .upload(let upload) = request {
                perform(outbox.failed(upload.records, of: upload.stream, failure, outageSince: session.failingSince, at: now.monotonic, using: &random), &effects)
            } else {
                session.failed(failure, at: now.monotonic, using: &random)
            }
        }
    }

    private mutating func contact(_ update: PortalSettingsUpdate, at now: Now, _ effects: inout [Effect]) {
        let returned = !wasConnected
        outage.contact(at: timeline.time(at: now.monotonic))
        effects.append(.spool(.noteContact))
        if returned { outbox.portalReturned(at: now.monotonic) }
        portalSettings = update
        applySettings(&effects)
    }

    private mutating func applySettings(_ effects: inout [Effect]) {
        let update = portalSettings.filled(from: definitions.inUse?.settings ?? [:])
        guard update != settings else { return }
        settings = update
        session.setHeartbeat(seconds: update.heartbeatSeconds)
        outbox.setBudget(bytes: update.uploadBytesPerHour == 0 ? tuning.uploadBytesPerHour : Int(update.uploadBytesPerHour))
        effects.append(.settings(update))
    }

    // MARK: Definitions

    private mutating func offered(_ offer: DefinitionsOffer?, at now: Now, _ effects: inout [Effect]) {
        guard let offer else {
            settleRefusals(&effects)
            return session.definitionsAnswered(download: nil)
        }
        switch definitions.judge(offer, at: now.wall) {
        case .upToDate:
            settleRefusals(&effects)
            session.definitionsAnswered(download: nil)
        case .download: session.definitionsAnswered(download: offer)
        case .refuse(let refusal):
            refusedVersion = offer.version
            refuse(refusal, at: now, &effects)
        }
    }

    private mutating func accept(_ verified: VerifiedDefinitions, at now: Now, _ effects: inout [Effect]) {
        previousDefinitions = definitions.inUse
        definitions.inUse = .init(verified)
        definitions.trust = verified.trust
        settleRefusals(&effects)
        noteExpiry(at: now, &effects)
        applySettings(&effects)
        effects.append(.useDefinitions(verified))
    }

    private mutating func refuse(_ refusal: DefinitionsRefusal, at now: Now, _ effects: inout [Effect]) {
        session.definitionsUnusable(at: now.monotonic, using: &random)
        // one refusal at a time: the offer that another was about is no longer there
        for reason in DefinitionsRefusal.Reason.allCases where reason != refusal.reason { resolve(DefinitionsRefusal(reason, "").code, &effects) }
        open(refusal.code, .high, refusal.message, at: now, &effects)
        noteExpiry(at: now, &effects)
    }

    // What was refused is not on offer any more.
    private mutating func settleRefusals(_ effects: inout [Effect]) {
        refusedVersion = nil
        for reason in DefinitionsRefusal.Reason.allCases { resolve(DefinitionsRefusal(reason, "").code, &effects) }
    }

    // Old rules see more than none: what has ended in use stays in use, and is said.
    private mutating func noteExpiry(at now: Now, _ effects: inout [Effect]) {
        guard let inUse = definitions.inUse, let expires = inUse.expires, expires < now.wall else { return resolve("definitions.outdated", &effects) }
        open("definitions.outdated", .medium, "definitions \(inUse.version) in use expired at \(expires.rfc3339)", at: now, &effects)
    }

    private mutating func open(_ code: String, _ severity: Severity, _ message: String, at now: Now, _ effects: inout [Effect]) {
        if issues.open(code, severity, message, at: now) { effects.append(.report(.issueOpened(code: code, message))) }
    }

    private mutating func resolve(_ code: String, _ effects: inout [Effect]) {
        if issues.resolve(code) { effects.append(.report(.issueResolved(code: code))) }
    }
}

extension LossCause {
    /// The disk took nothing and the memory for waiting records was full too.
    package static let diskFull: LossCause = "diskFull"
}
