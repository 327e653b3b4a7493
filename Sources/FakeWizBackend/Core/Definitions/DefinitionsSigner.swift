import Crypto
package import Foundation

/// The Ed25519 key that definitions are signed with. Signatures cover the package bytes as they are sent.
package struct DefinitionsSigner: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter seed: 32 bytes of a random source, or the stored private key.
    /// - Throws: when the seed is not 32 bytes.
    package init(seed: Data) throws { key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed) }

    package var publicKey: Data { key.publicKey.rawRepresentation }

    package func signature(over package: Data) throws -> Data { try key.signature(for: package) }

    package static func isValid(_ signature: Data, over package: Data, publicKey: Data) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: package)
    }
}
