import Contract
import Foundation
import Foundations

/// The definitions in use, those before them, and the version that was refused last.
struct DefinitionsInUse: Sendable {
    private(set) var policy: DefinitionsPolicy
    /// What is gone back to when the daemon cannot use the current ones.
    private var previous: DefinitionsPolicy.InUse?
    /// Another one is asked for at once.
    private var refusedVersion: String?

    init(_ policy: DefinitionsPolicy) { self.policy = policy }

    /// What a heartbeat says of the newest version.
    enum News: Hashable {
        case none
        /// It is worth a question; `isAnother`: than the one that was refused last.
        case new(isAnother: Bool)
    }

    /// The portal names its newest, which a pin does not care about.
    func news(of version: String) -> News {
        if let pinned = policy.pinned { return pinned == policy.current ? .none : .new(isAnother: false) }
        guard !version.isEmpty, DefinitionsVersion(version) != policy.current else { return .none }
        return .new(isAnother: refusedVersion.map { $0 != version } ?? false)
    }

    mutating func judge(_ offer: DefinitionsOffer, at now: WallInstant) -> DefinitionsPolicy.Decision {
        let decision = policy.judge(offer, at: now)
        if case .refuse = decision { refusedVersion = offer.version }
        return decision
    }

    /// - Throws: why they must not be used; what is in use stays in use.
    mutating func accept(_ bytes: Data, against offer: DefinitionsOffer, at now: WallInstant) throws(DefinitionsRefusal) -> VerifiedDefinitions {
        do throws(DefinitionsRefusal) {
            let verified = try policy.verify(bytes, against: offer, at: now)
            previous = policy.inUse
            policy.inUse = .init(verified)
            policy.trust = verified.trust
            return verified
        } catch {
            refusedVersion = offer.version
            throw error
        }
    }

    /// The daemon could not use that version.
    mutating func reject(_ version: String) {
        if policy.current?.description == version { policy.inUse = previous }
        refusedVersion = version
    }

    mutating func pin(_ version: DefinitionsVersion?, root: Data?) {
        policy.pinned = version
        policy.trust = .resumed(policy.trust, pin: root)
        refusedVersion = nil
    }

    /// What was refused is not on offer any more.
    mutating func forgetRefusal() { refusedVersion = nil }
}
