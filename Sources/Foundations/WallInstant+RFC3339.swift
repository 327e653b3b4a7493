extension WallInstant {
    /// The instant as RFC 3339 in UTC with nanoseconds, as Kubernetes and the portal print times: `2026-03-01T10:20:30.123456789Z`.
    package var rfc3339: String {
        let days = Int(nanoseconds.flooredQuotient(by: 86_400_000_000_000))
        let ofDay = nanoseconds - Int64(days) * 86_400_000_000_000
        let (year, month, day) = Self.civil(fromDays: days)
        let seconds = Int(ofDay / 1_000_000_000)
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let fraction = String(ofDay % 1_000_000_000)
        let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
        let yyyy = String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
        return "\(yyyy)-\(two(month))-\(two(day))T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(padded)Z"
    }

    /// Reads RFC 3339 with `Z` or a numeric offset and up to nine digits of fraction; nil for anything else, and for a time that 64 bits of nanoseconds
    /// do not hold: those are the years 1678 to 2261 and parts of their neighbours. Docker's `0001-01-01T00:00:00Z`, which stands for never, is none.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var n = 0
            for b in bytes[range] {
                guard b >= 48, b <= 57 else { return nil }
                n = n * 10 + Int(b - 48)
            }
            return n
        }
        guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84 || bytes[10] == 116, bytes[13] == 58, bytes[16] == 58,
            let year = number(0..<4), let month = number(5..<7), (1...12).contains(month), let day = number(8..<10), (1...31).contains(day),
            let hour = number(11..<13), hour < 24, let minute = number(14..<16), minute < 60, let second = number(17..<19), second <= 60
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if bytes[at] == 46 {
            let start = at + 1
            at = start
            while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 { at += 1 }
            guard at > start, at - start <= 9, let digits = number(start..<at) else { return nil }
            fraction = Int64(digits)
            for _ in (at - start)..<9 { fraction *= 10 }
        }
        var offset = 0
        switch at < bytes.count ? bytes[at] : 0 {
        case 90, 122:
            guard at + 1 == bytes.count else { return nil }
        case 43, 45:
            guard at + 6 == bytes.count, bytes[at + 3] == 58, let h = number(at + 1..<at + 3), let m = number(at + 4..<at + 6), h < 24, m < 60 else { return nil }
            offset = (bytes[at] == 45 ? -1 : 1) * (h * 3600 + m * 60)
        default: return nil
        }
        let seconds = Self.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        let (whole, isTooFar) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyond) = whole.addingReportingOverflow(fraction)
        guard !isTooFar, !isBeyond else { return nil }
        self.init(nanoseconds: sum)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that times before 1970 fall on the right day.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
