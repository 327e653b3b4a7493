import ArgumentParser
import CommandEntry
import Foundation
import Foundations
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run sensors, portal, network, disks and clocks in virtual time, and look for a broken promise.",
        discussion: """
            Every run is a function of its seed: the same seed gives the same trace digest on every machine. Without --plan the plan is drawn \
            from the seed too. Exit status 0: no invariant was broken. 1: one was; the command that repeats it is printed. 2: wrong input.
            """)

    @Option(help: "The first seed.") var seed: UInt64?
    @Option(help: "How many seeds, from the first one up.") var seeds: UInt64 = 1
    @Option(help: "Virtual hours with faults; after that everything has to drain.") var hours = 48
    @Option(help: "Read the plan from this file (YAML or JSON) instead of drawing one for each seed.") var plan: String?
    @Flag(help: "Print the last steps of each run in words.") var trace = false
    @Flag(help: "One JSON object a run.") var json = false

    func validate() throws {
        if seeds == 0 { throw ValidationError("--seeds must be at least 1.") }
        if !(1...10_000).contains(hours) { throw ValidationError("--hours must be 1 to 10000.") }
    }

    func run() throws {
        let written = try plan.map(read)
        // without a wish each call looks somewhere else; the seed is printed
        let first = seed ?? UInt64.random(in: 1...999_999_999)
        let began = ContinuousClock.now
        var broken = 0
        var steps = 0
        for offset in 0..<seeds {
            let report = try Simulator.run(seed: first &+ offset, hours: hours, plan: written, tracing: trace)
            steps += report.steps
            if !report.succeeded { broken += 1 }
            if json { try say(line(of: report)) } else { show(report) }
        }
        if !json, seeds > 1 {
            let seconds = Double((ContinuousClock.now - began).nanoseconds) / 1e9
            say("\(seeds) seeds of \(hours) h: \(broken) broken invariants, \(steps) steps in \((seconds * 10).rounded() / 10) s")
        }
        if broken > 0 { throw ExitCode(1) }
    }

    private func read(_ path: String) throws -> SimulationPlan {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { throw WrongInput(description: "\(path): cannot be read") }
        do { return try SimulationPlan(text: text, file: path) } catch { throw WrongInput(description: error.description) }
    }

    private func show(_ report: SimulationReport) {
        let totals = report.totals
        let evicted = totals.evicted.sorted { $0.key < $1.key }.map { ", \($0.value) \($0.key)" }.joined()
        say(
            "seed \(report.seed) \(report.succeeded ? "ok" : "BROKEN") digest \(report.traceDigest) steps \(report.steps): \(totals.submitted) events,"
                + " \(totals.delivered) delivered\(evicted)\(totals.lostInCrashes > 0 ? ", \(totals.lostInCrashes) lost with the process" : ""),"
                + " \(totals.duplicates) duplicates, \(totals.restarts) restarts"
                + (totals.attacks > 0 ? ", \(totals.attacks) attacks, \(totals.attacksLost) of them lost by the kernel or with the process" : ""))
        if trace { for line in report.trace { say("  | \(line)") } }
        if seeds == 1 || !report.succeeded {
            say("plan:")
            for line in report.plan.text.split(separator: "\n") { say("  \(line)") }
        }
        if let failure = report.failure {
            say("\(failure)")
            say("again: \(report.command(planFile: plan)) --trace")
        }
    }

    private func line(of report: SimulationReport) throws -> String {
        struct Line: Encodable {
            var seed: UInt64
            var hours: Int
            var steps: Int
            var traceDigest: String
            var plan: String
            var submitted: UInt64
            var delivered: UInt64
            var evicted: [String: UInt64]
            var lostInCrashes: UInt64
            var duplicates: UInt64
            var requests: UInt64
            var restarts: UInt64
            var drainSeconds: Double?
            var broken: String?
            var again: String?
        }
        let totals = report.totals
        let line = Line(
            seed: report.seed, hours: report.hours, steps: report.steps, traceDigest: report.traceDigest, plan: report.plan.text, submitted: totals.submitted,
            delivered: totals.delivered, evicted: Dictionary(uniqueKeysWithValues: totals.evicted.map { ($0.key.name, $0.value) }),
            lostInCrashes: totals.lostInCrashes, duplicates: totals.duplicates, requests: totals.requests, restarts: totals.restarts,
            drainSeconds: report.drain?.inSeconds, broken: report.failure?.description, again: report.failure.map { _ in report.command(planFile: plan) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
