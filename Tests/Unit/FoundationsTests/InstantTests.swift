import Foundations
import Testing

@Suite struct InstantTests {
    @Test func durationsBecomeNanosecondsAndSaturate() {
        #expect(Duration.seconds(3).nanoseconds == 3_000_000_000)
        #expect(Duration.nanoseconds(-7).nanoseconds == -7)
        #expect(Duration.hours(24).nanoseconds == 86_400_000_000_000)
        #expect(Duration.minutes(2) == .seconds(120))
        #expect(Duration.seconds(Int64.max / 2).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min / 2).nanoseconds == .min)
        #expect(abs(Duration.milliseconds(1500).inSeconds - 1.5) < 1e-9)
    }

    @Test func instantsAreMovedAndCompared() {
        let a = MonotonicInstant(nanoseconds: 100)
        #expect(a + .nanoseconds(5) - a == .nanoseconds(5))
        #expect(a < a + .nanoseconds(1))
        let now = Now(monotonic: a, wall: WallInstant(nanoseconds: 7)).advanced(by: .seconds(1))
        #expect(now.monotonic.nanoseconds == 1_000_000_100)
        #expect(now.wall.nanoseconds == 1_000_000_007)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000000Z"), (1_767_225_600_000_000_000, "2026-01-01T00:00:00.000000000Z"), (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"), (4_102_444_799_999_999_999, "2099-12-31T23:59:59.999999999Z"), (-62_135_596_800_000_000, "1968-01-12T20:06:43.200000000Z"),
    ] as [(Int64, String)])
    func wallTimeIsPrintedAsRFC3339AndReadBack(_ nanoseconds: Int64, _ text: String) {
        #expect(WallInstant(nanoseconds: nanoseconds).rfc3339 == text)
        #expect(WallInstant(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test func everyDayOfFourHundredYearsComesBack() {
        for day in stride(from: Int64(-40_000), to: 100_000, by: 1) {
            let instant = WallInstant(nanoseconds: day * 86_400_000_000_000 + 12_345_678_901_234)
            #expect(WallInstant(rfc3339: instant.rfc3339) == instant)
        }
    }

    /// One day after the other from the year -400 to 2800, as the lengths of the months say.
    @Test func daysFollowEachOtherThroughEras() {
        var date = CivilDate(year: -400, month: 1, day: 1)
        let first = date.daysSince1970
        for day in first..<first + 3200 * 366 where date.year < 2800 {
            guard CivilDate(daysSince1970: day) == date, date.daysSince1970 == day else {
                Issue.record("day \(day) is no \(date)")
                return
            }
            date.day += 1
            if date.day > CivilDate.days(inMonth: date.month, of: date.year) { (date.month, date.day) = (date.month + 1, 1) }
            if date.month > 12 { (date.year, date.month) = (date.year + 1, 1) }
        }
        #expect(date == CivilDate(year: 2800, month: 1, day: 1))
        #expect(CivilDate(year: 1970, month: 1, day: 1).daysSince1970 == 0)
    }

    @Test(arguments: [
        ("2026-03-01T10:20:30Z", 1_772_360_430_000_000_000), ("2026-03-01t10:20:30z", 1_772_360_430_000_000_000), ("2026-03-01T12:20:30+02:00", 1_772_360_430_000_000_000),
        ("2026-03-01T05:50:30-04:30", 1_772_360_430_000_000_000), ("2026-03-01T10:20:30.5Z", 1_772_360_430_500_000_000),
    ] as [(String, Int64)])
    func offsetsAndFractionsAreRead(_ text: String, _ nanoseconds: Int64) { #expect(WallInstant(rfc3339: text)?.nanoseconds == nanoseconds) }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T10:20:30", "2026-03-01 10:20:30Z", "2026-13-01T10:20:30Z", "2026-00-01T10:20:30Z", "2026-03-32T10:20:30Z", "2026-03-01T24:20:30Z", "2026-03-01T10:60:30Z",
        "2026-03-01T10:20:61Z", "2026-03-01T10:20:30.Z", "2026-03-01T10:20:30.1234567890Z", "2026-03-01T10:20:30+25:00", "2026-03-01T10:20:30+02:00x", "2026-03-01T10:20:30Zx", "2026-03-01T10:20:30+0200",
        "x026-03-01T10:20:30Z", "2026-03-01T1ä:20:30Z", "-026-03-01T10:20:30Z",
    ])
    func anythingElseIsNoTime(_ text: String) { #expect(WallInstant(rfc3339: text) == nil) }

    @Test func aTimeThatNanosecondsDoNotHoldIsNone() {
        #expect(WallInstant(rfc3339: "2262-04-11T23:47:16.854775807Z")?.nanoseconds == .max)
        #expect(WallInstant(rfc3339: "1677-09-21T00:12:44Z")?.nanoseconds == -9_223_372_036_000_000_000)
        for text in ["0001-01-01T00:00:00Z", "1677-09-21T00:12:43Z", "2262-04-11T23:47:16.854775808Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00+23:59"] {
            #expect(WallInstant(rfc3339: text) == nil)
        }
    }
}
