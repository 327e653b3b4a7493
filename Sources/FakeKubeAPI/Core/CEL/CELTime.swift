import Foundations

/// A moment between the years 1 and 9999, to the nanosecond.
struct CELTime: Hashable, Comparable, Sendable {
    /// Since 1970.
    var seconds: Int64
    var nanoseconds: Int64

    static let least: Int64 = -62_135_596_800
    static let greatest: Int64 = 253_402_300_799

    init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    var isInRange: Bool { seconds >= Self.least && seconds <= Self.greatest }

    static func < (a: Self, b: Self) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }

    /// RFC 3339.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count, bytes[start..<start + count].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(String(decoding: bytes[start..<start + count], as: UTF8.self))
        }
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
            (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if bytes[at] == 0x2E {
            let digits = bytes[(at + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            fraction = Int64((String(decoding: digits.prefix(9), as: UTF8.self) + "000000000").prefix(9)) ?? 0
            at += 1 + digits.count
        }
        guard at < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[at] | 0x20 == 0x7A {
            guard at + 1 == bytes.count else { return nil }
        } else {
            guard let zone = CELTimes.offset(String(decoding: bytes[at...], as: UTF8.self)), bytes[at] == 0x2B || bytes[at] == 0x2D else { return nil }
            offset = zone
        }
        seconds = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        nanoseconds = fraction
        guard isInRange else { return nil }
    }

    func advanced(by duration: Int64) throws(CELError) -> CELTime {
        let total = nanoseconds + duration % 1_000_000_000
        let carry: Int64 = total < 0 ? -1 : total >= 1_000_000_000 ? 1 : 0
        let moved = CELTime(seconds: seconds + duration / 1_000_000_000 + carry, nanoseconds: total - carry * 1_000_000_000)
        guard moved.isInRange else { throw .timestampOverflow }
        return moved
    }

    /// Nanoseconds.
    func since(_ other: CELTime) throws(CELError) -> Int64 {
        let (product, overflows) = (seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowsAgain) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
        if overflows || overflowsAgain { throw .timestampOverflow }
        return sum
    }

    /// As it is at a place whose clocks are ahead by so many seconds.
    func fields(ahead offset: Int64) -> (date: CivilDate, ofDay: Int64) {
        let local = seconds + offset
        let days = local.flooredQuotient(by: 86_400)
        return (CivilDate(daysSince1970: days), local - days * 86_400)
    }

    var text: String {
        let (date, ofDay) = fields(ahead: 0)
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var fraction = ""
        if nanoseconds != 0 {
            fraction = "." + pad(nanoseconds, 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
        }
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(pad(ofDay / 3600, 2)):\(pad(ofDay / 60 % 60, 2)):\(pad(ofDay % 60, 2))\(fraction)Z"
    }
}
