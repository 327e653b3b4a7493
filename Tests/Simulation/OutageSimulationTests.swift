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

    /// A batch of the usual size takes longer on this line than the sensor waits for an answer.
    @Test func onASlowLineBatchesShrinkUntilTheyGetThrough() throws {
        var plan = calm()
        plan.faults = [
            PlannedFault(.refuse, at: .hours(1), for: .hours(3)), PlannedFault(.burst, at: .hours(2), amount: 2000),
            PlannedFault(.throttle, at: .hours(4), for: .hours(40), amount: 4000),
        ]
        let report = try report(5, plan)
        #expect(report.totals.delivered == report.totals.submitted)
        #expect(report.totals.evicted.isEmpty)
    }

    @Test func whatTheKernelHandsOverIsDetectedInAnyOrderAndTheRestIsCounted() throws {
        var plan = calm()
        (plan.programsPerHour, plan.ringPlaces) = (100, 64)
        plan.faults = [
            PlannedFault(.kernelReorder, at: .hours(1), for: .hours(10), amount: 100), PlannedFault(.kernelLoss, at: .hours(2), for: .hours(5), amount: 20),
            PlannedFault(.kernelBurst, at: .hours(3), amount: 500), PlannedFault(.crash, at: .hours(4), for: .minutes(5)),
        ]
        let totals = try report(6, plan, hours: 12).totals
        // a burst of 1500 messages in a ring with 64 places
        #expect(totals.kernelLosses > 1400)
        #expect(totals.attacksSeen > 100 && totals.attacksLost > 50)
        #expect(totals.attacks == totals.attacksSeen + totals.attacksLost)
        // what was seen and not lost with its process went the way of every detection
        #expect(totals.delivered + totals.lostInCrashes == totals.submitted)
    }

    @Test func lostAnswersLeadToDuplicatesThatThePortalCountsOnce() throws {
        var plan = calm()
        plan.faults = [PlannedFault(.dropReply, at: .hours(1), for: .hours(40), surface: .rest, probability: 0.3)]
        let report = try report(4, plan)
        #expect(report.totals.duplicates > 0)
        #expect(report.totals.delivered == report.totals.submitted)
    }
}
