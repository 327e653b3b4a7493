import Foundations
import Simulation
import Testing

@Suite struct FleetTests {
    /// Forty sensors lose the portal at the same instant: what the portal sees when it is back.
    @Test func aFleetReturnsSpreadOverTheHour() throws {
        var plan = SimulationPlan()
        plan.sensors = 40
        (plan.detectionsPerHour, plan.runtimeDataPerHour, plan.telemetryPerHour) = (2, 0, 0)
        plan.faults = [PlannedFault(.refuse, at: .minutes(30), for: .hours(5))]
        let report = try Simulator.run(seed: 11, hours: 7, plan: plan, keepingDeliveries: true)
        #expect(report.failure == nil, "\(report.failure?.description ?? "")")
        #expect(report.totals.delivered == report.totals.submitted)
        // the first upload of each sensor after the return, by ten minutes of the hour
        var firsts: [Int: Int] = [:]
        for delivery in report.deliveries where delivery.at > .minutes(30) + .hours(5) && firsts[delivery.node] == nil {
            firsts[delivery.node] = Int((delivery.at - .minutes(30) - .hours(5)).inSeconds / 600)
        }
        let byTenMinutes = Dictionary(grouping: firsts.values) { $0 }.mapValues(\.count)
        #expect(firsts.count == 40)
        #expect(byTenMinutes.count >= 5)
        #expect((byTenMinutes.values.max() ?? 40) <= 16, "\(byTenMinutes)")
    }
}
