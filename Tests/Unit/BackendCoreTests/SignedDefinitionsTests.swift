import BackendCore
import Contract
import Crypto
import Foundation
import Foundations
import Testing

@Suite("Signed definitions")
struct SignedDefinitionsTests {
    private let now = PortalFixtures.wall

    private func signer(_ byte: UInt8) throws -> DefinitionsSigner { try DefinitionsSigner(seed: Data(repeating: byte, count: 32)) }

    private func signed(_ version: String = "1.2.3", defect: DefinitionsPublication.Defect? = nil) throws -> SignedDefinitions {
        let publication = DefinitionsPublication(version: version, rules: [.init(name: "a.yaml", content: "- rule: x")], settings: ["heartbeat_seconds": 30], defect: defect)
        return try SignedDefinitions(publication, signer: signer(1), otherKey: signer(2), at: now)
    }

    @Test func theSignatureCoversThePackageBytes() throws {
        let signed = try signed()
        #expect(DefinitionsSigner.isValid(signed.signature, over: signed.package, publicKey: signed.publicKey))
        #expect(signed.sha256 == Data(SHA256.hash(data: signed.package)))
        var tampered = signed.package
        tampered[tampered.startIndex] ^= 1
        #expect(!DefinitionsSigner.isValid(signed.signature, over: tampered, publicKey: signed.publicKey))
        #expect(!DefinitionsSigner.isValid(signed.signature, over: signed.package, publicKey: try signer(2).publicKey))
        #expect(!DefinitionsSigner.isValid(Data(), over: signed.package, publicKey: Data()))
        let content = try JSONDecoder().decode(DefinitionsPackage.self, from: signed.package)
        #expect(content.version == "1.2.3" && content.rules.map(\.name) == ["a.yaml"] && content.settings == ["heartbeat_seconds": 30])
    }

    @Test(arguments: DefinitionsPublication.Defect.allCases)
    func eachDefectIsVisibleToAReader(_ defect: DefinitionsPublication.Defect) throws {
        let spoiled = try signed(defect: defect)
        #expect(!DefinitionsSigner.isValid(spoiled.signature, over: spoiled.package, publicKey: spoiled.publicKey))
        #expect((spoiled.sha256 == Data(SHA256.hash(data: spoiled.package))) == (defect == .wrongKey))
    }

    @Test(arguments: [
        (#"{"version": "1.2", "rules": []}"#, "version"), (#"{"version": "1.2.03", "rules": []}"#, "version"), (#"{"version": "1.2.65536", "rules": []}"#, "version"),
        (#"{"version": "1.0.0", "rules": [], "expiresAt": "soon"}"#, "expiresAt"), (#"{"version": "1.0.0", "rules": [{"name": "", "content": ""}]}"#, "rules[0].name"),
        (#"{"version": "1.0.0", "rules": [{"name": "a", "content": ""}, {"name": "a", "content": ""}]}"#, "rules[1].name"),
        (#"{"version": "1.0.0", "rules": [], "settings": {"hartbeat_seconds": 1}}"#, "settings.hartbeat_seconds"), (#"{"version": "1.0.0"}"#, "rules"),
    ])
    func aWrongPublicationNamesItsField(_ text: String, _ subject: String) async throws {
        let found = await complaint {
            let publication = try JSONBody.decode(DefinitionsPublication.self, from: Data(text.utf8))
            _ = try SignedDefinitions(publication, signer: signer(1), otherKey: signer(2), at: now)
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

    @Test func aSignerNeedsThirtyTwoBytes() {
        #expect(throws: (any Error).self) { _ = try DefinitionsSigner(seed: Data(repeating: 1, count: 31)) }
    }
}
