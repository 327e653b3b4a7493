import Foundation
import Glibc

/// What a process uses: the figures of /proc and of its processor clock.
struct ProcessUsage {
    var cpuSeconds: Double
    var residentKiB: Int
    var anonymousKiB: Int
    var highestKiB: Int

    init(pid: Int32) {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        func kib(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        }
        residentKiB = kib("VmRSS")
        anonymousKiB = kib("RssAnon")
        highestKiB = kib("VmHWM")
        // finer than the ticks of /proc/PID/stat
        var clock = clockid_t()
        var time = timespec()
        cpuSeconds = clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &time) == 0 ? Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 : 0
    }
}
