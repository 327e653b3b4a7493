package import Foundations

/// The five fields of a cron line, or a word such as `@daily`.
package struct CronSchedule: Sendable {
    private var fields: [Set<Int>] = []
    private var hasDay = false
    private var hasWeekday = false

    private static let words = ["@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"]
    private static let ranges = [0...59, 0...23, 1...31, 1...12, 0...6]
    private static let names: [[String]] = [
        [], [], [], ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    ]

    package init?(_ text: String) {
        guard Self.failure(text) == nil else { return nil }
        let line = Self.words[text] ?? text
        let parts = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { String($0).lowercased() }
        guard parts.count == 5 else { return nil }
        for (index, part) in parts.enumerated() {
            guard let values = Self.values(part, index) else { return nil }
            fields.append(values)
        }
        hasDay = parts[2] != "*" && parts[2] != "?"
        hasWeekday = parts[4] != "*" && parts[4] != "?"
    }

    /// Why the schedule cannot be read, in the words of the real parser; nil when it can.
    static func failure(_ text: String) -> String? {
        if text.hasPrefix("@") {
            if words[text] != nil { return nil }
            if text.hasPrefix("@every ") { return GoDuration.parse(String(text.dropFirst(7))) == nil ? "failed to parse duration \(text): time: invalid duration \"\(text.dropFirst(7))\"" : nil }
            return "unrecognized descriptor: \(text)"
        }
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard parts.count == 5 else { return "expected exactly 5 fields, found \(parts.count): [\(parts.joined(separator: " "))]" }
        for (index, part) in parts.enumerated() where values(part.lowercased(), index) == nil {
            if let number = Int(part) {
                let range = ranges[index]
                if number > range.upperBound { return "end of range (\(number)) above maximum (\(range.upperBound)): \(part)" }
                if number < range.lowerBound { return "beginning of range (\(number)) below minimum (\(range.lowerBound)): \(part)" }
            }
            return "failed to parse int from \(part): strconv.Atoi: parsing \"\(part)\": invalid syntax"
        }
        return nil
    }

    private static func values(_ text: String, _ index: Int) -> Set<Int>? {
        var found: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard sides.count <= 2, let first = sides.first, !first.isEmpty else { return nil }
            var step = 1
            if sides.count == 2 {
                guard let given = Int(sides[1]), given > 0 else { return nil }
                step = given
            }
            let range = ranges[index]
            var low = range.lowerBound
            var high = range.upperBound
            if first != "*", first != "?" {
                let ends = first.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
                func number(_ text: String) -> Int? { Int(text) ?? names[index].firstIndex(of: text) }
                guard ends.count <= 2, let start = number(ends[0]) else { return nil }
                low = start
                if ends.count == 2 {
                    guard let end = number(ends[1]) else { return nil }
                    high = end
                } else if sides.count == 1 {
                    high = start
                }
            }
            guard range.contains(low), range.contains(high), low <= high else { return nil }
            found.formUnion(stride(from: low, through: high, by: step))
        }
        return found
    }

    /// Whether the schedule names the minute of `time`, in UTC.
    package func includes(_ time: WallInstant) -> Bool {
        guard fields.count == 5 else { return false }
        let text = Array(Timestamp.text(time).utf8)
        func number(_ start: Int, _ count: Int) -> Int { Int(String(decoding: text[start..<start + count], as: UTF8.self)) ?? 0 }
        let days = Int((time.secondsSince1970 / 86_400).rounded(.down))
        let weekday = ((days + 4) % 7 + 7) % 7
        guard fields[0].contains(number(14, 2)), fields[1].contains(number(11, 2)), fields[3].contains(number(5, 2)) else { return false }
        let day = fields[2].contains(number(8, 2))
        // Both given: either is enough.
        return hasDay && hasWeekday ? day || fields[4].contains(weekday) : day && fields[4].contains(weekday)
    }
}
