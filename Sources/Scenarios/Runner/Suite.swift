import Foundation
import Foundations
import Glibc
package import ScenarioModel

/// Scenarios one after the other, each with a stack of its own, so that none sees what another left.
package struct Suite: Sendable {
    package var root: PackageRoot
    package var scenarios: [Scenario]
    /// Leaves the last stack running until the task is cancelled.
    package var keep: Bool
    /// Called with the stack of each scenario whose checks are done, before it is torn down; its checks are added.
    package var inspect: (@Sendable (Stack) async throws -> [Check])?

    package init(root: PackageRoot, scenarios: [Scenario], keep: Bool = false, inspect: (@Sendable (Stack) async throws -> [Check])? = nil) {
        self.root = root
        self.scenarios = scenarios
        self.keep = keep
        self.inspect = inspect
    }

    /// Runs them all. Cancellation ends the running scenario, tears it down and gives the report so far.
    package func run(tell: @escaping RunProgress.Listener) async -> RunReport {
        let clock = ContinuousClock()
        var report = RunReport(host: ProcessInfo.processInfo.hostName, started: WallInstant(secondsSince1970: Date.now.timeIntervalSince1970).rfc3339)
        if geteuid() == 0 {
            let removed = await WorkFolder.removeLeftovers()
            if !removed.isEmpty { tell(.note("removed what a killed run left: \(removed.joined(separator: ", "))")) }
        }
        let requirements = await Requirements(root: root)
        for (index, scenario) in scenarios.enumerated() where !Task.isCancelled {
            tell(.began(scenario, number: index + 1, of: scenarios.count))
            let result: RunReport.Result
            if let missing = requirements.missing(for: scenario) {
                result = .init(scenario: scenario, outcome: .skipped(missing))
            } else {
                let start = clock.now
                var done = await runOne(scenario, keep: keep && index == scenarios.count - 1, tell: tell)
                done.seconds = Double((clock.now - start).nanoseconds) / 1e9
                result = done
            }
            report.results.append(result)
            tell(.ended(result))
        }
        return report
    }

    private func runOne(_ scenario: Scenario, keep: Bool, tell: @escaping RunProgress.Listener) async -> RunReport.Result {
        let notes = Notes()
        let listen: RunProgress.Listener = { progress in
            if case .note(let text) = progress { notes.add(text) }
            tell(progress)
        }
        var scale = 1.0
        if case .clock(let first)? = scenario.steps.first?.step { scale = first }
        let stack: Stack
        do {
            stack = try Stack(.init(
                root: root, audit: scenario.auditsTheWire, timeScale: scale, limits: scenario.limits,
                hasFaultyLink: scenario.has { if case .link = $0 { true } else { false } }, hasSmallStore: scenario.has { if case .disk = $0 { true } else { false } }))
        } catch {
            return .init(scenario: scenario, outcome: .broken("\(error)"))
        }
        var result: RunReport.Result
        do {
            listen(.note("starting portal, API server and sensor"))
            try await stack.start()
            var checks = try await ScenarioRun(scenario: scenario, stack: stack, tell: listen).run()
            if let inspect { checks += try await inspect(stack) }
            result = .init(scenario: scenario, outcome: checks.allSatisfy(\.passed) ? .passed : .failed, checks: checks)
        } catch {
            result = .init(scenario: scenario, outcome: .broken(error is CancellationError ? "interrupted" : "\(error)"))
        }
        if result.outcome != .passed { notes.add(await stack.logs()) }
        if keep, let endpoints = await stack.endpoints() {
            tell(.note("kept running: \(endpoints.http) (files in \(stack.work.url.path)); Ctrl-C ends it"))
            try? await Task.sleep(for: .seconds(86_400 * 365))
        }
        // a cancelled task must still clear up
        let problems = await Task { await stack.tearDown() }.value
        if !problems.isEmpty {
            notes.add(problems)
            if result.outcome == .passed { result.outcome = .broken("tear-down: \(problems.joined(separator: "; "))") }
        }
        result.log = notes.lines
        return result
    }

    /// What was told, kept for the report. Written from the run's task, read after it.
    private final class Notes: @unchecked Sendable {
        private let lock = NSLock()
        private var kept: [String] = []
        var lines: [String] { lock.withLock { kept } }
        func add(_ line: String) { lock.withLock { kept.append(line) } }
        func add(_ lines: [String]) { lock.withLock { kept += lines } }
    }
}
