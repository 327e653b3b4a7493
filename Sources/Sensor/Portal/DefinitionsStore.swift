import Contract
package import Foundation
import Foundations

/// Files by name in one folder. A write is whole or did not happen, also when the machine stops in the middle of it.
package protocol DefinitionsFiles: Sendable {
    func read(_ name: String) -> Data?
    func write(_ data: Data, to name: String) throws
}

/// Definitions on disk: the ones in use and the last good ones before them, each with its proof, and how far the chain of keys was followed.
///
/// Files that do not check out any more are not used and are said so; the other release is tried. Whichever of the writes is the last that
/// happens, a start finds a release that was in use.
package struct DefinitionsStore: Sendable {
    private let files: any DefinitionsFiles
    private let pin: Data?

    /// - Parameter pin: the root of the configuration.
    package init(files: any DefinitionsFiles, pin: Data?) {
        self.files = files
        self.pin = pin
    }

    private struct Saved: Codable {
        var version: String
        var proof: DefinitionsProof
        var parts: Data
    }

    package static let current = "definitions.json"
    package static let previous = "definitions.previous.json"
    package static let trust = "definitions.trust.json"

    package struct Loaded: Sendable {
        package var definitions: VerifiedDefinitions?
        /// One line for each file that could not be used.
        package var problems: [String] = []
    }

    /// What is believed before the next definitions come.
    package func trust() -> DefinitionsTrust {
        let kept = files.read(Self.trust).flatMap { try? JSONDecoder().decode(DefinitionsTrust.self, from: $0) }
        return .resumed(kept, pin: pin)
    }

    /// The newest saved definitions that pass every check again.
    package func load(pinned: DefinitionsVersion?) -> Loaded {
        var out = Loaded()
        for name in [Self.current, Self.previous] {
            guard let data = files.read(name) else { continue }
            do {
                let saved = try JSONDecoder().decode(Saved.self, from: data)
                if let pinned, DefinitionsVersion(saved.version) != pinned { continue }
                let offer = DefinitionsOffer(version: saved.version, size: saved.parts.count, proof: saved.proof)
                // proven by the keys of its time: a root or key that came since must not unprove the last good release
                out.definitions = try DefinitionsPolicy(trust: DefinitionsTrust(pin: pin)).verify(saved.parts, against: offer, at: nil)
                return out
            } catch let refusal as DefinitionsRefusal {
                out.problems.append("\(name): \(refusal)")
            } catch {
                out.problems.append("\(name): cannot be read")
            }
        }
        return out
    }

    package func save(_ definitions: VerifiedDefinitions) throws {
        let saved = Saved(version: definitions.offer.version, proof: definitions.offer.proof, parts: definitions.bytes)
        // the release before the trust: a stop in between leaves one that is proven by the older trust too
        if let before = files.read(Self.current) { try files.write(before, to: Self.previous) }
        try files.write(JSONEncoder().encode(saved), to: Self.current)
        try files.write(JSONEncoder().encode(definitions.trust), to: Self.trust)
    }
}
