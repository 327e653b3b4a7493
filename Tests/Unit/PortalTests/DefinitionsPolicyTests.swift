import Contract
import Crypto
import Foundation
import Foundations
import Portal
import Testing

@Suite struct DefinitionsPolicyTests {
    private let key = Curve25519.Signing.PrivateKey()
    private let otherKey = Curve25519.Signing.PrivateKey()

    private func package(_ version: String, says inner: String? = nil, format: Int = 1, expires: String? = nil) throws -> Data {
        try JSONEncoder().encode(DefinitionsPackage(formatVersion: format, version: inner ?? version, createdAt: "2026-01-01T00:00:00Z", expiresAt: expires, rules: []))
    }

    private func offer(_ version: String, _ bytes: Data, signedBy signer: Curve25519.Signing.PrivateKey? = nil, announcing announced: Curve25519.Signing.PrivateKey? = nil) throws -> DefinitionsOffer {
        DefinitionsOffer(
            version: version, sha256: Data(SHA256.hash(data: bytes)), size: bytes.count, signature: try (signer ?? key).signature(for: bytes),
            publicKey: (announced ?? key).publicKey.rawRepresentation)
    }

    private func offer(_ version: String) throws -> DefinitionsOffer { try offer(version, package(version)) }

    private func refusal(_ body: () throws(DefinitionsRefusal) -> Void) -> DefinitionsRefusal.Reason? {
        do { try body() } catch { return error.reason }
        return nil
    }

    @Test func versionsAreOrderedByNumberNotByText() throws {
        let versions = try ["1.2.3", "1.2.10", "1.10.0", "2.0.0"].map { try #require(DefinitionsVersion($0)) }
        #expect(versions.sorted() == versions)
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1..3", "-1.2.3", "1.2.99999999999"] { #expect(DefinitionsVersion(text) == nil, "\(text)") }
    }

    @Test func aNewerVersionIsDownloadedTheSameIsUpToDateAnOlderIsARollback() throws {
        let policy = DefinitionsPolicy(current: DefinitionsVersion("1.2.3"))
        #expect(try policy.judge(offer("1.2.4")) == .download)
        #expect(try policy.judge(offer("1.2.3")) == .upToDate)
        guard case .refuse(let refusal) = try policy.judge(offer("1.2.2")) else {
            Issue.record("an older version is accepted")
            return
        }
        #expect(refusal.reason == .rollback)
        #expect(refusal.code == "definitions.rollback")
    }

    @Test func aPinnedVersionIsTheOnlyOneAlsoWhenItIsOlder() throws {
        let policy = DefinitionsPolicy(pinned: DefinitionsVersion("1.0.0"), current: DefinitionsVersion("1.2.3"))
        #expect(try policy.judge(offer("1.0.0")) == .download)
        guard case .refuse(let refusal) = try policy.judge(offer("1.2.4")) else {
            Issue.record("another than the pinned version is accepted")
            return
        }
        #expect(refusal.reason == .pinned)
    }

    @Test func wholePackagesOfTheTrustedKeyAreUsed() throws {
        let bytes = try package("1.2.4")
        let verified = try DefinitionsPolicy(trustedKey: key.publicKey.rawRepresentation).verify(bytes, against: offer("1.2.4", bytes))
        #expect(verified.package.version == "1.2.4")
        #expect(verified.bytes == bytes)
    }

    @Test func anotherKeyIsRefusedWhoeverAnnouncesIt() throws {
        let bytes = try package("1.2.4")
        let policy = DefinitionsPolicy(trustedKey: key.publicKey.rawRepresentation)
        let foreign = try offer("1.2.4", bytes, signedBy: otherKey, announcing: otherKey)
        guard case .refuse(let told) = policy.judge(foreign) else {
            Issue.record("an offer of another key is worth a download")
            return
        }
        #expect(told.reason == .signature)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try policy.verify(bytes, against: foreign) } == .signature)
        let pretended = try offer("1.2.4", bytes, signedBy: otherKey, announcing: key)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try policy.verify(bytes, against: pretended) } == .signature)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(bytes, against: pretended) } == .signature)
    }

    @Test func everyFlippedBitIsSeen() throws {
        let bytes = try package("1.2.4")
        let offer = try offer("1.2.4", bytes)
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(damaged, against: offer) } == .damaged)
        }
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(bytes.dropLast(), against: offer) } == .damaged)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(Data(), against: offer) } == .damaged)
    }

    @Test func theVersionInsideIsTheOneThatCounts() throws {
        let bytes = try package("9.9.9", says: "1.0.0")
        let offer = try offer("9.9.9", bytes)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(bytes, against: offer) } == .format)
    }

    @Test func whatThisSensorCannotReadIsRefused() throws {
        let future = try package("1.2.4", format: 99)
        let futureOffer = try offer("1.2.4", future)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(future, against: futureOffer) } == .format)
        let noise = Data("{}".utf8)
        let noiseOffer = try offer("1.2.4", noise)
        #expect(refusal { () throws(DefinitionsRefusal) in _ = try DefinitionsPolicy().verify(noise, against: noiseOffer) } == .format)
        var large = try offer("1.2.4")
        large.size = DefinitionsPolicy.bytesMax + 1
        guard case .refuse = DefinitionsPolicy().judge(large) else {
            Issue.record("a package beyond the bound is worth a download")
            return
        }
    }

    @Test func anExpiredPackageStaysInUseAndIsReported() throws {
        let bytes = try package("1.2.4", expires: "2020-01-01T00:00:00Z")
        let bench = try Bench()
        let offer = try offer("1.2.4", bytes)
        for _ in 0..<5 {
            for (id, request) in bench.takeRequests() {
                switch request {
                case .currentDefinitions: bench.hand(.reply(id: id, .definitions(offer)))
                case .download: bench.hand(.reply(id: id, .downloaded(bytes)))
                default: bench.hand(.reply(id: id, Bench.answer(request)))
                }
            }
        }
        let used = bench.takeEffects().compactMap { effect -> String? in if case .useDefinitions(let verified) = effect { verified.package.version } else { nil } }
        #expect(used == ["1.2.4"])
        #expect(bench.conversation.issues["definitions.expired"] != nil)
    }
}
