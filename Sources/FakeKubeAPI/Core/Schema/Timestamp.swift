package import Foundations

/// Times as the API writes them: RFC 3339 in UTC, whole seconds, or six digits for the micro times of leases and events.
package enum Timestamp {
    package static func text(_ instant: WallInstant, micro: Bool = false) -> String {
        let seconds = Int64((Double(instant.nanoseconds) / 1e9).rounded(.down))
        let (year, month, day) = civil(fromDays: floorDivide(seconds, 86_400))
        let rest = seconds - floorDivide(seconds, 86_400) * 86_400
        var text = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
        if micro { text += "." + pad((instant.nanoseconds - seconds * 1_000_000_000) / 1000, 6) }
        return text + "Z"
    }

    /// The text in the API's form, or nil when it is no time.
    static func canonical(_ text: String, micro: Bool) -> String? {
        guard let instant = parse(text) else { return nil }
        // Beyond the years that 64 bits of nanoseconds hold, a time stays as it was written.
        guard abs(instant.nanoseconds) < 9_000_000_000_000_000_000 else { return text }
        return self.text(instant, micro: micro)
    }

    /// In the words of Go's `time.Parse`.
    static func failure(_ text: String, layout: String) -> String {
        let head = text.prefix(4)
        if head.count < 4 || !head.allSatisfy(\.isNumber) {
            return "parsing time \(JSON.string(text).text) as \"\(layout)\": cannot parse \(JSON.string(text).text) as \"2006\""
        }
        let rest = String(text.dropFirst(4))
        let expected = rest.hasPrefix("-") ? "01" : "-"
        let shown = rest.hasPrefix("-") ? String(rest.dropFirst()) : rest
        return "parsing time \(JSON.string(text).text) as \"\(layout)\": cannot parse \(JSON.string(shown).text) as \"\(expected)\""
    }

    package static func parse(_ text: String) -> WallInstant? {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[start..<start + count] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2), let minute = number(14, 2),
            let second = number(17, 2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if bytes[at] == UInt8(ascii: ".") {
            at += 1
            var scale: Int64 = 100_000_000
            let start = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
                fraction += Int64(bytes[at] - 0x30) * scale
                scale /= 10
                at += 1
            }
            if at == start { return nil }
        }
        guard at < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[at] | 0x20 == UInt8(ascii: "z") {
            guard at + 1 == bytes.count else { return nil }
        } else {
            guard bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-"), at + 6 == bytes.count, bytes[at + 3] == UInt8(ascii: ":"),
                let hours = number(at + 1, 2), let minutes = number(at + 4, 2)
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (bytes[at] == UInt8(ascii: "+") ? 1 : -1)
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        // The years from 1685 to 2255 are exact; others end at the edge.
        guard abs(seconds) < 9_000_000_000 else { return WallInstant(nanoseconds: seconds < 0 ? -9_000_000_000_000_000_000 : 9_000_000_000_000_000_000) }
        return WallInstant(nanoseconds: seconds * 1_000_000_000 + fraction)
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

    // Days from the civil calendar and back, counted in eras of 400 years that begin in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }
}
