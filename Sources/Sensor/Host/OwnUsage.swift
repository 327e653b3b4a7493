internal import Glibc

/// What this process uses of the node.
package enum OwnUsage {
    /// Resident memory in bytes (`VmRSS`).
    package static func residentBytes() -> UInt64 {
        guard let text = ProcFile.text("/proc/self/statm") else { return 0 }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(getpagesize())
    }

    /// CPU time of all threads since start, in nanoseconds.
    package static func cpuNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
