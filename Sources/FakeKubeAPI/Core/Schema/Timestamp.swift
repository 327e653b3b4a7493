package import Foundations

/// Times as the API writes them: RFC 3339 in UTC, whole seconds, or six digits for the micro times of leases and events.
package enum Timestamp {
    package static func text(_ instant: WallInstant, micro: Bool = false) -> String {
        let seconds = Int64((Double(instant.nanoseconds) / 1e9).rounded(.down))
        let days = seconds.flooredQuotient(by: 86_400)
        let (date, rest) = (CivilDate(daysSince1970: days), seconds - days * 86_400)
        var text = "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))"
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
        let seconds = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        // The years from 1685 to 2255 are exact; others end at the edge.
        guard abs(seconds) < 9_000_000_000 else { return WallInstant(nanoseconds: seconds < 0 ? -9_000_000_000_000_000_000 : 9_000_000_000_000_000_000) }
        return WallInstant(nanoseconds: seconds * 1_000_000_000 + fraction)
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
