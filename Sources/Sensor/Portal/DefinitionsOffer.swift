package import Contract
package import Foundation
package import Foundations

/// `major.minor.patch`, ordered by number.
package struct DefinitionsVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let parts: [UInt32]

    /// nil for anything but three numbers with dots between.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt32($0) }
        guard parts.count == 3, parts.allSatisfy({ $0 != nil }) else { return nil }
        self.parts = parts.compactMap { $0 }
    }

    package var description: String { parts.map(String.init).joined(separator: ".") }
    package static func < (a: Self, b: Self) -> Bool { a.parts.lexicographicallyPrecedes(b.parts) }
}

/// What the portal says of a release before its parts are downloaded. Only what the proof covers counts.
package struct DefinitionsOffer: Hashable, Sendable {
    package var version: String
    /// Of all parts together.
    package var size: Int
    package var proof: DefinitionsProof

    package init(version: String, size: Int, proof: DefinitionsProof) {
        self.version = version
        self.size = size
        self.proof = proof
    }
}

/// A release that passed every check, with what the next start needs to check it again.
package struct VerifiedDefinitions: Sendable {
    package var version: DefinitionsVersion
    package var manifest: DefinitionsManifest
    package var rules: [DefinitionsRuleFile]
    package var indicators: [IndicatorImport.Entry]
    package var settings: [DefinitionsSetting: Int]
    package var offer: DefinitionsOffer
    /// The parts, one after another.
    package var bytes: Data
    /// How far the chain of keys was followed: where the next check begins.
    package var trust: DefinitionsTrust
    /// When it should have been replaced by a newer one; nil: never.
    package var expires: WallInstant?
}

/// Why definitions are not used.
package struct DefinitionsRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable, CaseIterable {
        /// The chain from the trusted root to the manifest is broken somewhere, or a key's time is over.
        case signature
        case rollback, pinned
        /// The bytes are not those of the manifest.
        case damaged
        case format
        case tooLarge = "too-large"
        case expired
        /// The daemon can make nothing of it.
        case unusable
        /// The pinned version is not published.
        case unavailable
    }
    package var reason: Reason
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// Of the health issue that it opens.
    package var code: String { "definitions.\(reason.rawValue)" }
    package var description: String { message }
}
