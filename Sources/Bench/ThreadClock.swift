import Glibc

enum ThreadClock {
    /// Processor time of the calling thread in nanoseconds: what others do on the machine does not count.
    static func processorTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
