import BackendCore
import Foundation
import Foundations
import Logging
import Synchronization

/// Where the page is; empty until the portal listens.
final class PageAddress: Sendable {
    private let address = Mutex("")
    var text: String { address.withLock { $0 } }
    func set(_ text: String) { address.withLock { $0 = text } }
}

/// What every route of the backend works with.
struct Portal: Sendable {
    let store: PortalStore
    let directory: DataDirectory
    let tokens: TokenIssuer
    let gate: Gate
    let demands: SensorDemands
    let changes: ChangeFeed
    let webhooks: WebhookSender
    /// The address of the page, for links that leave the portal; known once it listens.
    let page: PageAddress
    let clock: @Sendable () -> Now
    let logger: Logger

    /// Why a bearer token does not open the door.
    enum Refusal: Error, Equatable {
        case noToken
        case badToken(String)
        case notEntitled

        var message: String {
            switch self {
            case .noToken: "a bearer token is needed"
            case .badToken(let why): why
            // The words of the vendor's public error reports.
            case .notEntitled: "RUNTIME_SENSOR feature is not enabled"
            }
        }
    }

    /// Checks the value of an `authorization` header.
    func authorize(_ header: String?, effect: FaultEngine.Effect?) async throws {
        guard let header, header.lowercased().hasPrefix("bearer ") else { throw Refusal.noToken }
        let now = clock()
        var limit: WallInstant?
        if case .expireTokens(let issuedBefore) = effect { limit = now.wall + (issuedBefore - now.monotonic) }
        let clientID: String
        do {
            clientID = try await tokens.check(String(header.dropFirst(7)), at: now.wall, issuedBefore: limit)
        } catch TokenIssuer.Refusal.expired {
            throw Refusal.badToken("the token has expired")
        } catch {
            throw Refusal.badToken("the token is not one of ours")
        }
        guard effect != .disableEntitlement, let account = try await store.account(clientID: clientID), account.entitled else { throw Refusal.notEntitled }
    }
}
