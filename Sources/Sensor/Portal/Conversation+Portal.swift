import Contract
import Foundations
import Spool

/// What the portal answers.
extension Conversation {
    mutating func replied(_ reply: PortalReply, to request: PortalRequest, at now: Now, _ effects: inout [Effect]) {
        switch (request, reply) {
        case (.token, .token(let life)): session.tokenGiven(validFor: life, at: now.monotonic)
        case (.register, .registered(let id, let update)):
            session.registered(as: id, at: now.monotonic, using: &random)
            contact(update, at: now, &effects)
        case (.heartbeat, .heartbeat(let version, let update)):
            let news = used.news(of: version)
            // the portal has taken back what was refused
            if news == .none { settleRefusals(&effects) }
            session.heartbeatAnswered(newDefinitions: news != .none, isAnother: news == .new(isAnother: true), at: now.monotonic, using: &random)
            contact(update, at: now, &effects)
        case (.currentDefinitions, .definitions(let offer)): offered(offer, at: now, &effects)
        case (.download(let offer), .downloaded(let bytes)):
            do throws(DefinitionsRefusal) {
                let verified = try used.accept(bytes, against: offer, at: now.wall)
                session.downloaded()
                use(verified, at: now, &effects)
            } catch {
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

    mutating func applySettings(_ effects: inout [Effect]) {
        let update = portalSettings.filled(from: definitions.inUse?.settings ?? [:])
        guard update != settings else { return }
        settings = update
        session.setHeartbeat(seconds: update.heartbeatSeconds)
        outbox.setBudget(bytes: update.uploadBytesPerHour == 0 ? tuning.uploadBytesPerHour : Int(update.uploadBytesPerHour))
        effects.append(.settings(update))
    }
}
