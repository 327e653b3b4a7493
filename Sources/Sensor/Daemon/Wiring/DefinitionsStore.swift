import Contract
import Foundation
import Foundations
import Portal

/// Definitions on disk: the ones in use and the last good ones before them, each with what its signature is checked by.
///
/// A file that does not check out any more is not used and is said so; the other one is tried.
struct DefinitionsStore: Sendable {
    let store: HostStore

    private struct Saved: Codable {
        var version: String
        var sha256: Data
        var signature: Data
        var publicKey: Data
        var expires: WallInstant?
        var package: Data
    }

    static let current = "definitions.json"
    static let previous = "definitions.previous.json"
    static let trustedKey = "definitions.key"

    struct Loaded {
        var definitions: VerifiedDefinitions?
        /// One line for each file that could not be used.
        var problems: [String] = []
    }

    /// The key that was seen first, then kept; nil before the first definitions.
    func key() -> Data? { store.read(Self.trustedKey).flatMap { $0.count == 32 ? $0 : nil } }

    /// The newest saved definitions that pass every check again.
    func load(pinned: DefinitionsVersion?) -> Loaded {
        var out = Loaded()
        let policy = DefinitionsPolicy(trustedKey: key(), pinned: pinned)
        for name in [Self.current, Self.previous] {
            guard let data = store.read(name) else { continue }
            do {
                let saved = try JSONDecoder().decode(Saved.self, from: data)
                let offer = DefinitionsOffer(
                    version: saved.version, sha256: saved.sha256, size: saved.package.count, signature: saved.signature, publicKey: saved.publicKey,
                    expires: saved.expires)
                if let pinned, DefinitionsVersion(saved.version) != pinned { continue }
                out.definitions = try policy.verify(saved.package, against: offer)
                return out
            } catch let refusal as DefinitionsRefusal {
                out.problems.append("\(store.path(name)): \(refusal)")
            } catch {
                out.problems.append("\(store.path(name)): cannot be read")
            }
        }
        return out
    }

    func save(_ definitions: VerifiedDefinitions) throws {
        let offer = definitions.offer
        let saved = Saved(
            version: offer.version, sha256: offer.sha256, signature: offer.signature, publicKey: offer.publicKey, expires: offer.expires, package: definitions.bytes)
        if key() == nil { try store.write(offer.publicKey, to: Self.trustedKey) }
        if let before = store.read(Self.current) { try store.write(before, to: Self.previous) }
        try store.write(JSONEncoder().encode(saved), to: Self.current)
    }
}
