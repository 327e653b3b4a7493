import Foundation
import Probes
import ScenarioRunner

/// What the sensor costs under the loads that the peer was measured with, and what it costs the program that makes them.
struct CostBench {
    let rules: [URL]

    /// The three loads of the peer (`read` is its open+close), and opens that are reported.
    private static let loads: [(mode: Load.Mode, name: String, count: Int, rounds: Int)] = [
        (.exec, "fork + exec", 20_000, 1), (.read, "open + close, reading", 200_000, 3), (.write, "open + close, writing", 200_000, 3),
        (.connect, "connect over loopback", 20_000, 3),
    ]

    func run() async throws {
        let work = try WorkFolder()
        defer { try? work.remove() }
        let load = try Load(folder: work.url)
        var without: [Load.Mode: Load.Result] = [:]
        for (mode, _, count, rounds) in Self.loads { without[mode] = try await load.best(of: rounds, mode, count: count).result }

        let sensor = try await SensorUnderTest(rules: rules, folder: work.url)
        do {
            try await measure(sensor, load, without)
        } catch {
            await sensor.stop()
            throw error
        }
        await sensor.stop()
        try await RefusedOpenCost(rules: rules).run()
    }

    private func measure(_ sensor: SensorUnderTest, _ load: Load, _ without: [Load.Mode: Load.Result]) async throws {
        let idle = sensor.usage
        print("\n### The loads of the peer\n\nStart to ready: \(Figure.seconds(sensor.startSeconds)), of which \(Figure.seconds(idle.cpuSeconds)) processor time (the peer: \(PeerMarks.start)).\n")
        let table = Table("load", "sensor, processor time", "the peer's", "lost", "load's processor time without, with", "ratio", "ratio of wall time")
        for (mode, name, count, rounds) in Self.loads {
            guard let base = without[mode] else { continue }
            let before = try await sensor.counts()
            let (result, cpu) = try await load.best(of: rounds, mode, count: count, beside: sensor)
            let lost = (try await sensor.counts() - before).lostInAll
            table.row(
                "\(Figure.count(count)) \(name)", Figure.seconds(cpu), PeerMarks.cpu[mode] ?? "-", Figure.count(lost), "\(Figure.seconds(base.cpuSeconds)), \(Figure.seconds(result.cpuSeconds))",
                Figure.ratio(result.cpuSeconds / base.cpuSeconds), Figure.ratio(result.wallSeconds / base.wallSeconds))
        }
        let after = sensor.usage
        print("\nResident before \(Figure.mebibytes(idle.residentKiB)), after \(Figure.mebibytes(after.residentKiB)) (the peer: \(PeerMarks.resident)).")
        try await programs(sensor, load)
    }

    // The kernel's own counting costs as much as a short program: a pass of its own, a tenth as long.
    private func programs(_ sensor: SensorUnderTest, _ load: Load) async throws {
        let counting = try ProgramTimes.Counting()
        let before = ProgramTimes.read(ofProcess: sensor.pid)
        for (mode, _, count, _) in Self.loads { _ = try await load.run(mode, count: count / 10) }
        let times = ProgramTimes.read(ofProcess: sensor.pid)
        withExtendedLifetime(counting) {}
        print("\n### The programs in the kernel\n\n`bpf_stats` over a tenth of these loads, everything else on the machine included (the peer: \(PeerMarks.programs)).\n")
        let table = Table("program", "runs", "ns a run", "in all")
        for time in times.sorted(by: { $0.nanoseconds > $1.nanoseconds }) {
            let old = before.first { $0.id == time.id }
            let (nanoseconds, runs) = (time.nanoseconds - (old?.nanoseconds ?? 0), time.runs - (old?.runs ?? 0))
            guard runs > 0, nanoseconds > 1_000_000 else { continue }
            table.row("`\(time.name)`", Figure.count(Int(runs)), "\(nanoseconds / runs)", String(format: "%.1f ms", Double(nanoseconds) / 1e6))
        }
    }
}
