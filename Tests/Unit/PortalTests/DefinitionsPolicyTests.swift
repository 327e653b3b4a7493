import Contract
import Crypto
import Foundation
import Foundations
import Portal
import Testing

@Suite struct DefinitionsPolicyTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func using(_ version: String) throws -> DefinitionsPolicy { DefinitionsPolicy(inUse: .init(version: try #require(DefinitionsVersion(version)))) }

    @Test func versionsAreOrderedByNumberNotByText() throws {
        let versions = try ["1.2.3", "1.2.10", "1.10.0", "2.0.0"].map { try #require(DefinitionsVersion($0)) }
        #expect(versions.sorted() == versions)
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1..3", "-1.2.3", "1.2.99999999999"] { #expect(DefinitionsVersion(text) == nil, "\(text)") }
    }

    @Test func aReleaseIsRulesIndicatorsAndSettings() throws {
        let indicator = IndicatorImport.Entry(kind: "ip", value: "203.0.113.7", family: "f")
        let release = try authority.release("1.2.4", indicators: [indicator], settings: ["heartbeat_seconds": 30, "of_a_later_sensor": -7])
        let verified = try using("1.2.3").take(release)
        #expect(verified.version.description == "1.2.4")
        #expect(verified.rules.map(\.name) == ["rules.yaml"] && verified.indicators == [indicator])
        #expect(verified.settings == [.heartbeatSeconds: 30], "a setting that this sensor does not have is left alone")
    }

    @Test func aNewerVersionIsDownloadedTheSameIsUpToDateAnOlderIsARollback() throws {
        let policy = try using("1.2.3")
        #expect(try policy.judge(authority.release("1.2.4").offer, at: TestAuthority.begin) == .download)
        #expect(try policy.judge(authority.release("1.2.3").offer, at: TestAuthority.begin) == .upToDate)
        let refusal = try #require(try policy.refusal(authority.release("1.2.2")))
        #expect(refusal.reason == .rollback && refusal.code == "definitions.rollback")
        // an older release under a newer name is still the older one
        #expect(try policy.refusal(authority.release("9.9.9", saying: "1.0.0"))?.reason == .format)
    }

    @Test func aPinnedVersionIsTheOnlyOneAlsoWhenItIsOlderOrExpired() throws {
        var policy = try using("1.2.3")
        policy.pinned = DefinitionsVersion("1.0.0")
        #expect(try policy.refusal(authority.release("1.0.0", expires: TestAuthority.begin + .hours(-1))) == nil)
        #expect(try policy.refusal(authority.release("1.2.4"))?.reason == .pinned)
    }

    @Test func everyFlippedBitOfThePartsIsSeen() throws {
        let release = try authority.release("1.2.4")
        for place in release.bytes.indices {
            var damaged = release.bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(DefinitionsPolicy().refusal(release, bytes: damaged)?.reason == .damaged)
        }
        #expect(DefinitionsPolicy().refusal(release, bytes: release.bytes.dropLast())?.reason == .damaged)
        #expect(DefinitionsPolicy().refusal(release, bytes: Data())?.reason == .damaged)
    }

    /// Of the manifest, the key's document and the root's: no bit of what is signed, nor of a signature, can change.
    @Test func everyFlippedBitOfTheProofIsSeen() throws {
        let release = try authority.release("1.2.4")
        func check(_ path: WritableKeyPath<DefinitionsProof, Data>) {
            for place in release.offer.proof[keyPath: path].indices {
                var spoiled = release
                spoiled.offer.proof[keyPath: path][place] ^= 1 << UInt8(place % 8)
                #expect(DefinitionsPolicy().refusal(spoiled) != nil, "byte \(place) of \(path)")
            }
        }
        check(\.manifest.document)
        check(\.manifest.signatures[0])
        check(\.signingKey.document)
        check(\.signingKey.signatures[0])
        check(\.roots[0].document)
        check(\.roots[0].signatures[0])
    }

    @Test func onlyTheSigningKeySignsManifests() throws {
        let stranger = Curve25519.Signing.PrivateKey()
        #expect(try DefinitionsPolicy().refusal(authority.release("1.2.4", signer: stranger))?.reason == .signature)
        #expect(try DefinitionsPolicy().refusal(authority.release("1.2.4", signer: authority.rootKey))?.reason == .signature, "not even the root")
        var release = try authority.release("1.2.4")
        // a document that the root did sign, in the place of another
        release.offer.proof.signingKey = release.offer.proof.roots[0]
        #expect(DefinitionsPolicy().refusal(release)?.reason == .signature)
    }

    @Test func aKeySignsOnlyInItsTime() throws {
        let release = try authority.release("1.2.4")
        #expect(DefinitionsPolicy().refusal(release, at: TestAuthority.begin + .hours(24 * 366))?.reason == .signature)
        #expect(DefinitionsPolicy().refusal(release, at: TestAuthority.begin + .hours(-2))?.reason == .signature)
        // what was taken in its time is still good on the disk
        #expect(throws: Never.self) { try DefinitionsPolicy().verify(release.bytes, against: release.offer, at: nil) }
    }

    @Test func whatThisSensorCannotReadIsRefused() throws {
        for format in [0, DefinitionsManifest.currentFormatVersion + 1, 99] {
            #expect(try DefinitionsPolicy().refusal(authority.release("1.2.4", format: format))?.reason == .format, "format \(format)")
        }
        #expect(try DefinitionsPolicy().refusal(authority.release("not a version"))?.reason == .format)
        let setting = try #require(try DefinitionsPolicy().refusal(authority.release("1.2.4", settings: ["heartbeat_seconds": 90_000])))
        #expect(setting.reason == .format && setting.message.contains("heartbeat_seconds is 90000"))
    }

    @Test func aHugeReleaseIsRefusedBeforeItIsDownloaded() throws {
        for size in [DefinitionsPolicy.bytesMax + 1, Int.max, -1] {
            let huge = try authority.release("1.2.4", change: { $0.parts.append(.init(kind: .rules, name: "huge.yaml", sha256: "", size: size)) })
            guard case .refuse(let refusal) = DefinitionsPolicy().judge(huge.offer, at: TestAuthority.begin) else {
                Issue.record("\(size) bytes are worth a download")
                continue
            }
            #expect(refusal.code == "definitions.too-large")
        }
        var wide = try authority.release("1.2.4")
        wide.offer.size += 1
        #expect(DefinitionsPolicy().refusal(wide)?.reason == .format, "the announced size is not the signed one")
    }

    @Test func whatHasExpiredIsNotTaken() throws {
        let release = try authority.release("1.2.4", expires: TestAuthority.begin)
        #expect(DefinitionsPolicy().refusal(release, at: TestAuthority.begin + .hours(1))?.reason == .expired)
        #expect(DefinitionsPolicy().refusal(release, at: TestAuthority.begin + .hours(-1)) == nil)
    }
}
