import Foundation
import Glibc
import ScenarioModel

/// Samples what a sensor uses while a scenario runs, from outside: the kernel's figures of the process and its cgroup.
actor LimitWatch {
    private let limits: SensorLimits
    private let cgroup: SensorCgroup?
    private let pid: Int32
    private var residentMax = 0
    private var cgroupMax = 0
    private var millicoresMax = 0.0
    private var samples = 0
    private var cpu: [(at: ContinuousClock.Instant, seconds: Double)] = []

    private static let interval: Duration = .milliseconds(200)
    /// CPU is the mean over it: the time in which the sensor itself promises to keep its bound.
    private static let cpuSpan: Duration = .seconds(10)

    init(pid: Int32, limits: SensorLimits, cgroup: SensorCgroup?) {
        (self.pid, self.limits, self.cgroup) = (pid, limits, cgroup)
    }

    /// Until the task is cancelled or the process is gone.
    func run() async {
        while !Task.isCancelled, sample() { try? await Task.sleep(for: Self.interval) }
    }

    private func sample() -> Bool {
        guard let memory = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8).split(separator: " "), memory.count > 1, let pages = Int(memory[1]),
            let fields = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: ")").last?.split(separator: " "), fields.count > 12,
            let user = Double(fields[11]), let system = Double(fields[12])
        else { return false }
        samples += 1
        residentMax = max(residentMax, pages * Int(getpagesize()))
        cgroupMax = max(cgroupMax, cgroup?.usedBytes() ?? 0)
        cpu.append((.now, (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))))
        while cpu.count > 2, let last = cpu.last, last.at - cpu[1].at >= Self.cpuSpan { cpu.removeFirst() }
        if let first = cpu.first, let last = cpu.last, last.at - first.at >= Self.cpuSpan {
            let span = last.at - first.at
            millicoresMax = max(millicoresMax, (last.seconds - first.seconds) / (Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18) * 1000)
        }
        return true
    }

    func checks() -> [Check] {
        let bound = limits.memory << 20
        var out = [
            Check(
                name: "limits: the sensor stays within \(limits.memory) MiB", passed: samples > 0 && residentMax <= bound,
                detail: "at most \(residentMax >> 20) MiB resident in \(samples) samples"),
            Check(
                name: "limits: the sensor stays within \(limits.cpu) millicores", passed: samples > 0 && millicoresMax <= Double(limits.cpu),
                detail: "at most \(Int(millicoresMax.rounded())) over \(Self.cpuSpan.spanText)"),
        ]
        if cgroup != nil {
            out.append(Check(name: "limits: its cgroup stays within \(limits.memory) MiB", passed: cgroupMax > 0 && cgroupMax <= bound, detail: "at most \(cgroupMax >> 20) MiB"))
        }
        return out
    }
}
