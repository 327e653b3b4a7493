import Contract
import Foundations

/// What becomes of definitions that were offered, downloaded, refused.
extension Conversation {
    mutating func offered(_ offer: DefinitionsOffer?, at now: Now, _ effects: inout [Effect]) {
        guard let offer else {
            settleRefusals(&effects)
            return session.definitionsAnswered(download: nil)
        }
        switch used.judge(offer, at: now.wall) {
        case .upToDate:
            settleRefusals(&effects)
            session.definitionsAnswered(download: nil)
        case .download: session.definitionsAnswered(download: offer)
        case .refuse(let refusal): refuse(refusal, at: now, &effects)
        }
    }

    mutating func use(_ verified: VerifiedDefinitions, at now: Now, _ effects: inout [Effect]) {
        settleRefusals(&effects)
        noteExpiry(at: now, &effects)
        applySettings(&effects)
        effects.append(.useDefinitions(verified))
    }

    mutating func refuse(_ refusal: DefinitionsRefusal, at now: Now, _ effects: inout [Effect]) {
        session.definitionsUnusable(at: now.monotonic, using: &random)
        // one refusal at a time: the offer that another was about is no longer there
        for reason in DefinitionsRefusal.Reason.allCases where reason != refusal.reason { resolve(DefinitionsRefusal(reason, "").code, &effects) }
        open(refusal.code, .high, refusal.message, at: now, &effects)
        noteExpiry(at: now, &effects)
    }

    // What was refused is not on offer any more.
    mutating func settleRefusals(_ effects: inout [Effect]) {
        used.forgetRefusal()
        for reason in DefinitionsRefusal.Reason.allCases { resolve(DefinitionsRefusal(reason, "").code, &effects) }
    }

    // Old rules see more than none: what has ended in use stays in use, and is said.
    mutating func noteExpiry(at now: Now, _ effects: inout [Effect]) {
        guard let inUse = definitions.inUse, let expires = inUse.expires, expires < now.wall else { return resolve("definitions.outdated", &effects) }
        open("definitions.outdated", .medium, "definitions \(inUse.version) in use expired at \(expires.rfc3339)", at: now, &effects)
    }
}
