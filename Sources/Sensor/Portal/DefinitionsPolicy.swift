package import Contract
import Crypto
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

/// What the portal says of a definitions package before it is downloaded.
package struct DefinitionsOffer: Hashable, Sendable {
    package var version: String
    package var sha256: Data
    package var size: Int
    /// Ed25519 over the package bytes.
    package var signature: Data
    /// 32 bytes.
    package var publicKey: Data
    /// nil: does not expire.
    package var expires: WallInstant?

    package init(version: String, sha256: Data, size: Int, signature: Data, publicKey: Data, expires: WallInstant? = nil) {
        self.version = version
        self.sha256 = sha256
        self.size = size
        self.signature = signature
        self.publicKey = publicKey
        self.expires = expires
    }
}

/// A package that passed every check, with what the next start needs to check it again.
package struct VerifiedDefinitions: Sendable {
    package var package: DefinitionsPackage
    package var offer: DefinitionsOffer
    package var bytes: Data

    /// When it should have been replaced by a newer one. It stays in use: old rules see more than none; a health issue tells.
    package var expires: WallInstant? { package.expiresAt.flatMap(WallInstant.init(rfc3339:)) ?? offer.expires }
}

/// Which definitions may be used: signed by the trusted key, the pinned version or none older than the one in use, whole, readable.
package struct DefinitionsPolicy: Hashable, Sendable {
    /// Larger packages are refused before they are downloaded.
    package static let bytesMax = 64 << 20

    /// The only key that is believed: from the configuration, or the first one seen (then kept on disk).
    package var trustedKey: Data?
    /// `FIXED_DEFS_VERSION`: this version and no other, also when it is older than the one in use.
    package var pinned: DefinitionsVersion?
    /// In use now.
    package var current: DefinitionsVersion?

    package init(trustedKey: Data? = nil, pinned: DefinitionsVersion? = nil, current: DefinitionsVersion? = nil) {
        self.trustedKey = trustedKey
        self.pinned = pinned
        self.current = current
    }

    package enum Decision: Hashable, Sendable {
        case download
        case upToDate
        case refuse(DefinitionsRefusal)
    }

    /// Whether the offer is worth a download.
    package func judge(_ offer: DefinitionsOffer) -> Decision {
        guard let version = DefinitionsVersion(offer.version) else { return .refuse(.init(.format, "'\(offer.version)' is not major.minor.patch")) }
        if version == current { return .upToDate }
        if let pinned {
            guard version == pinned else { return .refuse(.init(.pinned, "offered \(version), pinned to \(pinned)")) }
        } else if let current, version < current {
            return .refuse(.init(.rollback, "offered \(version), older than \(current) in use"))
        }
        if let trustedKey, trustedKey != offer.publicKey { return .refuse(.init(.signature, "\(version) is signed with another key than the trusted one")) }
        guard offer.size > 0, offer.size <= Self.bytesMax else { return .refuse(.init(.format, "\(version) has \(offer.size) bytes, the bound is \(Self.bytesMax)")) }
        return .download
    }

    /// Checks the bytes against the offer and reads them.
    ///
    /// - Throws: why they must not be used; what is in use stays in use.
    package func verify(_ bytes: Data, against offer: DefinitionsOffer) throws(DefinitionsRefusal) -> VerifiedDefinitions {
        guard bytes.count == offer.size, Data(SHA256.hash(data: bytes)) == offer.sha256 else {
            throw .init(.damaged, "\(offer.version): the bytes do not match the announced digest")
        }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: trustedKey ?? offer.publicKey), key.isValidSignature(offer.signature, for: bytes) else {
            throw .init(.signature, "\(offer.version): the signature is not valid")
        }
        let package: DefinitionsPackage
        do { package = try JSONDecoder().decode(DefinitionsPackage.self, from: bytes) } catch {
            throw .init(.format, "\(offer.version): cannot be read: \(Self.place(of: error))")
        }
        guard package.formatVersion <= DefinitionsPackage.currentFormatVersion else {
            throw .init(.format, "\(offer.version) has format \(package.formatVersion), this sensor reads up to \(DefinitionsPackage.currentFormatVersion)")
        }
        // The version inside is what the signature covers; the announced one could be anybody's.
        guard package.version == offer.version else { throw .init(.format, "announced as \(offer.version), but says \(package.version)") }
        return VerifiedDefinitions(package: package, offer: offer, bytes: bytes)
    }

    private static func place(of error: any Error) -> String {
        let context: DecodingError.Context? = switch error as? DecodingError {
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
        default: nil
        }
        guard let context else { return "not JSON" }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}

/// Why definitions are not used.
package struct DefinitionsRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable, CaseIterable { case signature, rollback, pinned, damaged, format, unusable, unavailable }
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
