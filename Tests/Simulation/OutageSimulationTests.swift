import Foundations
import Simulation
import Testing

@Suite struct OutageSimulationTests {
    /// A plan with one sensor and nothing wrong.
    private func calm() -> SimulationPlan { SimulationPlan() }

    private func report(_ seed: UInt64, _ plan: SimulationPlan, hours: Int = 48) throws -> SimulationReport {
        let report = try Simulator.run(seed: seed, hours: hours, plan: plan)
        #expect(report.failure == nil, "\(report.command()): \(report.failure?.description ?? "")")
        return report
    }

    @Test func everythingArrivesOnceInQuietTimes() throws {
        let report = try report(1, calm())
        #expect(report.totals.submitted > 2000)
        #expect(report.totals.delivered == report.totals.submitted)
        #expect(report.totals.duplicates == 0)
        #expect(report.totals.evicted.isEmpty)
        #expect(report.totals.indicatorDrops == 0)
    }

    @Test(arguments: [PlannedFault.Kind.refuse, .hang, .dropRequest])
    func anOutageOfTwentyHoursLosesNothing(_ kind: PlannedFault.Kind) throws {
        var plan = calm()
        plan.faults = [PlannedFault(kind, at: .hours(10), for: .hours(20))]
        let report = try report(2, plan)
        #expect(report.totals.delivered == report.totals.submitted)
        #expect(report.totals.evicted.isEmpty)
        #expect(report.totals.indicatorDrops == 0)
    }

    @Test(arguments: [PlannedFault.Kind.refuse, .hang])
    func anOutageOfThirtyHoursLosesWhatTheTimetableNames(_ kind: PlannedFault.Kind) throws {
        var plan = calm()
        plan.faults = [PlannedFault(kind, at: .hours(6), for: .hours(30))]
        let report = try report(3, plan)
        #expect(report.totals.evicted.keys.sorted() == ["stale"])
        #expect(report.totals.delivered + report.totals.evicted.values.reduce(0, +) == report.totals.submitted)
        #expect(report.totals.indicatorDrops == 1)
    }

    @Test func lostAnswersLeadToDuplicatesThatThePortalCountsOnce() throws {
        var plan = calm()
        plan.faults = [PlannedFault(.dropReply, at: .hours(1), for: .hours(40), surface: .rest, probability: 0.3)]
        let report = try report(4, plan)
        #expect(report.totals.duplicates > 0)
        #expect(report.totals.delivered == report.totals.submitted)
    }
}
