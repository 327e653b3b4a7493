import Simulation
import Testing

/// The auditor is only worth what it notices.
@Suite struct SabotageTests {
    @Test(arguments: Sabotage.allCases)
    func everyMistakeIsNoticed(_ sabotage: Sabotage) throws {
        // runtime data is kept for two days, so only a longer run can tell
        let hours = sabotage == .runtimeDataKeptTooLong ? 72 : 48
        // first the seeds whose plans hold most: long outages, a small spool, restarts
        let noticed = try ([3, 5, 9, 4] + Array(UInt64(10)...30)).first { try !Simulator.run(seed: $0, hours: hours, sabotage: sabotage).succeeded }
        #expect(noticed != nil)
    }

    @Test func thereAreAtLeastFifteenOfThem() { #expect(Sabotage.allCases.count >= 15) }
}
