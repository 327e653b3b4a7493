package import Contract
import Crypto
package import Foundation
package import Foundations

/// A package of definitions as it is published: its bytes, and what proves them.
package struct SignedDefinitions: Sendable, Hashable {
    package var version: DefinitionsVersion
    package var formatVersion: Int
    package var package: Data
    package var sha256: Data
    package var signature: Data
    package var publicKey: Data
    package var published: WallInstant
    package var expires: WallInstant?
    package var ruleFiles: [String]
    package var indicators: Int

    /// Packs and signs.
    /// - Parameter otherKey: signs instead of `signer` when the publication asks for the defect `wrongKey`.
    /// - Throws: `Diagnostic` naming the field that is wrong; nothing is published then.
    package init(_ publication: DefinitionsPublication, signer: DefinitionsSigner, otherKey: DefinitionsSigner, at now: WallInstant) throws {
        guard let version = DefinitionsVersion(publication.version) else {
            throw JSONBody.wrong("version", "'\(publication.version)' is not of the form major.minor.patch")
        }
        var expires: WallInstant?
        if let text = publication.expiresAt {
            guard let instant = WallInstant(rfc3339: text) else { throw JSONBody.wrong("expiresAt", "is not an RFC 3339 time") }
            expires = instant
        }
        let names = publication.rules.map(\.name)
        for (index, name) in names.enumerated() where name.isEmpty || names[..<index].contains(name) {
            throw JSONBody.wrong("rules[\(index)].name", name.isEmpty ? "is empty" : "'\(name)' is there twice")
        }
        for key in (publication.settings ?? [:]).keys.sorted() where !Self.settingNames.contains(key) {
            throw JSONBody.wrong("settings.\(key)", "is not a setting; known are \(Self.settingNames.joined(separator: ", "))")
        }
        let content = DefinitionsPackage(
            formatVersion: publication.formatVersion ?? DefinitionsPackage.currentFormatVersion, version: version.description, createdAt: now.rfc3339,
            expiresAt: publication.expiresAt, rules: publication.rules, indicators: publication.indicators, settings: publication.settings)
        var bytes = try JSONBody.encode(content)
        sha256 = Data(SHA256.hash(data: bytes))
        signature = try (publication.defect == .wrongKey ? otherKey : signer).signature(over: bytes)
        // Spoiled after signing: what a broken disk or an attacker on the way would do.
        switch publication.defect {
        case .bitFlip: bytes[bytes.count / 2] ^= 0x01
        case .truncated: bytes.removeLast(bytes.count / 2)
        case .wrongKey, nil: break
        }
        package = bytes
        publicKey = signer.publicKey
        formatVersion = content.formatVersion
        published = now
        ruleFiles = names
        indicators = publication.indicators?.count ?? 0
        self.version = version
        self.expires = expires
    }

    package init(
        version: DefinitionsVersion, formatVersion: Int, package: Data, sha256: Data, signature: Data, publicKey: Data, published: WallInstant, expires: WallInstant?,
        ruleFiles: [String], indicators: Int
    ) {
        self.version = version
        self.formatVersion = formatVersion
        self.package = package
        self.sha256 = sha256
        self.signature = signature
        self.publicKey = publicKey
        self.published = published
        self.expires = expires
        self.ruleFiles = ruleFiles
        self.indicators = indicators
    }

    static let settingNames = ["heartbeat_seconds", "reputation_batch", "runtime_data_seconds", "upload_bytes_per_hour"]
}

/// `major.minor.patch`, ordered; each part at most 65,535.
package struct DefinitionsVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var major: UInt16
    package var minor: UInt16
    package var patch: UInt16

    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
            part.allSatisfy { $0.isASCII && $0.isNumber } && (part == "0" || part.first != "0") ? UInt16(part) : nil
        }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    /// One number with the same order.
    package var rank: Int64 { Int64(major) << 32 | Int64(minor) << 16 | Int64(patch) }
    package var description: String { "\(major).\(minor).\(patch)" }
    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}
