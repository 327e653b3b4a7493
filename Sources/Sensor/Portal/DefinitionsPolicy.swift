package import Contract
import Crypto
package import Foundation
package import Foundations

/// Which definitions may be used: proven from the trusted root, the pinned version or none older than the one in use, whole, readable,
/// not expired.
package struct DefinitionsPolicy: Hashable, Sendable {
    /// Larger releases are refused before they are downloaded.
    package static let bytesMax = 64 << 20
    package static let partsMax = 4096

    /// What the conversation has to know of the release in use.
    package struct InUse: Hashable, Sendable {
        package var version: DefinitionsVersion
        package var expires: WallInstant?
        package var settings: [DefinitionsSetting: Int]

        package init(_ definitions: VerifiedDefinitions) { self.init(version: definitions.version, expires: definitions.expires, settings: definitions.settings) }

        package init(version: DefinitionsVersion, expires: WallInstant? = nil, settings: [DefinitionsSetting: Int] = [:]) {
            self.version = version
            self.expires = expires
            self.settings = settings
        }
    }

    package var trust: DefinitionsTrust
    /// `FIXED_DEFS_VERSION`: this version and no other, also when it is older than the one in use or expired.
    package var pinned: DefinitionsVersion?
    package var inUse: InUse?

    package var current: DefinitionsVersion? { inUse?.version }

    package init(trust: DefinitionsTrust = DefinitionsTrust(), pinned: DefinitionsVersion? = nil, inUse: InUse? = nil) {
        self.trust = trust
        self.pinned = pinned
        self.inUse = inUse
    }

    package enum Decision: Hashable, Sendable {
        case download
        case upToDate
        case refuse(DefinitionsRefusal)
    }

    /// Whether the offer is worth a download: everything but the parts themselves is checked.
    package func judge(_ offer: DefinitionsOffer, at now: WallInstant) -> Decision {
        if let version = DefinitionsVersion(offer.version), version == current { return .upToDate }
        do throws(DefinitionsRefusal) {
            let examined = try examine(offer, at: now)
            try admit(examined, at: now)
            return .download
        } catch { return .refuse(error) }
    }

    /// Checks the parts against the offer and reads them.
    ///
    /// - Parameter now: nil for a release that was taken before and comes from the disk: what ended since then ends nothing.
    /// - Throws: why they must not be used; what is in use stays in use.
    package func verify(_ bytes: Data, against offer: DefinitionsOffer, at now: WallInstant?) throws(DefinitionsRefusal) -> VerifiedDefinitions {
        let examined = try examine(offer, at: now)
        if let now { try admit(examined, at: now) }
        let version = examined.version
        guard bytes.count == offer.size else { throw .init(.damaged, "\(version): \(bytes.count) bytes came, \(offer.size) were announced") }
        var out = VerifiedDefinitions(
            version: version, manifest: examined.manifest, rules: [], indicators: [], settings: [:], offer: offer, bytes: bytes, trust: examined.trust, expires: examined.expires)
        var rest = bytes[...]
        for part in examined.manifest.parts {
            let content = rest.prefix(part.size)
            rest = rest.dropFirst(part.size)
            guard SHA256.hash(data: content).map({ Self.hex($0) }).joined() == part.sha256 else {
                throw .init(.damaged, "\(version): \(part.kind.rawValue) '\(part.name)' does not match its digest")
            }
            try Self.read(Data(content), part, version, into: &out)
        }
        return out
    }

    private struct Examined {
        var version: DefinitionsVersion
        var manifest: DefinitionsManifest
        var trust: DefinitionsTrust
        var expires: WallInstant?
    }

    // What the signatures say by themselves.
    private func examine(_ offer: DefinitionsOffer, at now: WallInstant?) throws(DefinitionsRefusal) -> Examined {
        guard let version = DefinitionsVersion(offer.version) else { throw .init(.format, "'\(offer.version)' is not major.minor.patch") }
        let (trust, key) = try trust.follow(offer.proof, at: now)
        guard DefinitionsTrust.isSigned(offer.proof.manifest, by: key) else { throw .init(.signature, "\(version): the manifest is not signed by the signing key") }
        let manifest = try DefinitionsTrust.read(
            DefinitionsManifest.self, offer.proof.manifest, "\(version)", type: DefinitionsManifest.type, format: DefinitionsManifest.currentFormatVersion)
        // The version inside is what the signature covers; the announced one could be anybody's.
        guard manifest.version == offer.version else { throw .init(.format, "announced as \(offer.version), but says \(manifest.version)") }
        var expires: WallInstant?
        if let text = manifest.expiresAt {
            guard let instant = WallInstant(rfc3339: text) else { throw .init(.format, "\(version): expiresAt is not RFC 3339") }
            expires = instant
        }
        guard manifest.parts.count <= Self.partsMax else { throw .init(.tooLarge, "\(version): \(manifest.parts.count) parts, the bound is \(Self.partsMax)") }
        var size = 0
        for part in manifest.parts {
            guard part.size >= 0, part.size <= Self.bytesMax - size else {
                throw .init(.tooLarge, "\(version): '\(part.name)' has \(part.size) bytes, all parts together may have \(Self.bytesMax)")
            }
            size += part.size
        }
        guard size == offer.size else { throw .init(.format, "\(version): announced with \(offer.size) bytes, its parts have \(size)") }
        return Examined(version: version, manifest: manifest, trust: trust, expires: expires)
    }

    // Whether this sensor wants it, now.
    private func admit(_ examined: Examined, at now: WallInstant) throws(DefinitionsRefusal) {
        let version = examined.version
        if let pinned {
            guard version == pinned else { throw .init(.pinned, "offered \(version), pinned to \(pinned)") }
            return
        }
        if let current, version < current { throw .init(.rollback, "offered \(version), older than \(current) in use") }
        if let expires = examined.expires, expires < now { throw .init(.expired, "\(version) expired at \(expires.rfc3339)") }
    }

    private static func read(_ content: Data, _ part: DefinitionsManifest.Part, _ version: DefinitionsVersion, into out: inout VerifiedDefinitions) throws(DefinitionsRefusal) {
        func decode<Value: Decodable>(_ type: Value.Type) throws(DefinitionsRefusal) -> Value {
            do { return try JSONDecoder().decode(type, from: content) } catch {
                throw .init(.format, "\(version): \(part.kind.rawValue) '\(part.name)' cannot be read: \(place(of: error))")
            }
        }
        switch part.kind {
        case .rules:
            guard let text = String(validating: content, as: UTF8.self) else { throw .init(.format, "\(version): rules '\(part.name)' are not UTF-8") }
            out.rules.append(DefinitionsRuleFile(name: part.name, content: text))
        case .indicators: out.indicators += try decode([IndicatorImport.Entry].self)
        case .settings:
            for (name, value) in try decode([String: Int].self).sorted(by: { $0.key < $1.key }) {
                // a later release may carry settings that this sensor does not have
                guard let setting = DefinitionsSetting(rawValue: name) else { continue }
                guard setting.range.contains(value) else {
                    throw .init(.format, "\(version): settings '\(part.name)': \(name) is \(value), not \(setting.range.lowerBound) to \(setting.range.upperBound)")
                }
                out.settings[setting] = value
            }
        }
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    static func place(of error: any Error) -> String {
        let context: DecodingError.Context? = switch error as? DecodingError {
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
        default: nil
        }
        guard let context else { return "not JSON" }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
