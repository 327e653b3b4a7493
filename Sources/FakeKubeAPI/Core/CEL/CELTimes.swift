import Foundations

/// What timestamps and durations are asked for, and durations as texts.
enum CELTimes {
    static func call(_ function: String, _ time: CELTime, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        var offset: Int64 = 0
        if let zone = rest.first {
            guard rest.count == 1, case .string(let name) = zone else { throw .noOverload }
            guard let known = Self.offset(name) else { throw CELError("unknown time zone \(name)") }
            offset = known
        }
        let (date, ofDay) = time.fields(ahead: offset)
        switch function {
        case "getFullYear": return .int(date.year)
        case "getMonth": return .int(date.month - 1)
        case "getDate": return .int(date.day)
        case "getDayOfMonth": return .int(date.day - 1)
        case "getDayOfYear": return .int(date.daysSince1970 - CivilDate(year: date.year, month: 1, day: 1).daysSince1970)
        case "getDayOfWeek": return .int((date.daysSince1970 % 7 + 11) % 7)
        case "getHours": return .int(ofDay / 3600)
        case "getMinutes": return .int(ofDay / 60 % 60)
        case "getSeconds": return .int(ofDay % 60)
        case "getMilliseconds": return .int(time.nanoseconds / 1_000_000)
        default: return nil
        }
    }

    static func call(_ function: String, _ nanoseconds: Int64) -> CELValue? {
        switch function {
        case "getHours": .int(nanoseconds / 3_600_000_000_000)
        case "getMinutes": .int(nanoseconds / 60_000_000_000)
        case "getSeconds": .int(nanoseconds / 1_000_000_000)
        case "getMilliseconds": .int(nanoseconds / 1_000_000 % 1000)
        default: nil
        }
    }

    /// Seconds of `UTC`, `+02:00`, `-08:00`, `02:00`; nil for other names: the server carries no table of zones.
    static func offset(_ zone: String) -> Int64? {
        if zone == "UTC" || zone.isEmpty { return 0 }
        let isNegative = zone.hasPrefix("-")
        let parts = zone.drop { $0 == "+" || $0 == "-" }.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = UInt8(parts[0]), let minutes = UInt8(parts[1]), hours < 24, minutes < 60 else { return nil }
        return (isNegative ? -1 : 1) * (Int64(hours) * 3600 + Int64(minutes) * 60)
    }

    private static let units: [(String, Int128)] = [("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)]

    /// Nanoseconds of `1h2.5s`, as Go reads durations.
    static func duration(_ text: String) -> Int64? {
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { return nil }
        var total: Int128 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
            rest = rest.dropFirst(digits.count)
            let word = String(rest.prefix { !$0.isNumber && $0 != "." })
            guard !digits.isEmpty, digits != ".", parts.count <= 2, digits.count <= 20, let unit = units.first(where: { $0.0 == word })?.1, let whole = Int128(parts[0].isEmpty ? "0" : String(parts[0])) else { return nil }
            rest = rest.dropFirst(word.count)
            total += whole * unit
            if parts.count == 2 {
                var scale = unit
                for digit in parts[1] {
                    total += Int128(digit.wholeNumberValue ?? 0) * scale / 10
                    scale /= 10
                }
            }
            guard total <= Int128(Int64.max) else { return nil }
        }
        return Int64(isNegative ? -total : total)
    }

    /// Seconds, as the reference implementation writes durations: `90s`, `0.5s`.
    static func text(_ nanoseconds: Int64) -> String {
        let whole = nanoseconds / 1_000_000_000
        let rest = (nanoseconds % 1_000_000_000).magnitude
        guard rest > 0 else { return "\(whole)s" }
        var digits = String(rest)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(nanoseconds < 0 && whole == 0 ? "-" : "")\(whole).\(digits)s"
    }
}
