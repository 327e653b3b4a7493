/// Figures of conversations with runtimes, for statistics; they only grow.
package struct RuntimeCounts: Sendable, Hashable {
    package var connections: UInt64 = 0
    package var lists: UInt64 = 0
    package var questions: UInt64 = 0
    package var events: UInt64 = 0
    package var unknown: UInt64 = 0
    package var failures: [RuntimeState: UInt64] = [:]
    /// Questions for which there was no room.
    package var questionsFull: UInt64 = 0

    static func + (a: RuntimeCounts, b: RuntimeCounts) -> RuntimeCounts {
        var sum = a
        sum.connections += b.connections
        sum.lists += b.lists
        sum.questions += b.questions
        sum.events += b.events
        sum.unknown += b.unknown
        sum.failures.merge(b.failures, uniquingKeysWith: +)
        sum.questionsFull += b.questionsFull
        return sum
    }
}
