import Foundations
import Portal
import Testing

@Suite struct BackoffTests {
    /// Attempts that fail one after another from zero on, in seconds.
    private func attempts(_ count: Int, seed: UInt64, slowly: Bool = false, retryAfter: Duration? = nil) -> [Double] {
        var backoff = Backoff(Timetable())
        var random = SeededGenerator(seed: seed)
        var at = instant(0)
        return (0..<count).map { _ in
            let seconds = Double(at.nanoseconds) / 1e9
            at = backoff.failed(at: at, slowly: slowly, retryAfter: retryAfter, using: &random)
            return seconds
        }
    }

    @Test(arguments: UInt64(0)..<50) func severalAttemptsInTheFirstMinuteThenOneAnHour(_ seed: UInt64) {
        let attempts = attempts(30, seed: seed)
        let quick = attempts.filter { $0 < 60 }
        #expect(quick.count >= 5 && quick.count <= 20)
        // the last quick wait may end after the minute, never later than its own length
        let slow = attempts.filter { $0 >= 60 }
        #expect(slow[0] < 60 + 15)
        #expect(slow[1] - slow[0] <= 3600)
        for (earlier, later) in zip(slow.dropFirst(), slow.dropFirst(2)) { #expect(later - earlier >= 3600 && later - earlier <= 3960) }
    }

    @Test(arguments: UInt64(0)..<20) func quickWaitsGrowFromASecondToFifteenAndAreShortenedByHalfAtMost(_ seed: UInt64) {
        let attempts = attempts(12, seed: seed).filter { $0 < 60 }
        for (n, (earlier, later)) in zip(attempts, attempts.dropFirst()).enumerated() {
            let full = min(15, Double(1 << n))
            #expect(later - earlier >= full / 2 - 1e-6 && later - earlier <= full + 1e-6)
        }
    }

    @Test func aFleetDoesNotReturnAtOnce() {
        // a thousand sensors that lost the portal at the same instant, by the minute of their first slow attempt
        var minutes: [Int: Int] = [:]
        for seed in UInt64(0)..<1000 {
            let slow = attempts(30, seed: seed).filter { $0 >= 60 }
            minutes[Int((slow[1] - 60) / 60), default: 0] += 1
        }
        #expect(minutes.values.max() ?? 0 < 45)
        #expect(minutes.count >= 58)
    }

    @Test(arguments: UInt64(0)..<20) func whatWaitingDoesNotMendIsTriedSlowlyFromTheBeginning(_ seed: UInt64) {
        let attempts = attempts(5, seed: seed, slowly: true)
        for (earlier, later) in zip(attempts.dropFirst(), attempts.dropFirst(2)) { #expect(later - earlier >= 3600) }
        #expect(attempts[1] <= 3600)
    }

    @Test func theOtherSidesWishIsHonouredUpToOneInterval() {
        #expect(attempts(2, seed: 1, retryAfter: .minutes(10))[1] >= 600)
        #expect(attempts(2, seed: 1, retryAfter: .minutes(10))[1] <= 660)
        #expect(attempts(2, seed: 1, retryAfter: .hours(100))[1] <= 3960)
        #expect(attempts(2, seed: 1, retryAfter: .zero)[1] >= 0.5)
    }

    @Test func aSuccessForgetsTheOutage() {
        var backoff = Backoff(Timetable())
        var random = SeededGenerator(seed: 1)
        for n in 0..<20 { _ = backoff.failed(at: instant(Double(n) * 4000), slowly: false, retryAfter: nil, using: &random) }
        #expect(backoff.isFailing && backoff.failures == 20)
        backoff.succeeded()
        #expect(!backoff.isFailing && backoff.failures == 0)
        #expect(backoff.failed(at: instant(100_000), slowly: false, retryAfter: nil, using: &random) - instant(100_000) <= .seconds(1))
    }

    @Test func anOutageThatSomebodyElseNoticedFirstHasNoQuickMinuteLeft() {
        var backoff = Backoff(Timetable())
        var random = SeededGenerator(seed: 3)
        let next = backoff.failed(at: instant(10_000), since: instant(2000), slowly: false, retryAfter: nil, using: &random)
        #expect(backoff.since == instant(2000))
        let after = backoff.failed(at: next, since: instant(2000), slowly: false, retryAfter: nil, using: &random)
        #expect(after - next >= .hours(1))
    }

    @Test func centuriesOfFailuresDoNotOverflow() {
        var backoff = Backoff(Timetable())
        var random = SeededGenerator(seed: 1)
        var at = instant(0)
        for _ in 0..<10_000 {
            let next = backoff.failed(at: at, slowly: false, retryAfter: nil, using: &random)
            #expect(next > at)
            at = next
        }
    }
}
