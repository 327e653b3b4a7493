import Foundations
import Glibc

/// The machine's clocks. Of its own: the sensor's comes with libbpf, the servers' with their whole edge.
enum SystemClock {
    @Sendable static func now() -> Now { Now(monotonic: .init(nanoseconds: read(CLOCK_BOOTTIME)), wall: .init(nanoseconds: read(CLOCK_REALTIME))) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
