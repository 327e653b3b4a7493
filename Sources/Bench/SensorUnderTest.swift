import Foundation
import Foundations
import Glibc
import ScenarioModel
import ScenarioRunner

/// A sensor as an operator starts it, without portal and API server, that is measured from outside.
final class SensorUnderTest {
    let pid: Int32
    /// From its start until it was ready.
    let startSeconds: Double
    private let process: Subprocess
    private let executable: URL
    private let folder: URL
    private var controlSocket: String { folder.appending(path: "control.sock").path }

    /// Returns when its probes are attached.
    init(rules: [URL], folder: URL) async throws {
        self.folder = folder
        executable = try PackageRoot().executable("wiz-sensor")
        let socket = folder.appending(path: "control.sock").path
        let start = ContinuousClock.now
        process = try Subprocess(
            "wiz-sensor", executable: executable,
            arguments: ["daemon", "--host-store", folder.appending(path: "store").path, "--control-socket", socket, "--rules"] + rules.map(\.path),
            environment: ["KUBECONFIG": ""], folder: folder, log: folder.appending(path: "sensor.log"))
        pid = process.pid
        do {
            try await Shell.check([executable.path, "wait-for-ready", "--timeout", "60", "--control-socket", socket], folder: folder, limit: .seconds(65))
        } catch {
            await process.stop()
            throw error
        }
        startSeconds = (ContinuousClock.now - start).inSeconds
    }

    func stop() async { await process.stop() }

    var usage: ProcessUsage { ProcessUsage(pid: pid) }

    /// Returns when it has read what there was to read: its processor use has come down to what an idle sensor has.
    func settle(within limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + limit
        var before = usage.cpuSeconds
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(300))
            let now = usage.cpuSeconds
            if now - before < 0.03 { return }
            before = now
        }
    }

    /// Messages by kind, as `get-statistics` counts them.
    struct Counts {
        var seen: [String: Int] = [:]
        var lost: [String: Int] = [:]
        /// The bounded queues behind the ring buffer.
        var dropped = 0

        static func - (a: Counts, b: Counts) -> Counts {
            var out = a
            for (kind, n) in b.seen { out.seen[kind, default: 0] -= n }
            for (kind, n) in b.lost { out.lost[kind, default: 0] -= n }
            out.dropped -= b.dropped
            return out
        }

        static let processKinds: Set = ["exec", "fork", "exit"]
        var lostOfProcesses: Int { lost.reduce(0) { $0 + (Self.processKinds.contains($1.key) ? $1.value : 0) } }
        var lostInAll: Int { lost.values.reduce(0, +) }
    }

    /// What it counts once everything was read; its thread shows the kernel's counters once a second.
    func counts() async throws -> Counts {
        try await settle()
        try await Task.sleep(for: .milliseconds(1200))
        let output = try await Shell.check([executable.path, "get-statistics", "--json", "--control-socket", controlSocket], folder: folder)
        let answer = try JSONValue(json: Data(output.utf8))
        var out = Counts()
        for (kind, figures) in answer["events"]?.members ?? [:] {
            out.seen[kind] = Int(figures["seen"]?.number ?? 0)
            let lost = (figures["dropped"]?.members ?? [:]).values.reduce(0) { $0 + Int($1.number ?? 0) }
            if lost > 0 { out.lost[kind] = lost }
        }
        out.dropped = (answer["queues"]?.members ?? [:]).values.reduce(0) { $0 + Int($1["dropped"]?.number ?? 0) }
        return out
    }
}
