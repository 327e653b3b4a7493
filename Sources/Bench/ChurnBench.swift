import Foundation
import Foundations
import ScenarioRunner

/// Containers that come and go: what of them stays in the sensor's memory.
struct ChurnBench {
    let rules: [URL]

    private static let containers = 10_000
    /// As long as the sensor may take to give back what it has freed.
    private static let patience: Duration = .seconds(40)

    func run() async throws {
        let work = try WorkFolder()
        defer { try? work.remove() }
        let load = try Load(folder: work.url)
        let sensor = try await SensorUnderTest(rules: rules, folder: work.url)
        do {
            try await measure(sensor, load)
        } catch {
            await sensor.stop()
            throw error
        }
        await sensor.stop()
    }

    private func measure(_ sensor: SensorUnderTest, _ load: Load) async throws {
        // the first ones fill what every sensor at work has: code, caches of the databases
        _ = try await load.run(.churn, count: Self.containers / 20)
        try await sensor.settle()
        let before = sensor.usage
        let counts = try await sensor.counts()
        let result = try await load.run(.churn, count: Self.containers)
        let seen = try await sensor.counts() - counts
        let highest = sensor.usage.residentKiB
        let deadline = ContinuousClock.now + Self.patience
        var after = sensor.usage
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .seconds(1))
            let now = sensor.usage
            if now.residentKiB < after.residentKiB { after = now }
        }
        print("\n### Churn\n\n\(Figure.count(result.made)) containers one after the other (mount, pid, UTS and IPC namespaces and a control group each), \(Figure.seconds(result.wallSeconds)):\n")
        let table = Table("messages of starts", "lost", "sensor, processor time", "resident before", "at the end", "when they are gone", "growth", "of it anonymous")
        table.row(
            Figure.count(seen.seen["exec"] ?? 0), Figure.count(seen.lostInAll), Figure.seconds(after.cpuSeconds - before.cpuSeconds), Figure.mebibytes(before.residentKiB),
            Figure.mebibytes(highest), Figure.mebibytes(after.residentKiB), Figure.mebibytes(after.residentKiB - before.residentKiB) + " (aim: below 5)",
            Figure.mebibytes(after.anonymousKiB - before.anonymousKiB))
    }
}
