package import Foundations

/// An instant on the spool's own time line: nanoseconds since the spool was made, suspend included. It goes on over restarts and
/// reboots and no administrator can step it, so ages of records are differences of it.
package struct SpoolTime: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let zero = SpoolTime(nanoseconds: 0)
    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func + (a: Self, b: Duration) -> Self { .init(nanoseconds: a.nanoseconds &+ b.nanoseconds) }
    package static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }
}

/// Ties the spool's time line to the monotonic clock of this boot.
///
/// Within one boot the tie never changes: `CLOCK_BOOTTIME` goes on over restarts of the process. Over a reboot the wall clock is
/// the only witness of how long the machine was off, so it is asked once, and never believed when it went backwards.
package struct SpoolTimeline: Hashable, Sendable {
    /// What is kept on disk with every write.
    package struct Checkpoint: Hashable, Sendable, Codable {
        package var time: SpoolTime
        package var wall: WallInstant
        package var bootID: String
        /// Spool time minus monotonic time, nanoseconds.
        package var offset: Int64

        package init(time: SpoolTime, wall: WallInstant, bootID: String, offset: Int64) {
            self.time = time
            self.wall = wall
            self.bootID = bootID
            self.offset = offset
        }
    }

    package let bootID: String
    package let offset: Int64

    /// - Parameters:
    ///   - checkpoint: the last one on disk; nil for a new spool.
    ///   - bootID: of the running kernel (`/proc/sys/kernel/random/boot_id`); empty when unknown, which counts as another boot.
    package init(resuming checkpoint: Checkpoint?, bootID: String, at now: Now) {
        self.bootID = bootID
        guard let checkpoint else {
            offset = -now.monotonic.nanoseconds
            return
        }
        if !bootID.isEmpty, checkpoint.bootID == bootID, now.monotonic.nanoseconds &+ checkpoint.offset >= checkpoint.time.nanoseconds {
            offset = checkpoint.offset
        } else {
            let away = max(.zero, now.wall - checkpoint.wall)
            offset = (checkpoint.time + away).nanoseconds &- now.monotonic.nanoseconds
        }
    }

    package func time(at instant: MonotonicInstant) -> SpoolTime { SpoolTime(nanoseconds: instant.nanoseconds &+ offset) }

    package func instant(of time: SpoolTime) -> MonotonicInstant { MonotonicInstant(nanoseconds: time.nanoseconds &- offset) }

    package func checkpoint(at now: Now) -> Checkpoint {
        Checkpoint(time: time(at: now.monotonic), wall: now.wall, bootID: bootID, offset: offset)
    }
}
