/// What a definitions version holds, as signed and published: the bytes of this JSON are what the signature covers.
package struct DefinitionsPackage: Codable, Sendable, Hashable {
    package struct RuleFile: Codable, Sendable, Hashable {
        package var name: String
        /// The Falco-language YAML.
        package var content: String
        package init(name: String, content: String) {
            self.name = name
            self.content = content
        }
    }
    /// Raised when an older sensor could not read the package.
    package var formatVersion: Int
    /// `major.minor.patch`.
    package var version: String
    package var createdAt: String
    /// RFC 3339; nil means it does not expire.
    package var expiresAt: String?
    package var rules: [RuleFile]
    /// Indicators that sensors know without asking the reputation service.
    package var indicators: [IndicatorImport.Entry]?
    /// Settings that come with this version, by name (those of the `Settings` message, e.g. `heartbeat_seconds`).
    package var settings: [String: Int]?
    package static let currentFormatVersion = 1

    package init(
        formatVersion: Int = currentFormatVersion, version: String, createdAt: String, expiresAt: String? = nil, rules: [RuleFile],
        indicators: [IndicatorImport.Entry]? = nil, settings: [String: Int]? = nil
    ) {
        self.formatVersion = formatVersion
        self.version = version
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.rules = rules
        self.indicators = indicators
        self.settings = settings
    }
}
