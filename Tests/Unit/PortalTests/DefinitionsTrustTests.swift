import Contract
import Crypto
import Foundation
import Foundations
import Portal
import Testing

/// The chain from a root that is known to the key that signs today.
@Suite struct DefinitionsTrustTests {
    private var authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    @Test func withoutAPinTheFirstRootIsKept() throws {
        let first = try DefinitionsPolicy().take(authority.release("1.0.0"))
        #expect(first.trust.root == authority.rootPublicKey && first.trust.rootNumber == 1)
        let stranger = try TestAuthority()
        #expect(try DefinitionsPolicy(trust: first.trust).refusal(stranger.release("1.0.1"))?.reason == .signature)
        #expect(try DefinitionsPolicy(trust: first.trust).refusal(authority.release("1.0.1")) == nil)
    }

    @Test func aPinnedRootIsTheOnlyOne() throws {
        let trust = DefinitionsTrust(pin: authority.rootPublicKey)
        #expect(try DefinitionsPolicy(trust: trust).refusal(authority.release("1.0.0")) == nil)
        let refusal = try DefinitionsPolicy(trust: trust).refusal(TestAuthority().release("1.0.0"))
        #expect(refusal?.reason == .signature)
    }

    @Test func aNewRootIsFollowedFromAnyOfThoseBefore() throws {
        var authority = authority
        let old = try DefinitionsPolicy().take(authority.release("1.0.0")).trust
        let pin = DefinitionsTrust(pin: authority.rootPublicKey)
        for _ in 0..<3 { try authority.newRoot() }
        for trust in [old, pin] {
            let followed = try DefinitionsPolicy(trust: trust).take(authority.release("1.0.1")).trust
            #expect(followed.root == authority.rootPublicKey && followed.rootNumber == 4)
        }
        // from the newest on, by its key alone
        #expect(try DefinitionsPolicy(trust: DefinitionsTrust(pin: authority.rootPublicKey)).refusal(authority.release("1.0.1")) == nil)
    }

    @Test func theRootBeforeSignsNoMore() throws {
        var authority = authority
        let before = authority
        try authority.newRoot()
        let trust = try DefinitionsPolicy().take(authority.release("1.0.1")).trust
        #expect(try DefinitionsPolicy(trust: trust).refusal(before.release("1.0.2"))?.reason == .signature, "a stolen old root")
    }

    @Test func aRootNeedsBothSignatures() throws {
        let old = try DefinitionsPolicy().take(authority.release("1.0.0")).trust
        let stranger = Curve25519.Signing.PrivateKey()
        for signers in [[stranger], [authority.rootKey], []] {
            var forged = authority
            try forged.newRoot(signers: signers)
            #expect(try DefinitionsPolicy(trust: old).refusal(forged.release("1.0.1"))?.reason == .signature)
        }
    }

    @Test func aLinkOfTheChainCannotBeLeftOut() throws {
        var authority = authority
        let old = try DefinitionsPolicy().take(authority.release("1.0.0")).trust
        for _ in 0..<2 { try authority.newRoot() }
        var release = try authority.release("1.0.1")
        release.offer.proof.roots.remove(at: 1)
        #expect(DefinitionsPolicy(trust: old).refusal(release)?.reason == .signature)
        release.offer.proof.roots = []
        #expect(DefinitionsPolicy(trust: old).refusal(release)?.reason == .signature)
        #expect(DefinitionsPolicy().refusal(release)?.reason == .signature)
    }

    @Test func aReplacedSigningKeySignsNoMore() throws {
        var authority = authority
        let before = authority
        try authority.newSigningKey()
        let trust = try DefinitionsPolicy().take(authority.release("1.0.1")).trust
        #expect(try DefinitionsPolicy(trust: trust).refusal(before.release("1.0.2"))?.reason == .signature)
        #expect(try DefinitionsPolicy(trust: trust).refusal(authority.release("1.0.2")) == nil)
    }

    @Test func aChainWithoutEndIsNotWalked() throws {
        var release = try authority.release("1.0.0")
        release.offer.proof.roots = Array(repeating: release.offer.proof.roots[0], count: DefinitionsTrust.rootsMax + 1)
        #expect(DefinitionsPolicy().refusal(release)?.reason == .signature)
    }

    @Test func anotherPinBeginsAnewTheSameGoesOn() throws {
        var authority = authority
        let pin = authority.rootPublicKey
        let kept = try DefinitionsPolicy(trust: DefinitionsTrust(pin: pin)).take(authority.release("1.0.0")).trust
        #expect(DefinitionsTrust.resumed(kept, pin: pin) == kept)
        #expect(DefinitionsTrust.resumed(kept, pin: nil).root == pin, "a setting that is taken away takes nothing with it")
        try authority.newRoot()
        let followed = try DefinitionsPolicy(trust: kept).take(authority.release("1.0.1")).trust
        #expect(DefinitionsTrust.resumed(followed, pin: pin).root == authority.rootPublicKey)
        let other = DefinitionsTrust.resumed(followed, pin: Data(repeating: 1, count: 32))
        #expect(other.root == nil && other.pin == Data(repeating: 1, count: 32))
    }
}
