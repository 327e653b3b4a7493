/// What API types and their fields are for, in the words of the Kubernetes documentation.
///
/// The text has a line `T TYPE DESCRIPTION` for each type, then a line `FIELD DESCRIPTION` for each of its fields; a newline is `\n` there, a backslash `\\`.
struct Descriptions: Sendable {
    private var types: [Substring: Substring] = [:]
    private var fields: [Substring: [Substring: Substring]] = [:]

    static let builtIn = Descriptions(text: "\(descriptionText)")

    init(text: String) {
        var current: Substring = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: line.hasPrefix("T ") ? 2 : 1, omittingEmptySubsequences: false)
            if line.hasPrefix("T "), words.count == 3 {
                current = words[1]
                types[current] = words[2]
            } else if words.count == 2 {
                fields[current, default: [:]][words[0]] = words[1]
            }
        }
    }

    func of(_ type: String) -> String? { types[type[...]].flatMap(Self.plain) }
    func of(_ type: String, _ field: String) -> String? { fields[type[...]]?[field[...]].flatMap(Self.plain) }

    private static func plain(_ text: Substring) -> String? {
        guard !text.isEmpty else { return nil }
        guard text.contains("\\") else { return String(text) }
        var out = ""
        var isEscaped = false
        for character in text {
            if isEscaped { out.append(character == "n" ? "\n" : character) } else if character != "\\" { out.append(character) }
            isEscaped = character == "\\" && !isEscaped
        }
        return out
    }
}
