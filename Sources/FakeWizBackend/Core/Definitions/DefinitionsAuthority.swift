package import Contract
import Crypto
package import Foundation
package import Foundations

/// The keys that make definitions believable: a root, its predecessors' documents, and the signing key that the root has signed.
///
/// A real authority keeps the root's private key offline; this one keeps both in one file. Its rotations are the sensor's to follow.
package struct DefinitionsAuthority: Codable, Sendable {
    /// How long a signing key may sign.
    package static let signingKeyLife: Duration = .seconds(400 * 86_400)

    private var rootSeed: Data
    private var signingSeed: Data
    private var serial: Int
    /// When the signing key's time is over.
    package private(set) var signingKeyEnds: String
    package private(set) var signingKey: SignedDocument
    /// The oldest first.
    package private(set) var roots: [SignedDocument]

    /// - Parameters: 32 bytes each of a random source.
    /// - Throws: when they are not 32 bytes.
    package init(rootSeed: Data, signingSeed: Data, at now: WallInstant) throws {
        (self.rootSeed, self.signingSeed) = (rootSeed, signingSeed)
        (serial, signingKeyEnds, signingKey, roots) = (0, "", SignedDocument(), [])
        try addRoot(rootSeed, after: nil, at: now)
        try replaceSigningKey(signingSeed, at: now)
    }

    package var rootNumber: Int { roots.count }

    package func rootPublicKey() throws -> Data { try Self.key(rootSeed).publicKey.rawRepresentation }

    /// Another root takes over: signed by the one before it and by itself. It signs a new signing key too.
    package mutating func replaceRoot(_ seed: Data, signingSeed: Data, at now: WallInstant) throws {
        try addRoot(seed, after: Self.key(rootSeed), at: now)
        rootSeed = seed
        try replaceSigningKey(signingSeed, at: now)
    }

    /// Another signing key, of the same root. A sensor that has seen it believes the one before no more.
    package mutating func replaceSigningKey(_ seed: Data, at now: WallInstant) throws { try replaceSigningKey(seed, from: now, for: Self.signingKeyLife) }

    /// - Parameter life: how long the key may sign; negative for one whose time is over.
    package mutating func replaceSigningKey(_ seed: Data, from: WallInstant, for life: Duration) throws {
        signingSeed = seed
        serial += 1
        // the clocks of a fleet are not the same to the second
        let start = min(from, from + life) + .seconds(-86_400)
        signingKeyEnds = (from + life).rfc3339
        let document = try SigningKeyDocument(
            serial: serial, publicKey: Self.key(seed).publicKey.rawRepresentation, validFrom: start.rfc3339, validUntil: signingKeyEnds)
        let bytes = try JSONBody.encode(document)
        signingKey = SignedDocument(document: bytes, signatures: [try Self.key(rootSeed).signature(for: bytes)])
    }

    /// - Returns: the manifest with its signature and everything that leads to a root.
    package func prove(_ manifest: Data) throws -> DefinitionsProof {
        DefinitionsProof(manifest: SignedDocument(document: manifest, signatures: [try Self.key(signingSeed).signature(for: manifest)]), signingKey: signingKey, roots: roots)
    }

    /// The same chain, but the manifest is signed by a key that is not in it.
    package func misprove(_ manifest: Data, with seed: Data) throws -> DefinitionsProof {
        var proof = try prove(manifest)
        proof.manifest.signatures = [try Self.key(seed).signature(for: manifest)]
        return proof
    }

    private mutating func addRoot(_ seed: Data, after previous: Curve25519.Signing.PrivateKey?, at now: WallInstant) throws {
        let key = try Self.key(seed)
        let bytes = try JSONBody.encode(RootDocument(number: roots.count + 1, publicKey: key.publicKey.rawRepresentation, createdAt: now.rfc3339))
        roots.append(SignedDocument(document: bytes, signatures: try [previous, key].compactMap { try $0?.signature(for: bytes) }))
    }

    private static func key(_ seed: Data) throws -> Curve25519.Signing.PrivateKey { try Curve25519.Signing.PrivateKey(rawRepresentation: seed) }
}
