import Foundations
import Portal
import Testing

@Suite struct ByteBudgetTests {
    @Test(arguments: UInt64(1)...20) func noWindowOfAnHourHoldsMoreThanTheLimit(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var budget = ByteBudget(limit: 1000, window: .hours(1))
        var at = 0.0
        var taken: [(at: Double, bytes: Int)] = []
        for _ in 0..<400 {
            at += Double.random(in: 0...300, using: &random)
            let bytes = Int.random(in: 0...400, using: &random)
            if budget.take(bytes, at: instant(at)) == nil { taken.append((at, bytes)) }
            let within = taken.filter { $0.at > at - 3600 }.reduce(0) { $0 + $1.bytes }
            #expect(within <= 1000)
        }
        // and it is not simply shut
        #expect(taken.count > 50)
    }

    @Test func theInstantToAskAgainIsRight() {
        var budget = ByteBudget(limit: 100, window: .hours(1))
        #expect(budget.take(60, at: instant(0)) == nil)
        #expect(budget.take(40, at: instant(1000)) == nil)
        guard case .until(let again) = budget.take(50, at: instant(2000)) else {
            Issue.record("taken, or never")
            return
        }
        // after the first sixty are out of the window, and not much later
        #expect(again > instant(3600) && again <= instant(3600 + 120))
        #expect(budget.take(50, at: again) == nil)
    }

    @Test func moreThanTheWholeLimitNeverFits() {
        var budget = ByteBudget(limit: 100, window: .hours(1))
        #expect(budget.take(101, at: instant(0)) == .never)
        #expect(budget.used(at: instant(0)) == 0)
        #expect(budget.take(100, at: instant(0)) == nil)
    }

    @Test func aLowerLimitHoldsAtOnce() {
        var budget = ByteBudget(limit: 1000, window: .hours(1))
        #expect(budget.take(500, at: instant(0)) == nil)
        budget.limit = 400
        #expect(budget.take(10, at: instant(1)) != nil)
        #expect(budget.take(10, at: instant(4000)) == nil)
    }
}
