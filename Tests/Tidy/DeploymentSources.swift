import Foundation

/// What the sensor's sources say about its settings, read as text: the table itself is the sensor's own and not handed out.
struct SettingSources {
    struct Setting: Hashable {
        var file: String
        var environment: String?
        /// Name of the property of `Settings` that it sets; nil for those of the proxy.
        var property: String?
    }

    let settings: [Setting]
    /// Flag to file key.
    let flags: [String: String]
    /// Property to its default as written; nil for optionals without one.
    let defaults: [String: String?]

    init() throws {
        let keys = try Tree.text("Sources/Sensor/Settings/SettingKey.swift")
        let entry = /(?:SettingKey\(file: |path\(|number\(|flag\(|proxy\()"(?<file>[A-Za-z]+)", (?:environment: )?(?:"(?<environment>[A-Z_]+)"|nil)/
        settings = keys.matches(of: entry).map { match in
            let rest = keys[match.range.upperBound...]
            // the property stands in the closure: `$1.hostStore =` or `settings.hostStore =`
            let property = keys[match.range].hasPrefix("proxy") ? nil : rest.firstMatch(of: /(?:\$1|settings)\.(?<name>[A-Za-z]+) =/).map { String($0.name) }
            return Setting(file: String(match.file), environment: match.environment.map(String.init), property: property)
        }
        let daemon = try Tree.text("Sources/Sensor/Daemon/Commands/DaemonCommand.swift")
        flags = Dictionary(uniqueKeysWithValues: daemon.matches(of: #/\("(?<flag>--[a-z-]+)", "(?<key>[A-Za-z]+)", /#).map { (String($0.flag), String($0.key)) })
        let properties = try Tree.text("Sources/Sensor/Settings/Settings.swift")
        var defaults: [String: String?] = [:]
        let property = /package (?:var|static let) (?<name>[A-Za-z]+)(?:: [A-Za-z\[\]]+\??)?(?: = (?<value>[^\n]+))?\n/
        for match in properties.matches(of: property) where defaults[String(match.name)] == nil {
            defaults[String(match.name)] = .some(match.value.map(String.init))
        }
        self.defaults = defaults
    }

    /// The default of a setting as people write it: `8388608`, `/var/lib/wiz`; nil for none.
    func defaultText(of setting: Setting) -> String? {
        guard let property = setting.property, let written = defaults[property], let value = written else { return nil }
        if value.hasPrefix("Settings.") { return defaults[String(value.dropFirst(9))].flatMap { $0 }.map(Self.unquoted) }
        let shift = value.split(separator: " ")
        if shift.count == 3, shift[1] == "<<", let number = Int(shift[0]), let by = Int(shift[2]) { return String(number << by) }
        let text = Self.unquoted(value)
        return text.isEmpty || text == "[]" ? nil : text
    }

    private static func unquoted(_ text: String) -> String { text.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
}

/// Rows of the Markdown table whose header begins with the given cell, cells without blanks and back ticks around them.
func markdownRows(of text: String, headedBy header: String) -> [[String]] {
    var rows: [[String]] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        guard line.hasPrefix("|") else {
            isInside = false
            continue
        }
        let cells = line.dropFirst().dropLast(line.hasSuffix("|") ? 1 : 0).split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        if cells.first == header { isInside = true } else if isInside, !(cells.first ?? "").hasPrefix("---") { rows.append(cells) }
    }
    return rows
}

extension String {
    /// Without the back ticks of Markdown.
    var plain: String { trimmingCharacters(in: CharacterSet(charactersIn: "`")) }
}
