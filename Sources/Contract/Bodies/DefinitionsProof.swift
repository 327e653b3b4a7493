package import Foundation

/// JSON as it was signed, byte for byte, with Ed25519 signatures over these bytes.
package struct SignedDocument: Codable, Sendable, Hashable {
    package var document: Data
    package var signatures: [Data]
    package init(document: Data = Data(), signatures: [Data] = []) {
        self.document = document
        self.signatures = signatures
    }
}

/// Why a release is to be believed: the manifest is signed by the signing key, the signing key by the newest root, each root by the one
/// before it and by itself. A sensor that knows any of the roots follows the chain from there.
package struct DefinitionsProof: Codable, Sendable, Hashable {
    package var manifest: SignedDocument
    package var signingKey: SignedDocument
    /// The oldest first.
    package var roots: [SignedDocument]
    package init(manifest: SignedDocument, signingKey: SignedDocument, roots: [SignedDocument]) {
        self.manifest = manifest
        self.signingKey = signingKey
        self.roots = roots
    }
}

/// A root of trust. Number 1 is the first; number n + 1 takes over from number n.
package struct RootDocument: Codable, Sendable, Hashable {
    package var type = RootDocument.type
    package var formatVersion: Int
    package var number: Int
    /// Ed25519, 32 bytes (base64 in the JSON).
    package var publicKey: Data
    package var createdAt: String

    package static let type = "definitions-root"
    package static let currentFormatVersion = 1

    package init(number: Int, publicKey: Data, createdAt: String) {
        formatVersion = Self.currentFormatVersion
        self.number = number
        self.publicKey = publicKey
        self.createdAt = createdAt
    }
}

/// A key that may sign manifests for a while.
package struct SigningKeyDocument: Codable, Sendable, Hashable {
    package var type = SigningKeyDocument.type
    package var formatVersion: Int
    /// Grows with each key: whoever has seen a later one believes no earlier one any more.
    package var serial: Int
    /// Ed25519, 32 bytes (base64 in the JSON).
    package var publicKey: Data
    /// RFC 3339.
    package var validFrom: String
    package var validUntil: String

    package static let type = "definitions-signing-key"
    package static let currentFormatVersion = 1

    package init(serial: Int, publicKey: Data, validFrom: String, validUntil: String) {
        formatVersion = Self.currentFormatVersion
        self.serial = serial
        self.publicKey = publicKey
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}
