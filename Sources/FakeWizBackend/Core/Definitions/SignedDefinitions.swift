package import Contract
import Crypto
package import Foundation
package import Foundations

/// A release of definitions as it is published: the bytes of its parts, and what proves them.
package struct SignedDefinitions: Sendable, Hashable {
    package var version: DefinitionsVersion
    package var formatVersion: Int
    /// One after another, in the order of the manifest.
    package var parts: Data
    /// Of the parts as they were signed.
    package var sha256: Data
    package var size: Int
    package var proof: DefinitionsProof
    package var published: WallInstant
    package var expires: WallInstant?
    package var ruleFiles: [String]
    package var indicators: Int
    /// What it was spoiled with on purpose.
    package var defect: DefinitionsPublication.Defect?

    /// Packs and signs.
    /// - Parameter seed: 32 random bytes, for the keys of the defects.
    /// - Throws: `Diagnostic` naming the field that is wrong; nothing is published then.
    package init(_ publication: DefinitionsPublication, authority: DefinitionsAuthority, seed: @autoclosure () -> Data, at now: WallInstant) throws {
        guard let version = DefinitionsVersion(publication.version) else {
            throw JSONBody.wrong("version", "'\(publication.version)' is not of the form major.minor.patch")
        }
        var expires: WallInstant?
        if let text = publication.expiresAt {
            guard let instant = WallInstant(rfc3339: text) else { throw JSONBody.wrong("expiresAt", "is not an RFC 3339 time") }
            expires = instant
        }
        var contents = try Self.contents(of: publication)
        let parts = contents.reduce(into: Data()) { $0 += $1.bytes }
        if publication.defect == .tooLarge { contents.append(.init(.rules, "huge.yaml", size: 1 << 40)) }
        let manifest = DefinitionsManifest(
            formatVersion: publication.formatVersion ?? DefinitionsManifest.currentFormatVersion, version: version.description, createdAt: now.rfc3339,
            expiresAt: publication.expiresAt, parts: contents.map(\.part))
        let bytes = try JSONBody.encode(manifest)
        switch publication.defect {
        case .wrongKey: proof = try authority.misprove(bytes, with: seed())
        case .wrongRoot: proof = try DefinitionsAuthority(rootSeed: seed(), signingSeed: seed(), at: now).prove(bytes)
        case .expiredKey:
            var late = authority
            try late.replaceSigningKey(seed(), from: now, for: .seconds(-3600))
            proof = try late.prove(bytes)
        case .bitFlip, .truncated, .tooLarge, nil: proof = try authority.prove(bytes)
        }
        self.parts = Self.spoiled(parts, publication.defect)
        sha256 = Data(SHA256.hash(data: parts))
        size = manifest.parts.reduce(0) { $0 + $1.size }
        formatVersion = manifest.formatVersion
        published = now
        ruleFiles = publication.rules.map(\.name)
        indicators = publication.indicators?.count ?? 0
        defect = publication.defect
        self.version = version
        self.expires = expires
    }

    package init(
        version: DefinitionsVersion, formatVersion: Int, parts: Data, sha256: Data, size: Int, proof: DefinitionsProof, published: WallInstant, expires: WallInstant?,
        ruleFiles: [String], indicators: Int, defect: DefinitionsPublication.Defect?
    ) {
        self.version = version
        self.formatVersion = formatVersion
        self.parts = parts
        self.sha256 = sha256
        self.size = size
        self.proof = proof
        self.published = published
        self.expires = expires
        self.ruleFiles = ruleFiles
        self.indicators = indicators
        self.defect = defect
    }

    private struct Content {
        var part: DefinitionsManifest.Part
        var bytes: Data

        init(_ kind: DefinitionsManifest.Part.Kind, _ name: String, _ bytes: Data) {
            self.bytes = bytes
            part = .init(kind: kind, name: name, sha256: SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(), size: bytes.count)
        }

        init(_ kind: DefinitionsManifest.Part.Kind, _ name: String, size: Int) {
            self.init(kind, name, Data())
            part.size = size
        }
    }

    private static func contents(of publication: DefinitionsPublication) throws -> [Content] {
        let names = publication.rules.map(\.name)
        for (index, name) in names.enumerated() where name.isEmpty || names[..<index].contains(name) {
            throw JSONBody.wrong("rules[\(index)].name", name.isEmpty ? "is empty" : "'\(name)' is there twice")
        }
        for (name, value) in (publication.settings ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let setting = DefinitionsSetting(rawValue: name) else {
                throw JSONBody.wrong("settings.\(name)", "is not a setting; known are \(DefinitionsSetting.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard setting.range.contains(value) else {
                throw JSONBody.wrong("settings.\(name)", "is \(value), not \(setting.range.lowerBound) to \(setting.range.upperBound)")
            }
        }
        var out = publication.rules.map { Content(.rules, $0.name, Data($0.content.utf8)) }
        if let indicators = publication.indicators { out.append(Content(.indicators, "indicators.json", try JSONBody.encode(indicators))) }
        if let settings = publication.settings { out.append(Content(.settings, "settings.json", try JSONBody.encode(settings))) }
        return out
    }

    // What a broken disk or an attacker on the way would do.
    private static func spoiled(_ parts: Data, _ defect: DefinitionsPublication.Defect?) -> Data {
        var out = parts
        switch defect {
        case .bitFlip: if !out.isEmpty { out[out.startIndex + out.count / 2] ^= 0x01 }
        case .truncated: out.removeLast(out.count - out.count / 2)
        case .wrongKey, .wrongRoot, .expiredKey, .tooLarge, nil: break
        }
        return out
    }
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
