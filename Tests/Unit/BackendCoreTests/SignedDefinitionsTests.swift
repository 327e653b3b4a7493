import BackendCore
import Contract
import Crypto
import Foundation
import Foundations
import Testing

@Suite("Signed definitions")
struct SignedDefinitionsTests {
    private let now = PortalFixtures.wall

    private func seed(_ byte: UInt8) -> Data { Data(repeating: byte, count: 32) }

    private func authority() throws -> DefinitionsAuthority { try DefinitionsAuthority(rootSeed: seed(1), signingSeed: seed(2), at: now) }

    private func signed(_ version: String = "1.2.3", defect: DefinitionsPublication.Defect? = nil) throws -> SignedDefinitions {
        let publication = DefinitionsPublication(version: version, rules: [.init(name: "a.yaml", content: "- rule: x")], settings: ["heartbeat_seconds": 30], defect: defect)
        return try SignedDefinitions(publication, authority: authority(), seed: seed(9), at: now)
    }

    private func isSigned(_ signed: SignedDocument, by key: Data) throws -> Bool {
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: key)
        return signed.signatures.contains { key.isValidSignature($0, for: signed.document) }
    }

    /// What a reader with the root's public key finds wrong; nil when everything is right.
    private func defect(_ signed: SignedDefinitions, root: Data) throws -> String? {
        let top = try JSONDecoder().decode(RootDocument.self, from: #require(signed.proof.roots.last).document)
        guard top.publicKey == root else { return "root" }
        guard try isSigned(signed.proof.signingKey, by: root) else { return "key" }
        let key = try JSONDecoder().decode(SigningKeyDocument.self, from: signed.proof.signingKey.document)
        guard try #require(WallInstant(rfc3339: key.validFrom)) <= now, try now <= #require(WallInstant(rfc3339: key.validUntil)) else { return "key's time" }
        guard try isSigned(signed.proof.manifest, by: key.publicKey) else { return "manifest" }
        let manifest = try JSONDecoder().decode(DefinitionsManifest.self, from: signed.proof.manifest.document)
        guard manifest.parts.reduce(0, { $0 + $1.size }) == signed.parts.count else { return "size" }
        var rest = signed.parts[...]
        for part in manifest.parts {
            guard SHA256.hash(data: rest.prefix(part.size)).map({ String(format: "%02x", $0) }).joined() == part.sha256 else { return "digest of \(part.name)" }
            rest = rest.dropFirst(part.size)
        }
        return nil
    }

    @Test func theChainCoversEveryPart() throws {
        let signed = try signed()
        #expect(try defect(signed, root: authority().rootPublicKey()) == nil)
        #expect(try defect(signed, root: seed(3)) == "root")
        #expect(signed.sha256 == Data(SHA256.hash(data: signed.parts)) && signed.size == signed.parts.count)
        let manifest = try JSONDecoder().decode(DefinitionsManifest.self, from: signed.proof.manifest.document)
        #expect(manifest.version == "1.2.3" && manifest.parts.map(\.name) == ["a.yaml", "settings.json"])
        #expect(signed.parts == Data(#"- rule: x{"heartbeat_seconds":30}"#.utf8))
    }

    @Test(arguments: DefinitionsPublication.Defect.allCases)
    func eachDefectIsVisibleToAReader(_ wanted: DefinitionsPublication.Defect) throws {
        let found = try defect(signed(defect: wanted), root: authority().rootPublicKey())
        let expected = switch wanted {
        case .wrongKey: "manifest"
        case .wrongRoot: "root"
        case .expiredKey: "key's time"
        case .bitFlip: "digest of settings.json"
        case .truncated, .tooLarge: "size"
        }
        #expect(found == expected)
    }

    @Test func aNewRootIsSignedByTheOneBefore() throws {
        var authority = try authority()
        let old = try authority.rootPublicKey()
        try authority.replaceRoot(seed(5), signingSeed: seed(6), at: now)
        #expect(authority.rootNumber == 2)
        let top = try #require(authority.roots.last)
        #expect(try isSigned(top, by: old) && isSigned(top, by: authority.rootPublicKey()))
        #expect(try JSONDecoder().decode(RootDocument.self, from: top.document).number == 2)
        // kept and read again it is the same authority
        let again = try JSONDecoder().decode(DefinitionsAuthority.self, from: JSONBody.encode(authority))
        #expect(try again.prove(Data("x".utf8)) == authority.prove(Data("x".utf8)))
    }

    @Test func aRotationSignsWhatIsPublishedAnewButMendsNothing() async throws {
        let store = try PortalFixtures.store()
        try await store.publish(signed("1.0.0"))
        try await store.publish(signed("1.0.1", defect: .wrongKey))
        var authority = try authority()
        try authority.replaceRoot(seed(5), signingSeed: seed(6), at: now)
        #expect(try await store.sign(with: authority) == 1)
        let root = try authority.rootPublicKey()
        #expect(try await defect(#require(store.definitions(version: "1.0.0")), root: root) == nil)
        #expect(try await store.definitions(version: "1.0.1") == signed("1.0.1", defect: .wrongKey))
    }

    @Test(arguments: [
        (#"{"version": "1.2", "rules": []}"#, "version"), (#"{"version": "1.2.03", "rules": []}"#, "version"), (#"{"version": "1.2.65536", "rules": []}"#, "version"),
        (#"{"version": "1.0.0", "rules": [], "expiresAt": "soon"}"#, "expiresAt"), (#"{"version": "1.0.0", "rules": [{"name": "", "content": ""}]}"#, "rules[0].name"),
        (#"{"version": "1.0.0", "rules": [{"name": "a", "content": ""}, {"name": "a", "content": ""}]}"#, "rules[1].name"),
        (#"{"version": "1.0.0", "rules": [], "settings": {"hartbeat_seconds": 1}}"#, "settings.hartbeat_seconds"),
        (#"{"version": "1.0.0", "rules": [], "settings": {"heartbeat_seconds": 3601}}"#, "settings.heartbeat_seconds"), (#"{"version": "1.0.0"}"#, "rules"),
    ])
    func aWrongPublicationNamesItsField(_ text: String, _ subject: String) async throws {
        let found = await complaint {
            let publication = try JSONBody.decode(DefinitionsPublication.self, from: Data(text.utf8))
            _ = try SignedDefinitions(publication, authority: authority(), seed: seed(9), at: now)
        }
        #expect(found?.subject == subject)
    }

    @Test func aVersionIsPublishedOnceAndTheHighestIsTheNewest() async throws {
        let store = try PortalFixtures.store()
        for version in ["1.9.0", "1.10.0", "0.65535.65535"] { try await store.publish(signed(version)) }
        #expect(await complaint { try await store.publish(signed("1.10.0")) }?.subject == "version")
        #expect(try await store.newestDefinitionsVersion() == "1.10.0")
        #expect(try await store.definitions()?.version.description == "1.10.0")
        #expect(try await store.definitions(version: "1.9.0") == signed("1.9.0"))
        #expect(try await store.definitions(version: "7.0.0") == nil)
        #expect(try await store.definitionsList(PageRequest()).nodes.map(\.version) == ["1.10.0", "1.9.0", "0.65535.65535"])
    }

    @Test func theListSaysWhoRunsWhich() async throws {
        let store = try PortalFixtures.store()
        try await store.publish(signed("1.0.0"))
        for n in 1...2 { _ = try await store.register(PortalFixtures.registration("p-\(n)", machine: "m-\(n)"), newID: "id-\(n)", at: now) }
        for n in 1...2 { _ = try await store.heartbeat(PortalFixtures.beat(), from: "id-\(n)", issues: [], at: now) }
        #expect(try await store.definitionsList(PageRequest()).nodes.first?.inUseBy == ["id-1", "id-2"])
        _ = try await store.deregister("id-2", at: now)
        #expect(try await store.definitionsList(PageRequest()).nodes.first?.inUseBy == ["id-1"])
    }

    @Test func aKeyNeedsThirtyTwoBytes() {
        #expect(throws: (any Error).self) { _ = try DefinitionsAuthority(rootSeed: Data(repeating: 1, count: 31), signingSeed: seed(2), at: now) }
    }
}
