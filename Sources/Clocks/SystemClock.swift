package import Foundations
internal import Glibc

/// The machine's clocks. The only place that reads them; every room below the programs is handed a `Now`.
package enum SystemClock {
    package static func now() -> Now { Now(monotonic: monotonic(), wall: wall()) }

    /// CLOCK_BOOTTIME: goes on during suspend and cannot be stepped.
    package static func monotonic() -> MonotonicInstant { MonotonicInstant(nanoseconds: read(CLOCK_BOOTTIME)) }

    package static func wall() -> WallInstant { WallInstant(nanoseconds: read(CLOCK_REALTIME)) }

    /// What has to be added to a boot stamp to get wall time, at this moment.
    package static func bootToWall() -> Duration { .nanoseconds(read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME)) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
