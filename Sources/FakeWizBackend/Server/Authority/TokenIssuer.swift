import Foundation
import Foundations
import JWTKit

/// Issues and checks access tokens: JWTs signed with ECDSA P-256.
struct TokenIssuer: Sendable {
    struct Claims: JWTPayload {
        var iss: String
        var sub: String
        var aud: String
        var iat: Int64
        var exp: Int64
        /// When it was issued, to the nanosecond: a fault may end tokens issued before an instant.
        var issuedAtNanos: Int64

        // The times are checked against the instant handed in, not against a clock of the library's.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    enum Refusal: Error, Equatable { case malformed, expired }

    static let audience = "wiz-agent-api"
    private static let issuer = "fake-wiz-backend"
    private let keys: JWTKeyCollection
    let lifetime: Duration

    init(keyPEM: String, lifetime: Duration) async throws {
        let key = try ES256PrivateKey(pem: keyPEM)
        keys = await JWTKeyCollection().add(ecdsa: key)
        self.lifetime = lifetime
    }

    func issue(to clientID: String, at now: WallInstant) async throws -> String {
        let end = now + lifetime
        return try await keys.sign(
            Claims(
                iss: Self.issuer, sub: clientID, aud: Self.audience, iat: now.nanoseconds / 1_000_000_000, exp: end.nanoseconds / 1_000_000_000,
                issuedAtNanos: now.nanoseconds))
    }

    /// - Parameter issuedBefore: tokens issued before this instant count as expired.
    /// - Returns: the account's client id.
    func check(_ token: String, at now: WallInstant, issuedBefore: WallInstant? = nil) async throws -> String {
        let claims: Claims
        do { claims = try await keys.verify(token, as: Claims.self) } catch { throw Refusal.malformed }
        guard claims.iss == Self.issuer, claims.aud == Self.audience else { throw Refusal.malformed }
        guard now.nanoseconds < claims.issuedAtNanos + lifetime.nanoseconds, now.nanoseconds / 1_000_000_000 <= claims.exp else { throw Refusal.expired }
        if let issuedBefore, claims.issuedAtNanos < issuedBefore.nanoseconds { throw Refusal.expired }
        return claims.sub
    }
}
