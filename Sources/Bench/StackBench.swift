import Foundation
import Foundations
import ScenarioModel
import ScenarioRunner

/// The stack as `scenarios` starts it: what the sensor costs when nothing happens, and how long a detection takes to reach the portal.
struct StackBench {
    let idleSeconds: Int
    let samples: Int

    func run() async throws {
        let stack = try Stack(.init(root: PackageRoot()))
        do {
            try await stack.start()
            try await measure(stack)
        } catch {
            _ = await stack.tearDown()
            throw error
        }
        for problem in await stack.tearDown() { print("tear-down: \(problem)") }
    }

    private func measure(_ stack: Stack) async throws {
        guard let pid = await stack.sensorPID() else { throw Shell.Failure(description: "no sensor") }
        try await Task.sleep(for: .seconds(10))
        let before = ProcessUsage(pid: pid)
        try await Task.sleep(for: .seconds(idleSeconds))
        let after = ProcessUsage(pid: pid)
        let share = (after.cpuSeconds - before.cpuSeconds) / Double(idleSeconds) * 100
        print("\n### The stack, idle and detecting\n")
        let table = Table("what", "figure", "aim")
        table.row("resident, idle", "\(Figure.mebibytes(after.residentKiB)), of which \(Figure.mebibytes(after.anonymousKiB)) anonymous", "50 MiB")
        table.row("processor, idle for \(idleSeconds) s, probes attached", String(format: "%.2f %% of one core", share), "0.5 %")
        let times = try await latencies(stack)
        guard !times.isEmpty else { return print("no detection arrived") }
        func at(_ quantile: Double) -> Int { Int(times[min(times.count - 1, Int(Double(times.count) * quantile))] * 1000) }
        table.row(
            "execve to cloud event returned by the portal's API, \(times.count) of \(samples) detections", "p50 \(at(0.5)) ms, p90 \(at(0.9)) ms, p99 \(at(0.99)) ms, longest \(at(1)) ms",
            "p99 1 s")
        let loaded = ProcessUsage(pid: pid)
        table.row("resident afterwards", "\(Figure.mebibytes(loaded.residentKiB)), highest \(Figure.mebibytes(loaded.highestKiB))", "-")
    }

    // Each run is a program of another name, so that no two are one aggregated detection.
    private func latencies(_ stack: Stack) async throws -> [Double] {
        var out: [Double] = []
        for index in 0..<samples {
            let name = "bench\(getpid())x\(index)"
            let start = ContinuousClock.now
            try await stack.runFileless(name)
            let deadline = start + .seconds(5)
            while ContinuousClock.now < deadline {
                if try await stack.hasCloudEvent(naming: "memfd:\(name)") {
                    out.append((ContinuousClock.now - start).inSeconds)
                    break
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return out.sorted()
    }
}
