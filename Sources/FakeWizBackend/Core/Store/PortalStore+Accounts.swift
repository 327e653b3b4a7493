import Crypto
package import Foundation
package import Foundations
import GRDB

/// A service account as the token endpoint sees it.
package struct ServiceAccount: Sendable, Hashable {
    package var clientID: String
    /// `SENSOR`; other types exist to be refused.
    package var type: String
    /// Whether the account may use the runtime sensor.
    package var entitled: Bool

    package init(clientID: String, type: String, entitled: Bool) {
        self.clientID = clientID
        self.type = type
        self.entitled = entitled
    }
}

extension PortalStore {
    package func addAccount(_ account: ServiceAccount, secret: String, at now: WallInstant) async throws {
        // Secrets are random and long: a plain digest is as good as a slow one.
        let digest = Data(SHA256.hash(data: Data(secret.utf8)))
        try await writer.write { db in
            try db.execute(
                sql: "INSERT INTO accounts VALUES (?, ?, ?, ?, ?)", arguments: [account.clientID, digest, account.type, account.entitled, now.nanoseconds])
        }
    }

    /// The account when the secret is its own; nil when the id is unknown or the secret wrong.
    package func account(clientID: String, secret: String) async throws -> ServiceAccount? {
        let given = Data(SHA256.hash(data: Data(secret.utf8)))
        let digest = try await writer.read { db in try Data.fetchOne(db, sql: "SELECT secret_sha256 FROM accounts WHERE client_id = ?", arguments: [clientID]) }
        guard let digest, Self.equal(digest, given) else { return nil }
        return try await account(clientID: clientID)
    }

    package func account(clientID: String) async throws -> ServiceAccount? {
        try await writer.read { db in
            let row = try Row.fetchOne(db, sql: "SELECT type, entitled FROM accounts WHERE client_id = ?", arguments: [clientID])
            return row.map { ServiceAccount(clientID: clientID, type: $0["type"], entitled: $0["entitled"]) }
        }
    }

    package func accountCount(type: String) async throws -> Int {
        try await writer.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM accounts WHERE type = ?", arguments: [type]) ?? 0 }
    }

    /// Compares without telling by its time where the difference is.
    package static func equal(_ a: Data, _ b: Data) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
