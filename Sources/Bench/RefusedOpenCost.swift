import Foundation
import ScenarioRunner

/// What an open for reading that fails costs the program that makes it: without the sensor, with rules that ask for no such, and with one more that asks for
/// another name. None of these opens is reported.
struct RefusedOpenCost {
    let rules: [URL]

    private static let count = 200_000
    private static let rounds = 3
    private static let asking = """
        - rule: Failed read of an account file
          desc: opens that fail are looked at by the kernel side once a rule asks for any
          condition: evt.type in (open, openat, openat2) and evt.failed = true and fd.name = /etc/shadow
          output: failed read of %fd.name by %proc.name
          priority: INFO
          severity: LOW

        """

    func run() async throws {
        let work = try WorkFolder()
        defer { try? work.remove() }
        let load = try Load(folder: work.url)
        let rule = work.url.appending(path: "asking.yaml")
        try Self.asking.write(to: rule, atomically: true, encoding: .utf8)
        print("\n### Opens that fail\n\n\(Figure.count(Self.count)) opens for reading of a name that is not there and that no rule asks for.\n")
        let table = Table("", "sensor, processor time", "reported", "ns an open, processor time of the load", "more than without")
        let base = try await load.best(of: Self.rounds, .refused, count: Self.count).result.cpuSeconds
        table.row("without the sensor", "-", "-", Self.nanoseconds(base), "-")
        try await row("the rules ask for none", rules, load, base, table)
        try await row("a rule asks for another name", rules + [rule], load, base, table)
    }

    private func row(_ name: String, _ rules: [URL], _ load: Load, _ base: Double, _ table: Table) async throws {
        let work = try WorkFolder()
        defer { try? work.remove() }
        let sensor = try await SensorUnderTest(rules: rules, folder: work.url)
        do {
            let before = try await sensor.counts()
            let (result, cpu) = try await load.best(of: Self.rounds, .refused, count: Self.count, beside: sensor)
            let reported = (try await sensor.counts() - before).seen["open-failed"] ?? 0
            table.row(name, Figure.seconds(cpu), Figure.count(reported), Self.nanoseconds(result.cpuSeconds), Self.nanoseconds(result.cpuSeconds - base))
        } catch {
            await sensor.stop()
            throw error
        }
        await sensor.stop()
    }

    private static func nanoseconds(_ seconds: Double) -> String { String(format: "%.0f", seconds * 1e9 / Double(count)) }
}
