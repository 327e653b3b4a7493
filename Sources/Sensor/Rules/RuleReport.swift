package import Foundations

/// What became of rule files: the answer of `rules check`.
package struct RuleReport: Sendable, Codable {
    /// Rules that could be read, those that are not enabled included.
    package var rules = 0
    package var macros = 0
    package var lists = 0
    /// Rules in use.
    package var enabled = 0
    package var rejected: [Rejected] = []
    package var unsupported: [Unsupported] = []
    /// What is odd and costs nothing: unknown keys, conditions without an event type.
    package var warnings: [Diagnostic] = []

    package struct Rejected: Sendable, Codable, Hashable {
        /// The rule, `macro NAME` or `list NAME`; empty when it has no name.
        package var rule: String
        package var file: String
        package var line: Int
        package var column: Int
        package var message: String
    }

    /// A rule that asks for something that this build or this kernel cannot know: the part that asks for it never holds.
    package struct Unsupported: Sendable, Codable, Hashable {
        package var rule: String
        /// A field, `evt.type=NAME` or `source=NAME`.
        package var what: String
        /// Where the rule begins.
        package var file: String
        package var line: Int
    }

    package init() {}

    mutating func reject(_ problem: Diagnostic) {
        let rejected = Rejected(
            rule: problem.subject ?? "", file: problem.file, line: problem.line ?? 1, column: problem.column ?? 1, message: problem.message)
        if !self.rejected.contains(rejected) { self.rejected.append(rejected) }
    }

    mutating func sort() {
        rejected.sort { ($0.file, $0.line, $0.column, $0.message) < ($1.file, $1.line, $1.column, $1.message) }
        warnings.sort { ($0.file, $0.line ?? 0, $0.column ?? 0) < ($1.file, $1.line ?? 0, $1.column ?? 0) }
    }
}

extension RuleReport.Rejected: CustomStringConvertible {
    package var description: String { "\(file):\(line):\(column): \(rule.isEmpty ? "" : "\(rule): ")\(message)" }

    /// The message, the line and a caret below the place, as compilers print it.
    /// - Parameter text: of the file.
    package func excerpt(from text: String) -> String { description + RuleReport.excerpt(line: line, column: column, of: text) }
}

extension RuleReport.Unsupported: CustomStringConvertible {
    package var description: String { "\(file):\(line): \(rule): \(what)" }
}

extension RuleReport {
    /// A warning as `Rejected.excerpt` prints what is wrong.
    package static func excerpt(of warning: Diagnostic, from text: String) -> String {
        let place = [warning.file, warning.line.map(String.init), warning.column.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return "\(place): warning: \(warning.subject.map { "\($0): " } ?? "")\(warning.message)" + excerpt(line: warning.line ?? 0, column: warning.column ?? 1, of: text)
    }

    fileprivate static func excerpt(line: Int, column: Int, of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard line >= 1, line <= lines.count else { return "" }
        // tabs stay tabs, so that the caret stands below what it means
        let indent = lines[line - 1].unicodeScalars.prefix(max(0, column - 1)).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\n    " + lines[line - 1] + "\n    " + indent + "^"
    }
}
