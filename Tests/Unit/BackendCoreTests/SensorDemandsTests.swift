import BackendCore
import Contract
import Foundations
import Testing

struct SensorDemandsTests {
    private let now = PortalFixtures.wall

    @Test func versionsAreComparedByTheirNumbers() throws {
        var demands = SensorDemands()
        try demands.check(version: "0.0.1")
        demands.versionMin = "1.10"
        for served in ["1.10", "1.10.0", "1.11.2", "2.0"] { try demands.check(version: served) }
        for old in ["1.9.9", "1.2.30", "0.99", "", "next"] {
            let refusal = #expect(throws: SensorDemands.Refusal.self, "\(old)") { try demands.check(version: old) }
            #expect(refusal?.reason == .versionTooOld)
        }
    }

    @Test func aClockMayBeOffByAnHourInEitherDirection() throws {
        let demands = SensorDemands()
        for off in [0, 3599, -3599] { try demands.check(version: "1", sent: now + .seconds(off), at: now) }
        for (off, word) in [(3601, "3601 s ahead of"), (-86_400, "86400 s behind")] {
            let refusal = #expect(throws: SensorDemands.Refusal.self) { try demands.check(version: "1", sent: now + .seconds(off), at: now) }
            #expect(refusal?.reason == .clockOff)
            #expect(refusal?.message.contains(word) == true)
        }
        try demands.check(version: "1", sent: WallInstant(nanoseconds: 0), at: now)
    }
}
