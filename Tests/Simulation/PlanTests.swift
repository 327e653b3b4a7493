import Foundations
import Simulation
import Testing

@Suite struct PlanTests {
    private func messages(_ text: String) -> [String] {
        do {
            _ = try SimulationPlan(text: text, file: "plan.yaml")
            return []
        } catch { return error.diagnostics.map(\.description) }
    }

    @Test(arguments: UInt64(1)...50)
    func aPrintedPlanReadsAsTheSamePlan(_ seed: UInt64) throws {
        let plan = SimulationPlan.draw(seed: seed, hours: 48)
        #expect(try SimulationPlan(text: plan.text, file: "plan.yaml") == plan)
    }

    @Test func aPlanMayBeJSON() throws {
        let plan = try SimulationPlan(text: #"{"sensors": 2, "faults": [{"fault": "refuse", "at": "6h", "for": "30h", "sensor": 1}]}"#, file: "plan.json")
        #expect(plan.sensors == 2)
        #expect(plan.faults == [PlannedFault(.refuse, at: .hours(6), for: .hours(30), sensor: 1)])
    }

    @Test func aReadPlanRunsLikeTheDrawnOne() throws {
        let plan = SimulationPlan.draw(seed: 7, hours: 12)
        let read = try SimulationPlan(text: plan.text, file: "plan.yaml")
        #expect(try Simulator.run(seed: 7, hours: 12, plan: read).traceDigest == Simulator.run(seed: 7, hours: 12).traceDigest)
    }

    @Test(arguments: [
        ("sensors: 0", "plan.yaml:1:10: sensors must be a whole number from 1 to 1000, not '0'"),
        ("sensor: 1", "plan.yaml:1:1: unknown key 'sensor' in a plan"),
        ("store: floppy", "plan.yaml:1:8: store must be one of memory, sqlite, not 'floppy'"),
        ("faults:\n  - {fault: refuse, at: 1h}", "plan.yaml:2:5: fault 'refuse' needs the key 'for'"),
        ("faults:\n  - {fault: burst, at: soon, amount: 3}", "plan.yaml:2:24: at must be a span"),
        ("faults:\n  - {fault: crash, at: 1h, for: 1m, surface: rest}", "plan.yaml:2:46: 'crash' has no 'surface'"),
        ("faults:\n  - {fault: refuse, at: 1h, for: 1m, sensor: 3}", "sensor must be a whole number from 0 to 0"),
        ("faults:\n  - {fault: refuse, at: 1h, for: 1m, probability: 2}", "probability must be a number from 0 to 1"),
        ("faults: [", "plan.yaml:2:1:"),
        ("", "plan.yaml: the plan is empty"),
        ("- 1", "plan.yaml:1:1: a plan must be a mapping"),
    ])
    func wrongPlansAreToldWithTheirPlace(_ text: String, _ message: String) {
        let told = messages(text)
        #expect(told.contains { $0.contains(message) }, "\(told)")
    }

    @Test func allMistakesAreToldAtOnce() { #expect(messages("sensors: x\nstore: y\nfaults: z").count == 3) }
}
