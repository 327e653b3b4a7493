import Foundation
import Foundations
import Glibc
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
        let before = Self.usage(pid: pid)
        try await Task.sleep(for: .seconds(idleSeconds))
        let after = Self.usage(pid: pid)
        let share = Double(after.ticks - before.ticks) / Double(sysconf(Int32(_SC_CLK_TCK))) / Double(idleSeconds) * 100
        print("\nidle for \(idleSeconds) s, portal and API server connected, probes attached")
        print("resident \(after.residentKiB / 1024) MiB (anonymous \(after.anonymousKiB / 1024) MiB), CPU \(String(format: "%.2f", share)) % of one core")
        let times = try await latencies(stack)
        guard !times.isEmpty else { return print("no detection arrived") }
        func at(_ quantile: Double) -> Int { Int(times[min(times.count - 1, Int(Double(times.count) * quantile))] * 1000) }
        print("\nexecve -> cloud event returned by the portal's API, \(times.count) of \(samples) detections")
        print("p50 \(at(0.5)) ms, p90 \(at(0.9)) ms, p99 \(at(0.99)) ms, longest \(at(1)) ms")
        let loaded = Self.usage(pid: pid)
        print("resident afterwards \(loaded.residentKiB / 1024) MiB, highest \(loaded.highestKiB / 1024) MiB")
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

    private struct Usage {
        var ticks: Int
        var residentKiB: Int
        var anonymousKiB: Int
        var highestKiB: Int
    }

    private static func usage(pid: Int32) -> Usage {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        func kib(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        }
        // proc(5): utime and stime are fields 14 and 15, counted from the pid
        return Usage(ticks: (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0), residentKiB: kib("VmRSS"), anonymousKiB: kib("RssAnon"), highestKiB: kib("VmHWM"))
    }
}
