internal import Events
package import Foundations

/// A rule as `rules list` shows it.
package struct RuleDescription: Sendable, Codable {
    package var name: String
    package var id: String
    package var description: String
    package var severity: Severity
    package var isEnabled: Bool
    package var tags: [String]
    package var tactics: [String]
    package var techniques: [String]
    package var file: String
    package var line: Int
    package var needs: Needs

    private enum CodingKeys: String, CodingKey {
        case name, id, description, severity
        case isEnabled = "enabled"
        case tags, tactics, techniques, file, line, needs
    }

    /// What the rule asks of the kernel.
    package struct Needs: Sendable, Codable {
        /// Names of event kinds, sorted.
        package var kinds: [String]
        /// Names of files of which reads are reported.
        package var readFiles: [String]
        /// Names of directories below which reads are reported.
        package var readDirectories: [String]
        /// The rule wants reads of files that no name describes: it sees only those that others ask for.
        package var everyRead: Bool

        init(kinds: Set<EventKind>, reads: ReadNeeds) {
            self.kinds = kinds.map(\.name).sorted()
            readFiles = reads.files.sorted()
            readDirectories = reads.directories.sorted()
            everyRead = reads.isEverything
        }
    }
}
