import Foundations
import Spool
import Testing

@Suite struct TimelineTests {
    private func now(boot seconds: Int64, wall: Int64) -> Now {
        Now(monotonic: MonotonicInstant(nanoseconds: seconds * 1_000_000_000), wall: WallInstant(nanoseconds: wall * 1_000_000_000))
    }

    @Test func aNewTimelineBeginsAtZero() {
        let at = now(boot: 500, wall: 10_000)
        #expect(SpoolTimeline(resuming: nil, bootID: "a", at: at).time(at: at.monotonic) == .zero)
    }

    @Test(arguments: [Int64(-1_000_000), 0, 1_000_000]) func withinABootASteppedWallClockMovesNoAge(_ step: Int64) {
        let first = now(boot: 500, wall: 10_000)
        let checkpoint = SpoolTimeline(resuming: nil, bootID: "a", at: first).checkpoint(at: now(boot: 600, wall: 10_100))
        let resumed = SpoolTimeline(resuming: checkpoint, bootID: "a", at: now(boot: 900, wall: 10_400 + step))
        #expect(resumed.time(at: MonotonicInstant(nanoseconds: 900_000_000_000)) == .zero + .seconds(400))
    }

    @Test func overARebootTheWallClockTellsHowLongTheMachineWasOff() {
        let checkpoint = SpoolTimeline(resuming: nil, bootID: "a", at: now(boot: 500, wall: 10_000)).checkpoint(at: now(boot: 600, wall: 10_100))
        let at = now(boot: 5, wall: 10_400)
        #expect(SpoolTimeline(resuming: checkpoint, bootID: "b", at: at).time(at: at.monotonic) == .zero + .seconds(400))
    }

    @Test func overARebootAWallClockThatWentBackIsNotBelieved() {
        let checkpoint = SpoolTimeline(resuming: nil, bootID: "a", at: now(boot: 500, wall: 10_000)).checkpoint(at: now(boot: 600, wall: 10_100))
        let at = now(boot: 5, wall: 50)
        #expect(SpoolTimeline(resuming: checkpoint, bootID: "b", at: at).time(at: at.monotonic) == .zero + .seconds(100))
    }

    @Test func anUnknownBootCountsAsAnother() {
        let checkpoint = SpoolTimeline(resuming: nil, bootID: "", at: now(boot: 500, wall: 10_000)).checkpoint(at: now(boot: 600, wall: 10_100))
        // the monotonic clock says 7 s less than the wall clock
        let at = now(boot: 693, wall: 10_200)
        #expect(SpoolTimeline(resuming: checkpoint, bootID: "", at: at).time(at: at.monotonic) == .zero + .seconds(200))
    }

    @Test func theSameBootIDWithAClockThatBeganAnewIsNotBelieved() {
        let checkpoint = SpoolTimeline(resuming: nil, bootID: "a", at: now(boot: 500, wall: 10_000)).checkpoint(at: now(boot: 600, wall: 10_100))
        let at = now(boot: 1, wall: 10_150)
        let resumed = SpoolTimeline(resuming: checkpoint, bootID: "a", at: at)
        #expect(resumed.time(at: at.monotonic) >= checkpoint.time)
    }

    @Test func instantAndTimeAreInverse() {
        let timeline = SpoolTimeline(resuming: nil, bootID: "a", at: now(boot: 500, wall: 10_000))
        let instant = MonotonicInstant(nanoseconds: 777)
        #expect(timeline.instant(of: timeline.time(at: instant)) == instant)
    }

    @Test func agesGoOnOverAReopenOfTheFile() throws {
        let folder = try Folder()
        var spool = try folder.open(at: start)
        try spool.append([draft()], at: start)
        try spool.close()
        // the wall clock is a month back by now, the machine was not off
        let later = Now(monotonic: start.monotonic + .hours(5), wall: WallInstant(nanoseconds: start.wall.nanoseconds - 30 * 86_400_000_000_000))
        spool = try folder.open(at: later)
        let oldest = try #require(try spool.digest()[.detections].oldest)
        #expect(spool.timeline.time(at: later.monotonic) - oldest == .hours(5))
    }

    @Test func theLastContactIsRememberedOverAReopen() throws {
        let folder = try Folder()
        var spool = try folder.open()
        #expect(try spool.digest().lastContact == nil)
        let contact = start.advanced(by: .minutes(3))
        try spool.noteContact(at: contact)
        try spool.close()
        spool = try folder.open(at: start.advanced(by: .hours(1)))
        #expect(try spool.digest().lastContact == spool.timeline.time(at: contact.monotonic))
    }
}
