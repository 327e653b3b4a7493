import Contract
import Crypto
import Foundation
import Foundations
import Portal

/// Signs releases as an authority does, and wrongly where a test wants it.
struct TestAuthority {
    static let begin = WallInstant(nanoseconds: 1_767_225_600_000_000_000)

    private(set) var rootKey = Curve25519.Signing.PrivateKey()
    private(set) var signingKey = Curve25519.Signing.PrivateKey()
    private(set) var roots: [SignedDocument] = []
    private(set) var keyDocument = SignedDocument()
    private var serial = 0

    init() throws {
        try addRoot(rootKey, signers: [rootKey])
        try newSigningKey()
    }

    var rootPublicKey: Data { rootKey.publicKey.rawRepresentation }

    /// - Parameter signers: those that should sign, when others do.
    mutating func newRoot(signers: [Curve25519.Signing.PrivateKey]? = nil) throws {
        let next = Curve25519.Signing.PrivateKey()
        try addRoot(next, signers: signers ?? [rootKey, next])
        rootKey = next
        try newSigningKey()
    }

    private mutating func addRoot(_ key: Curve25519.Signing.PrivateKey, signers: [Curve25519.Signing.PrivateKey]) throws {
        let document = RootDocument(number: roots.count + 1, publicKey: key.publicKey.rawRepresentation, createdAt: Self.begin.rfc3339)
        roots.append(try signed(document, by: signers))
    }

    mutating func newSigningKey(signer: Curve25519.Signing.PrivateKey? = nil, until: WallInstant = begin + .hours(24 * 365)) throws {
        signingKey = Curve25519.Signing.PrivateKey()
        serial += 1
        let document = SigningKeyDocument(
            serial: serial, publicKey: signingKey.publicKey.rawRepresentation, validFrom: (Self.begin + .hours(-1)).rfc3339, validUntil: until.rfc3339)
        keyDocument = try signed(document, by: [signer ?? rootKey])
    }

    func signed(_ document: some Encodable, by keys: [Curve25519.Signing.PrivateKey]) throws -> SignedDocument {
        let bytes = try JSONEncoder().encode(document)
        return SignedDocument(document: bytes, signatures: try keys.map { try $0.signature(for: bytes) })
    }

    struct Release {
        var offer: DefinitionsOffer
        var bytes: Data
    }

    func release(
        _ version: String, saying inner: String? = nil, rules: String = "- list: a\n  items: []\n", indicators: [IndicatorImport.Entry]? = nil, settings: [String: Int]? = nil,
        expires: WallInstant? = nil, format: Int = DefinitionsManifest.currentFormatVersion, change: (inout DefinitionsManifest) -> Void = { _ in },
        signer: Curve25519.Signing.PrivateKey? = nil
    ) throws -> Release {
        var contents: [(DefinitionsManifest.Part.Kind, String, Data)] = [(.rules, "rules.yaml", Data(rules.utf8))]
        if let indicators { contents.append((.indicators, "indicators.json", try JSONEncoder().encode(indicators))) }
        if let settings { contents.append((.settings, "settings.json", try JSONEncoder().encode(settings))) }
        var manifest = DefinitionsManifest(
            formatVersion: format, version: inner ?? version, createdAt: Self.begin.rfc3339, expiresAt: expires?.rfc3339,
            parts: contents.map { kind, name, bytes in
                .init(kind: kind, name: name, sha256: SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined(), size: bytes.count)
            })
        change(&manifest)
        let proof = DefinitionsProof(manifest: try signed(manifest, by: [signer ?? signingKey]), signingKey: keyDocument, roots: roots)
        let size = manifest.parts.reduce(0) { $0 &+ $1.size }
        return Release(offer: DefinitionsOffer(version: version, size: size, proof: proof), bytes: contents.reduce(into: Data()) { $0 += $1.2 })
    }
}

/// What a policy says of a release, first of the offer, then of the bytes.
extension DefinitionsPolicy {
    func take(_ release: TestAuthority.Release, bytes: Data? = nil, at now: WallInstant = TestAuthority.begin) throws(DefinitionsRefusal) -> VerifiedDefinitions {
        if case .refuse(let refusal) = judge(release.offer, at: now) { throw refusal }
        return try verify(bytes ?? release.bytes, against: release.offer, at: now)
    }

    func refusal(_ release: TestAuthority.Release, bytes: Data? = nil, at now: WallInstant = TestAuthority.begin) -> DefinitionsRefusal? {
        do throws(DefinitionsRefusal) { _ = try take(release, bytes: bytes, at: now) } catch { return error }
        return nil
    }
}
