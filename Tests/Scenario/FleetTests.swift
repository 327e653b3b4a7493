import Fleet
import ScenarioRunner
import Testing

/// Many sensors at once, as `scenarios fleet` starts them.
@Suite("Fleet", .serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(10)))
struct FleetTests {
    /// Together, spread, and while the API server refuses, forgets and is slow: one list, one watch, each owner once; records arrive once.
    @Test func twentySensorsAskForWhatTheyNeedAndNoMore() async throws {
        let report = try await FleetRun(root: PackageRoot(), plan: FleetPlan(sensors: 20, span: .seconds(4))).run()
        #expect(report.succeeded, "\(report.phases.map { "\($0.name): \($0.problems)" })")
        #expect(report.phases.map(\.name) == ["together", "spread", "faults"])
        let calm = report.phases.prefix(2)
        #expect(calm.allSatisfy { $0.lists == 20 && $0.watches == 20 && $0.ownerGets == 100 && $0.statuses == ["200": 140] })
        #expect(report.phases.allSatisfy { $0.delivered == 60 && $0.told.count == 3 })
    }

    @Test func ratesAndGapsAreCounted() {
        let measure = FleetMeasure([10.0, 10.5, 10.9, 11.2, 14])
        #expect(measure.count == 5 && measure.peakPerSecond == 3 && measure.meanPerSecond == 1.25)
        #expect(measure.perSecond == [3, 1, 0, 0, 1])
        #expect(FleetMeasure([]).peakPerSecond == 0)
        #expect(FleetMeasure.gaps([[3, 1], [5], [1, 2, 8]]) == [1, 2, 6])
        #expect(FleetMeasure.quantile(1, of: [1, 2, 6]) == 6 && FleetMeasure.quantile(0.5, of: []) == nil)
    }
}
