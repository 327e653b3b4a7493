/// What is wrong with input that somebody else wrote, and where: printed as `rules.yaml:12:7: unknown field 'proc.nmae'`.
package struct Diagnostic: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    package var file: String
    /// 1-based; nil when the whole file is meant.
    package var line: Int?
    package var column: Int?
    /// The rule, setting or object concerned, when it has a name.
    package var subject: String?
    package var message: String

    package init(file: String, line: Int? = nil, column: Int? = nil, subject: String? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.subject = subject
        self.message = message
    }

    package var description: String {
        let place = [file, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return "\(place): \(message)"
    }
}
