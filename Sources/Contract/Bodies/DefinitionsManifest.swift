/// What a release of definitions is made of. The bytes of this JSON are what the signing key signs; each part is held by its digest.
package struct DefinitionsManifest: Codable, Sendable, Hashable {
    package struct Part: Codable, Sendable, Hashable {
        package enum Kind: String, Codable, Sendable {
            /// A rule file (Falco language), UTF-8.
            case rules
            /// JSON: a list of `IndicatorImport.Entry` that sensors know without asking the reputation service.
            case indicators
            /// JSON: whole numbers by name, those of `DefinitionsSetting`.
            case settings
        }
        package var kind: Kind
        package var name: String
        /// Lower-case hexadecimal.
        package var sha256: String
        package var size: Int
        package init(kind: Kind, name: String, sha256: String, size: Int) {
            self.kind = kind
            self.name = name
            self.sha256 = sha256
            self.size = size
        }
    }
    /// Says that no other document was signed with this key and is taken for a manifest.
    package var type = DefinitionsManifest.type
    /// Raised when an older sensor could not read the release.
    package var formatVersion: Int
    /// `major.minor.patch`.
    package var version: String
    package var createdAt: String
    /// RFC 3339; nil means it does not expire.
    package var expiresAt: String?
    /// In the order in which their bytes are downloaded.
    package var parts: [Part]

    package static let type = "definitions-manifest"
    package static let currentFormatVersion = 1

    package init(formatVersion: Int = currentFormatVersion, version: String, createdAt: String, expiresAt: String? = nil, parts: [Part]) {
        self.formatVersion = formatVersion
        self.version = version
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.parts = parts
    }
}

/// A rule file of a release.
package struct DefinitionsRuleFile: Codable, Sendable, Hashable {
    package var name: String
    /// The Falco-language YAML.
    package var content: String
    package init(name: String, content: String) {
        self.name = name
        self.content = content
    }
}

/// Settings that a release may carry. What the portal says in a heartbeat's answer wins over them; zero keeps the built-in value.
package enum DefinitionsSetting: String, Sendable, CaseIterable {
    case heartbeatSeconds = "heartbeat_seconds"
    case reputationBatch = "reputation_batch"
    case runtimeDataSeconds = "runtime_data_seconds"
    case uploadBytesPerHour = "upload_bytes_per_hour"

    package var range: ClosedRange<Int> {
        switch self {
        case .heartbeatSeconds: 0...3600
        case .reputationBatch: 0...1000
        case .runtimeDataSeconds: 0...86_400
        case .uploadBytesPerHour: 0...Int(UInt32.max)
        }
    }
}
