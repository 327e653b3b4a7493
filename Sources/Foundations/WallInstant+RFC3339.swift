extension WallInstant {
    /// The instant as RFC 3339 in UTC with nanoseconds, as Kubernetes and the portal print times: `2026-03-01T10:20:30.123456789Z`.
    package var rfc3339: String {
        let days = nanoseconds.flooredQuotient(by: 86_400_000_000_000)
        let ofDay = nanoseconds - days * 86_400_000_000_000
        let date = CivilDate(daysSince1970: days)
        let seconds = Int(ofDay / 1_000_000_000)
        func two(_ n: some BinaryInteger) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let fraction = String(ofDay % 1_000_000_000)
        let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
        let yyyy = String(repeating: "0", count: max(0, 4 - String(date.year).count)) + String(date.year)
        return "\(yyyy)-\(two(date.month))-\(two(date.day))T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(padded)Z"
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
        let days = CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970
        let (whole, isTooFar) = (days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyond) = whole.addingReportingOverflow(fraction)
        guard !isTooFar, !isBeyond else { return nil }
        self.init(nanoseconds: sum)
    }
}
