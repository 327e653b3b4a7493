import Contract
import Crypto
import Foundation
import Glibc
package import ScenarioModel

/// One scenario against one stack: its steps in order, then what has to be there, then quiet, then what must not be there.
package struct ScenarioRun: Sendable {
    let scenario: Scenario
    let stack: Stack
    let tell: @Sendable (RunProgress) -> Void

    package init(scenario: Scenario, stack: Stack, tell: @escaping RunProgress.Listener) {
        self.scenario = scenario
        self.stack = stack
        self.tell = tell
    }

    /// The checks of the whole run.
    ///
    /// - Throws: when a step cannot be carried out; an expectation that does not hold is a failed check.
    package func run() async throws -> [Check] {
        guard let limits = scenario.limits, let pid = await stack.sensorPID() else { return try await runSteps() }
        let watch = LimitWatch(pid: pid, limits: limits, cgroup: await stack.cgroup)
        // ends with this scope
        async let _: Void = watch.run()
        return try await runSteps() + watch.checks()
    }

    private func runSteps() async throws -> [Check] {
        try place.prepare()
        if let faults = scenario.faults { try await portal().put(faults) }
        var checks: [Check] = []
        for located in scenario.steps {
            try Task.checkCancellation()
            do {
                checks += try await perform(located.step)
            } catch let error as CancellationError {
                throw error
            } catch {
                throw Shell.Failure(description: "\(scenario.file):\(located.line): \(error)")
            }
            // what comes after a wait in vain would only say the same thing again
            if checks.contains(where: { !$0.passed }) { return checks }
        }
        tell(.note("waiting for what is expected (at most \(scenario.expectation.within.spanText))"))
        checks += try await wait(for: scenario.expectation)
        try await Task.sleep(for: scenario.expectation.settle)
        checks += Judge.absence(scenario.expectation, try await observe(scenario.expectation))
        if scenario.auditsTheWire { checks += try await auditWire() }
        return checks
    }

    // MARK: steps

    private func perform(_ step: Step) async throws -> [Check] {
        switch step {
        case .container(let spec):
            tell(.note("container \(spec.name): pod \(spec.namespace)/\(spec.pod), image \(spec.image)"))
            try await stack.startContainer(spec)
        case .action(let call): return try await act(call)
        case .wait(let span):
            tell(.note("waiting \(span.spanText)"))
            try await Task.sleep(for: span)
        case .waitVirtual(let span):
            let scale = await stack.sensor?.scale ?? 1
            let real = Duration.milliseconds(Int64(Double(span.components.seconds) * 1000 / scale))
            tell(.note("\(span.spanText) of the sensor's time pass (\(real.spanText))"))
            try await Task.sleep(for: real)
        case .waitUntil(let expectation):
            tell(.note("waiting for what the step expects (at most \(expectation.within.spanText))"))
            return try await wait(for: expectation)
        case .outage(.begin):
            tell(.note("the portal refuses every connection"))
            try await portal().put(PortalView.outage)
        case .outage(.end):
            tell(.note("the portal answers again"))
            try await portal().endFaults()
        case .clock(let scale):
            let sensor = try await sensor()
            guard await sensor.scale != scale else { break }
            tell(.note("the sensor restarts with a clock \(Int(scale)) times as fast"))
            try await sensor.stop()
            await sensor.setTimeScale(scale)
            try await sensor.start()
        case .bootClock(let span):
            let sensor = try await sensor()
            tell(.note("the sensor's boot clock is \(span.spanText) ahead"))
            let isRunning = await sensor.pid != nil
            if isRunning { try await sensor.stop() }
            await sensor.setBootClock(ahead: span)
            if isRunning { try await sensor.start() }
        case .link(let condition):
            tell(.note("link to the portal: \(condition.rawValue)"))
            try await stack.setLink(condition)
        case .portal(let command):
            tell(.note("portal: \(command.rawValue)"))
            try await stack.control(portal: command)
        case .disk(let command):
            tell(.note("disk of the sensor's store: \(command.rawValue)"))
            try await stack.control(disk: command)
        case .kills(let plan):
            tell(.note("\(plan.count) kills at random moments, seed \(plan.seed)"))
            return try await KillRun(plan: plan, stack: stack, programs: place.programs, tell: tell).run()
        case .faults(let plan):
            tell(.note(plan.faults.isEmpty ? "faults end" : "\(plan.faults.count) faults in force"))
            try await plan.faults.isEmpty ? portal().endFaults() : portal().put(plan)
        case .reputation(let entry): try await teach(entry)
        case .sensor(let command): try await control(command)
        case .kubernetes(let command):
            tell(.note("Kubernetes API server: \(command.rawValue)"))
            switch command {
            case .kill: try await stack.killCluster()
            case .start: try await stack.reviveCluster()
            }
        case .say(let text): tell(.said(text))
        }
        return []
    }

    private func control(_ command: ProgramCommand) async throws {
        tell(.note("sensor: \(command.rawValue)"))
        let sensor = try await sensor()
        switch command {
        case .stop: try await sensor.stop()
        case .kill: await sensor.kill()
        case .start: try await sensor.start()
        case .restart:
            try await sensor.stop()
            try await sensor.start()
        }
    }

    private func teach(_ entry: ReputationEntry) async throws {
        let (kind, value): (String, String)
        switch entry.subject {
        case .value(let given, let text): (kind, value) = (given, text)
        case .file(let path, let container):
            let file: URL
            if let container {
                file = try await stack.containerHost().container(container).root.appending(path: path)
            } else {
                file = URL(fileURLWithPath: path.replacing("${work}", with: place.folder.path).replacing("${programs}", with: place.programs.path))
            }
            (kind, value) = ("sha256", SHA256.hash(data: try Data(contentsOf: file)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
        tell(.note("the reputation service learns: \(kind) \(value.prefix(16))... is \(entry.disposition)"))
        try await portal().add(IndicatorImport(indicators: [.init(kind: kind, value: value, disposition: entry.disposition, family: entry.family, source: "scenario \(scenario.name)")]))
    }

    private func act(_ call: ActionCall) async throws -> [Check] {
        let words = call.arguments.joined(separator: " ").replacing("${programs}/", with: "").prefix(100)
        tell(.note("\(call.name)\(call.container.map { " in \($0)" } ?? " on the host"): \(words)"))
        let host = call.container == nil ? nil : try await stack.containerHost()
        let command = try await place.command(call, host: host)
        var arguments = command.arguments
        if call.isBesideSensor { arguments = (await stack.cgroup?.commandPrefix ?? []) + arguments }
        for _ in 0..<call.times {
            let result = try await Shell.run(arguments, environment: command.environment, folder: place.folder, limit: call.limit)
            if let expected = call.exit, result.status != expected {
                let how = result.status.map { "exit status \($0)" } ?? "not done after \(call.limit.spanText)"
                throw Shell.Failure(description: "action '\(call.name)': \(how) instead of \(expected)\n\(result.output.suffix(1000))")
            }
        }
        return []
    }

    // MARK: what is seen

    private func wait(for expectation: Expected) async throws -> [Check] {
        let deadline = ContinuousClock.now + expectation.within
        while true {
            let checks = Judge.presence(expectation, try await observe(expectation))
            if checks.allSatisfy(\.passed) || ContinuousClock.now >= deadline { return checks }
            try await Task.sleep(for: .milliseconds(150))
        }
    }

    private func observe(_ expectation: Expected) async throws -> Observation {
        try await stack.observe(needingHeartbeats: expectation.heartbeats != nil || !expectation.lastHeartbeat.isEmpty, statistics: !expectation.statistics.isEmpty)
    }

    private func auditWire() async throws -> [Check] {
        tell(.note("the sensor stops; its captured traffic is held against its endpoints"))
        try await sensor().stop()
        guard let wire = await stack.wire else { throw Shell.Failure(description: "nothing was captured") }
        return try wire.finish()
    }

    // MARK: places

    private var place: ActionPlace { ActionPlace(work: stack.work) }

    private func portal() async throws -> PortalView {
        guard let portal = await stack.portal else { throw Shell.Failure(description: "the portal is not up") }
        return portal
    }

    private func sensor() async throws -> SensorProgram {
        guard let sensor = await stack.sensor else { throw Shell.Failure(description: "the sensor is not up") }
        return sensor
    }
}
