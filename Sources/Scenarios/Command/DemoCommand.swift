import ArgumentParser
import CommandEntry
import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Run an attack story on this machine and show what the portal saw.",
        discussion: "Starts portal, Kubernetes API server and sensor, attacks throw-away containers, prints the detections, removes everything again.")

    @Flag(inversion: .prefixedNo, help: "Leave portal and sensor running until Ctrl-C, so that the page can be opened. (default: on a terminal)")
    var keep: Bool?

    func run() async throws {
        let root = PackageRoot()
        let story: Scenario
        do { story = try ScenarioLibrary(root: root).find("demo") } catch { throw WrongInput(description: "\(error)") }
        let printer = Printer(story: true)
        let isWatched = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let keeps = keep ?? isWatched
        let suite = Suite(root: root, scenarios: [story], keep: keeps) { stack in
            let told = try await DemoStory.tell(stack)
            printer.show(told, keeps: keeps)
            return told.checks
        }
        let report = try await interruptible { await suite.run(tell: printer.show) }
        guard let result = report.results.first else { throw ExitCode(1) }
        switch result.outcome {
        case .passed: say("The demo is complete: everything expected was detected, and everything that was started is gone again.")
        case .skipped(let why): say("The demo cannot run here: \(why)")
        case .failed, .broken: say("The demo did not go as expected.")
        }
        if result.outcome != .passed { throw ExitCode(1) }
    }
}
