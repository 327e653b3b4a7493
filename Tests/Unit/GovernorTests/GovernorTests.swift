import Foundations
import Governor
import Testing

/// The ladder in virtual time: one reading a second.
struct GovernorTests {
    private static let mebi: UInt64 = 1 << 20
    private let limits = ResourceLimits()

    /// A sensor whose use can be set, and everything the governor said.
    private struct Run {
        var governor: Governor
        var readings = GovernorReadings()
        var now = MonotonicInstant.zero
        var millicores = 10
        var effects: [Governor.Effect] = []
        /// Issues that are open.
        var open: [String: Severity] = [:]

        init(_ limits: ResourceLimits, _ tuning: GovernorTuning = GovernorTuning()) { governor = Governor(limits: limits, tuning: tuning) }

        mutating func run(seconds: Int) {
            for _ in 0..<seconds {
                now = now + .seconds(1)
                readings.cpuNanoseconds += UInt64(millicores) * 1_000_000
                let new = governor.handle(readings, at: now)
                for case .issue(let code, let severity, let message) in new { open[code] = message == nil ? nil : severity }
                effects += new
            }
        }

        var levels: [VisibilityLevel] { effects.compactMap { if case .level(let level) = $0 { level } else { nil } } }
        var dropped: Int { effects.count { $0 == .dropCaches } }
    }

    @Test func nothingChangesWhileThereIsEnough() {
        var run = Run(limits)
        run.readings.residentBytes = 60 * Self.mebi
        run.run(seconds: 3600)
        #expect(run.effects.isEmpty)
        #expect(run.governor.level == .full)
    }

    @Test func memoryGoesDownStepByStepAndUpAgain() {
        var run = Run(limits)
        run.readings.residentBytes = 270 * Self.mebi
        run.run(seconds: 30)
        #expect(run.levels == [.noRuntimeData, .noHashes, .sensitiveFiles, .processes])
        #expect(run.dropped >= 4, "each step for memory drops what can be asked for again")
        #expect(Set(run.open.keys) == Set(VisibilityLevel.processes.steps.map(Governor.stepCode)))
        #expect(run.open["visibility.no-hashes"] == .medium)
        #expect(run.open["visibility.processes"] == .high)
        run.effects = []
        run.readings.residentBytes = 60 * Self.mebi
        run.run(seconds: 59)
        #expect(run.levels.isEmpty, "not before a minute of enough")
        run.run(seconds: 3 * 60 + 3)
        #expect(run.levels == [.sensitiveFiles, .noHashes, .noRuntimeData, .full])
        #expect(run.open.isEmpty)
    }

    @Test func betweenTheMarksNothingMoves() {
        var run = Run(limits)
        run.readings.residentBytes = 260 * Self.mebi
        run.run(seconds: 4)
        #expect(run.levels == [.noRuntimeData])
        // below the high mark, above the low one
        run.readings.residentBytes = 230 * Self.mebi
        run.run(seconds: 3600)
        #expect(run.levels == [.noRuntimeData])
    }

    @Test func aPeakShorterThanThePatienceIsNoStep() {
        var run = Run(limits)
        for _ in 0..<50 {
            run.readings.residentBytes = 265 * Self.mebi
            run.run(seconds: 2)
            run.readings.residentBytes = 100 * Self.mebi
            run.run(seconds: 1)
        }
        #expect(run.levels.isEmpty)
    }

    @Test func criticalMemoryIsAStepEachSecond() {
        var run = Run(limits)
        run.readings.residentBytes = 290 * Self.mebi
        run.run(seconds: 4)
        #expect(run.governor.level == .processes)
        #expect(run.open["limit.memory"] == nil, "not crossed yet")
        run.readings.residentBytes = 301 * Self.mebi
        run.run(seconds: 1)
        #expect(run.open["limit.memory"] == .high)
        run.readings.residentBytes = 100 * Self.mebi
        run.run(seconds: 1)
        #expect(run.open["limit.memory"] == nil)
    }

    @Test func theCgroupCountsLikeTheProcess() {
        var run = Run(limits)
        run.readings.residentBytes = 40 * Self.mebi
        run.readings.cgroupBytes = 290 * Self.mebi
        run.run(seconds: 1)
        #expect(run.levels == [.noRuntimeData])
    }

    @Test func cpuIsJudgedOverItsSpan() {
        var run = Run(limits)
        run.millicores = 290
        run.run(seconds: 19)
        #expect(run.levels.isEmpty, "a busy start is over before it is judged")
        run.run(seconds: 41)
        #expect(run.levels == [.noRuntimeData, .noHashes, .sensitiveFiles, .processes])
        run.millicores = 20
        run.run(seconds: 270)
        #expect(run.governor.level == .full)
        #expect(run.open.isEmpty)
    }

    @Test func cpuOverTheBoundIsSaid() {
        var run = Run(limits)
        run.millicores = 400
        run.run(seconds: 12)
        #expect(run.open["limit.cpu"] == .high)
        run.millicores = 100
        run.run(seconds: 12)
        #expect(run.open["limit.cpu"] == nil)
    }

    @Test func aLossOpensAnIssueThatResolvesWhenItIsQuiet() {
        var run = Run(limits)
        run.run(seconds: 1)
        run.readings.ringLost = 500
        run.run(seconds: 1)
        run.readings.ringLost = 700
        run.run(seconds: 1)
        #expect(run.open == ["loss.kernel": .medium])
        #expect(run.effects.contains { if case .issue("loss.kernel", _, let text?) = $0 { text.hasPrefix("700 messages") } else { false } })
        run.run(seconds: 58)
        #expect(!run.open.isEmpty)
        run.run(seconds: 2)
        #expect(run.open.isEmpty)
        #expect(run.levels.isEmpty, "two seconds of loss are shorter than the patience")
    }

    @Test func lossesThatGoOnAreAStep() {
        var run = Run(limits)
        for n in 1...8 {
            run.readings.ringLost = UInt64(n)
            run.run(seconds: 1)
        }
        #expect(run.levels == [.noRuntimeData])
    }

    @Test func aQueueThatRefusesIsNamed() {
        var run = Run(limits)
        run.readings.queues = [.init(name: "hash", depth: 10, capacity: 1024, refused: 3)]
        run.run(seconds: 1)
        #expect(run.open.isEmpty, "what was refused before the first look is no news")
        run.readings.queues = [.init(name: "hash", depth: 1024, capacity: 1024, refused: 9)]
        run.run(seconds: 1)
        #expect(run.effects.contains { if case .issue("loss.queues", _, let text?) = $0 { text.hasPrefix("6 entries") && text.hasSuffix("hash") } else { false } })
    }

    /// Up, and at once down again: the next attempt waits twice as long, so that the sensor does not swing.
    @Test func whatIsTakenBackAtOnceIsTriedMoreSlowly() {
        var run = Run(limits)
        func short(_ run: inout Run) {
            run.readings.ringFill = 0.9
            run.run(seconds: 7)
            run.readings.ringFill = 0
        }
        short(&run)
        run.run(seconds: 62)
        #expect(run.levels == [.noRuntimeData, .full])
        short(&run)
        #expect(run.governor.level == .noRuntimeData)
        run.run(seconds: 100)
        #expect(run.governor.level == .noRuntimeData, "a minute is not enough any more")
        run.run(seconds: 25)
        #expect(run.governor.level == .full)
    }

    @Test func eachLevelGivesUpMoreThanTheOneBefore() {
        let given = VisibilityLevel.allCases.map { [$0.hasRuntimeData, $0.hasHashes, $0.hasOrdinaryFiles, $0.hasMoreThanProcesses].count { !$0 } }
        #expect(given == [0, 1, 2, 3, 4])
        #expect(Set(VisibilityLevel.allCases.map(\.name)).count == VisibilityLevel.allCases.count)
        #expect(VisibilityLevel.processes.down == nil && VisibilityLevel.full.up == nil)
    }
}
