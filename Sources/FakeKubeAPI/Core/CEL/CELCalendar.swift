/// Days and dates of the Gregorian calendar, counted in eras of 400 years that begin in March.
enum CELCalendar {
    static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }

    static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let ofEra = shifted - era * 400
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1 - 719_468
    }

    static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let part = (5 * ofYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * part + 2) / 5 + 1)
    }

    /// Seconds of `UTC`, `+02:00`, `-08:00`, `02:00`; nil for other names: the server carries no table of zones.
    static func offset(_ zone: String) -> Int64? {
        if zone == "UTC" || zone.isEmpty { return 0 }
        let isNegative = zone.hasPrefix("-")
        let parts = zone.drop { $0 == "+" || $0 == "-" }.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = UInt8(parts[0]), let minutes = UInt8(parts[1]), hours < 24, minutes < 60 else { return nil }
        return (isNegative ? -1 : 1) * (Int64(hours) * 3600 + Int64(minutes) * 60)
    }
}
