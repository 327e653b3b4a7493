import BackendCore
import Foundations
import Testing

@Suite("Rate limiter")
struct RateLimiterTests {
    private let start = MonotonicInstant(nanoseconds: 0)

    @Test func aBurstPassesAndThenTheRate() {
        var limiter = RateLimiter(perSecond: 2, burst: 5)
        let burst = (0..<5).map { _ in limiter.take("a", at: start) }
        #expect(burst == [nil, nil, nil, nil, nil])
        #expect(limiter.take("a", at: start) == 1)
        #expect(limiter.take("a", at: start + .milliseconds(499)) == 1)
        #expect(limiter.take("a", at: start + .milliseconds(500)) == nil)
        #expect(limiter.refused == 2)
    }

    @Test func theAnswerSaysHowLongToWait() {
        var limiter = RateLimiter(perSecond: 0.1, burst: 1)
        #expect(limiter.take("a", at: start) == nil)
        #expect(limiter.take("a", at: start) == 10)
        #expect(limiter.take("a", at: start + .seconds(4)) == 6)
        #expect(limiter.take("a", at: start + .seconds(10)) == nil)
    }

    @Test func keysDoNotPayForEachOther() {
        var limiter = RateLimiter(perSecond: 1, burst: 1)
        #expect(limiter.take("a", at: start) == nil)
        #expect(limiter.take("b", at: start) == nil)
        #expect(limiter.take("a", at: start) != nil)
    }

    @Test func restNeverFillsBeyondTheBurst() {
        var limiter = RateLimiter(perSecond: 100, burst: 3)
        _ = limiter.take("a", at: start)
        let passed = (0..<10).count { _ in limiter.take("a", at: start + .hours(1)) == nil }
        #expect(passed == 3)
    }

    @Test func aClockThatStandsStillOrStepsBackGivesNothing() {
        var limiter = RateLimiter(perSecond: 1_000, burst: 1)
        #expect(limiter.take("a", at: start + .seconds(5)) == nil)
        #expect(limiter.take("a", at: start) != nil)
    }

    @Test func fullBucketsAreForgottenAtTheBoundAndEmptyOnesKept() {
        var limiter = RateLimiter(perSecond: 1, burst: 1, keysMax: 2)
        _ = limiter.take("old", at: start)
        _ = limiter.take("busy", at: start + .seconds(10))
        // `old` is full again and goes; `busy` is remembered.
        #expect(limiter.take("new", at: start + .seconds(10)) == nil)
        #expect(limiter.take("busy", at: start + .seconds(10)) != nil)
    }
}
