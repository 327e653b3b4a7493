import Foundation
import ScenarioRunner

/// Two processes do one thing as fast as the machine lets them: what is lost, and whether process messages are ever among it.
struct FloodBench {
    let rules: [URL]
    let publicFolder: String

    private static let seconds = 4
    private static let floods: [(mode: Load.Mode, name: String)] = [
        (.exec, "fork + exec"), (.write, "open for writing, one file"), (.writes, "open for writing, 4,096 files in turn"), (.connect, "connect"),
        (.dns, "DNS, questions and answers"),
    ]

    func run() async throws {
        print("\n### Floods\n\nTwo processes for \(Self.seconds) s each, ring buffer of the default size (the peer with all its rules loses \(PeerMarks.lossWithAllRules)).\n")
        let table = Table("rules", "flood", "made a second", "messages of the kind", "lost in the ring", "process messages lost", "left out in the queues behind", "sensor, processor time", "resident after")
        try await run("own", rules, table)
        guard let others = try? BenchRules.publicFiles(in: publicFolder), !others.isEmpty else {
            return print("\nThere are no public rules in \(publicFolder): not measured with them.")
        }
        let work = try WorkFolder()
        defer { try? work.remove() }
        let on = work.url.appending(path: "switched-on.yaml")
        try BenchRules.switchingOn(others + rules).write(to: on, atomically: true, encoding: .utf8)
        try await run("own and all public", others + rules + [on], table)
    }

    private func run(_ name: String, _ rules: [URL], _ table: Table) async throws {
        let work = try WorkFolder()
        defer { try? work.remove() }
        let sensor = try await SensorUnderTest(rules: rules, folder: work.url)
        do {
            for flood in Self.floods { try await run(name, flood, sensor, Load(folder: work.url), table) }
        } catch {
            await sensor.stop()
            throw error
        }
        await sensor.stop()
    }

    private func run(_ rules: String, _ flood: (mode: Load.Mode, name: String), _ sensor: SensorUnderTest, _ load: Load, _ table: Table) async throws {
        let before = try await sensor.counts()
        let cpu = sensor.usage.cpuSeconds
        async let first = load.run(flood.mode, seconds: Self.seconds)
        async let second = load.run(flood.mode, seconds: Self.seconds)
        let (one, two) = try await (first, second)
        let counts = try await sensor.counts() - before
        let usage = sensor.usage
        let rate = Double(one.made) / one.wallSeconds + Double(two.made) / two.wallSeconds
        let kind = flood.mode.kind ?? ""
        table.row(
            rules, flood.name, Figure.count(Int(rate)), Figure.count(counts.seen[kind] ?? 0), Figure.count(counts.lostInAll),
            Figure.count(counts.lostOfProcesses), Figure.count(counts.dropped), Figure.seconds(usage.cpuSeconds - cpu), Figure.mebibytes(usage.residentKiB))
    }
}
