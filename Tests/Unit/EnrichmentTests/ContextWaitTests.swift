import Enrichment
import Foundations
import Testing

@Suite struct ContextWaitTests {
    @Test func itemsLeaveWhenTheirContextComes() {
        var wait = ContextWait<Int>(capacity: 4, timeout: .seconds(2))
        let now = MonotonicInstant.zero
        for (item, container) in [(1, "a"), (2, "b"), (3, "a")] {
            let held = wait.hold(item, for: container, at: now)
            #expect(held)
        }
        let arrived = wait.arrived("a")
        #expect(arrived == [1, 3])
        #expect(wait.count == 1)
        let early = wait.expired(at: now + .seconds(1))
        #expect(early.isEmpty)
        let late = wait.expired(at: now + .seconds(2))
        #expect(late == [2])
        #expect(wait.ledger.lost(at: "context", "contextNeverCame") == 1)
    }

    @Test func aFullRoomSaysNo() {
        var wait = ContextWait<Int>(capacity: 1, timeout: .seconds(2))
        let first = wait.hold(1, for: "a", at: .zero)
        let second = wait.hold(2, for: "a", at: .zero)
        #expect(first && !second)
        #expect(wait.ledger.lost(at: "context", "contextWaitFull") == 1)
    }
}
