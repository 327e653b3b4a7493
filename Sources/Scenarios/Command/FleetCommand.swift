import ArgumentParser
import Fleet
import Foundation
import Foundations
import ScenarioRunner

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Start many sensors against one portal and one Kubernetes API server, and see what they ask (root).",
        discussion: """
            The sensors' own clients run here, one API server and one portal beside them. The fleet starts three times: together, spread by a start \
            delay, and while the API server refuses, forgets and is slow. Exit status 0: each sensor got what it needed, with one list and one \
            watch. 1: not so. 2: wrong input.
            """)

    @Option(help: "How many sensors.") var sensors = 100
    @Option(help: "Seconds for which each start is watched.") var seconds = 30
    @Flag(help: "The report as one JSON object.") var json = false

    func validate() throws {
        if !(1...5000).contains(sensors) { throw ValidationError("--sensors must be 1 to 5000.") }
        if !(1...3600).contains(seconds) { throw ValidationError("--seconds must be 1 to 3600.") }
    }

    func run() async throws {
        let plan = FleetPlan(sensors: sensors, span: .seconds(seconds))
        let quiet = json
        let report = try await interruptible { try await FleetRun(root: PackageRoot(), plan: plan) { if !quiet { say($0) } }.run() }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            say(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            show(report)
        }
        if !report.succeeded { throw ExitCode(1) }
    }

    private func show(_ report: FleetReport) {
        func three(_ values: [Double]) -> String { values.isEmpty ? "none" : values.map { String(($0 * 10).rounded() / 10) }.joined(separator: " / ") + " s" }
        for phase in report.phases {
            say("\(phase.name): API requests in each second \(phase.kubernetes.perSecond.prefix(60).map(String.init).joined(separator: " "))")
            say("  answers \(phase.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")); \(phase.delivered) records delivered, \(phase.duplicates) twice")
            if phase.listsMost > 1 || phase.watchesMost > 1 {
                say("  of one sensor at most \(phase.listsMost) lists and \(phase.watchesMost) watches; between two lists \(three(phase.listGaps)), between two watches \(three(phase.watchGaps)) (shortest / middle / longest)")
            }
        }
        say("\(report.sensors) sensors: \(report.succeeded ? "all got what they needed" : "BROKEN")")
    }
}
