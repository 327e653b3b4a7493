package import Contract
import Crypto
package import Foundation
package import Foundations

/// Which root is believed, and how far its chain of successors has been followed.
///
/// A root that is pinned by configuration is where the chain must pass through. Without one, the first chain that is whole in itself is
/// believed and its newest root kept from then on. Kept beside the definitions: what was seen of the chain is never gone back on.
package struct DefinitionsTrust: Codable, Hashable, Sendable {
    /// Roots in a chain; more are refused.
    package static let rootsMax = 256
    /// Of a single document: no more is parsed.
    package static let documentBytesMax = 1 << 20

    /// 32 bytes, from the configuration.
    package private(set) var pin: Data?
    /// 32 bytes; nil until the first chain was followed.
    package private(set) var root: Data?
    package private(set) var rootNumber = 0
    /// Of the latest signing key that was believed.
    package private(set) var keySerial = 0

    package init(pin: Data? = nil) { self.pin = pin }

    /// What was kept, unless the configuration has another root now: then everything begins anew from that.
    package static func resumed(_ kept: DefinitionsTrust?, pin: Data?) -> DefinitionsTrust {
        guard let kept, pin == nil || kept.pin == pin || kept.root == pin else { return DefinitionsTrust(pin: pin) }
        var out = kept
        out.pin = pin ?? kept.pin
        return out
    }

    /// Follows the chain from the believed root to the key that may sign manifests.
    /// - Parameter now: nil when the key's time does not matter: what was good when it came stays good on disk.
    /// - Throws: where the chain is broken.
    package func follow(_ proof: DefinitionsProof, at now: WallInstant?) throws(DefinitionsRefusal) -> (trust: DefinitionsTrust, signingKey: Data) {
        var out = try followRoots(proof.roots)
        guard let root = out.root else { throw .init(.signature, "the chain of roots is empty") }
        let key = try Self.read(SigningKeyDocument.self, proof.signingKey, "signing key", type: SigningKeyDocument.type, format: SigningKeyDocument.currentFormatVersion)
        guard Self.isSigned(proof.signingKey, by: root) else { throw .init(.signature, "the signing key is not signed by root \(out.rootNumber)") }
        guard key.serial >= keySerial else { throw .init(.signature, "signing key \(key.serial) was replaced by \(keySerial)") }
        guard let from = WallInstant(rfc3339: key.validFrom), let until = WallInstant(rfc3339: key.validUntil) else {
            throw .init(.format, "signing key \(key.serial): its times are not RFC 3339")
        }
        if let now {
            guard now >= from else { throw .init(.signature, "signing key \(key.serial) is valid from \(key.validFrom) only") }
            guard now <= until else { throw .init(.signature, "signing key \(key.serial) was valid until \(key.validUntil)") }
        }
        out.keySerial = key.serial
        return (out, key.publicKey)
    }

    private func followRoots(_ documents: [SignedDocument]) throws(DefinitionsRefusal) -> DefinitionsTrust {
        guard documents.count <= Self.rootsMax else { throw .init(.signature, "\(documents.count) roots, the bound is \(Self.rootsMax)") }
        var out = self
        // a pin says a key and no number: the chain begins where that key is
        var isFound = pin == nil || root != nil
        for signed in documents {
            let document = try Self.read(RootDocument.self, signed, "root", type: RootDocument.type, format: RootDocument.currentFormatVersion)
            if !isFound {
                guard document.publicKey == pin else { continue }
                isFound = true
            } else if let believed = out.root {
                if document.number < out.rootNumber { continue }
                if document.number == out.rootNumber {
                    guard document.publicKey == believed else { throw .init(.signature, "root \(document.number) is not the trusted one") }
                    continue
                }
                guard document.number == out.rootNumber + 1, Self.isSigned(signed, by: believed) else {
                    throw .init(.signature, "root \(document.number) is not signed by root \(out.rootNumber)")
                }
            }
            guard Self.isSigned(signed, by: document.publicKey) else { throw .init(.signature, "root \(document.number) is not signed by itself") }
            (out.root, out.rootNumber) = (document.publicKey, document.number)
        }
        guard isFound else { throw .init(.signature, "the chain does not pass through the root of the configuration") }
        guard out.root != nil else { throw .init(.signature, "there is no root") }
        return out
    }

    private struct Head: Decodable {
        var type: String
        var formatVersion: Int
    }

    /// The document inside, when it is of the type and a format that this sensor reads.
    static func read<Document: Decodable>(
        _ type: Document.Type, _ signed: SignedDocument, _ what: String, type name: String, format: Int
    ) throws(DefinitionsRefusal) -> Document {
        guard signed.document.count <= documentBytesMax else { throw .init(.tooLarge, "\(what): \(signed.document.count) bytes, the bound is \(documentBytesMax)") }
        do {
            let decoder = JSONDecoder()
            // the head first: a later format may look different from here on
            let head = try decoder.decode(Head.self, from: signed.document)
            guard head.type == name else { throw DefinitionsRefusal(.signature, "\(what): the document is a '\(head.type)'") }
            guard (1...format).contains(head.formatVersion) else {
                throw DefinitionsRefusal(.format, "\(what) has format \(head.formatVersion), this sensor reads up to \(format)")
            }
            return try decoder.decode(Document.self, from: signed.document)
        } catch let refusal as DefinitionsRefusal {
            throw refusal
        } catch {
            throw .init(.format, "\(what): cannot be read: \(DefinitionsPolicy.place(of: error))")
        }
    }

    static func isSigned(_ signed: SignedDocument, by key: Data) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
        // a root has two; more is nothing that anybody signed
        return signed.signatures.prefix(4).contains { key.isValidSignature($0, for: signed.document) }
    }
}
