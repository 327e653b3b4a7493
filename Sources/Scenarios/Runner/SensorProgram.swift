import Foundation
import Glibc
import ScenarioModel

/// The sensor of a stack, started, stopped and asked as an operator would.
actor SensorProgram {
    struct Settings: Sendable {
        var executable: URL
        var work: WorkFolder
        var grpcEndpoint: String
        var httpEndpoint: String
        var authority: URL
        var kubeconfig: URL
        var node: String
        /// Put before the command: `nsenter --net=...`.
        var prefix: [String] = []
        var environment: [String: String] = [:]
    }

    /// In the work folder.
    static let storeFolder = "sensor-store"

    private let settings: Settings
    private var process: Subprocess?
    private var timeScale = 1.0
    private var bootClockAhead: Duration = .zero
    /// Of the sensors that ended as they should.
    private(set) var log: URL

    init(_ settings: Settings) throws {
        self.settings = settings
        log = settings.work.url.appending(path: "sensor.log")
        _ = try settings.work.folder(Self.storeFolder)
    }

    var pid: Int32? { process.flatMap { $0.isRunning ? $0.pid : nil } }
    private var controlSocket: String { settings.work.url.appending(path: "control.sock").path }

    func setTimeScale(_ scale: Double) { timeScale = scale }
    var scale: Double { timeScale }

    /// From the next start on its boot clock is ahead, as after a machine's sleep (time_namespaces(7)).
    func setBootClock(ahead: Duration) { bootClockAhead = ahead }

    private var commandPrefix: [String] {
        settings.prefix + (bootClockAhead == .zero ? [] : ["unshare", "--time", "--boottime", "\(bootClockAhead.components.seconds)"])
    }

    /// Starts it, and does not wait for anything.
    func launch() throws {
        guard pid == nil else { return }
        var arguments = [
            "daemon", "--grpc-endpoint", settings.grpcEndpoint, "--http-endpoint", settings.httpEndpoint, "--ca-cert", settings.authority.path,
            "--host-store", settings.work.url.appending(path: Self.storeFolder).path, "--kubeconfig", settings.kubeconfig.path, "--control-socket", controlSocket,
        ]
        if timeScale != 1 { arguments += ["--time-scale", "\(timeScale)"] }
        let command = commandPrefix + [settings.executable.path] + arguments
        guard let program = Shell.find(command[0]) else { throw Shell.Failure(description: "no program '\(command[0])'") }
        let started = try Subprocess(
            "wiz-sensor", executable: program, arguments: Array(command.dropFirst()),
            environment: ["WIZ_API_CONFIG_DIR": settings.work.url.appending(path: "credentials").path, "MY_NODE_NAME": settings.node].merging(settings.environment) { $1 },
            folder: settings.work.url, log: log)
        process = started
        try settings.work.record(started.pid)
    }

    /// Starts it and returns when its probes are attached and definitions are in use.
    func start(readyWithin limit: Duration = .seconds(60)) async throws {
        try launch()
        guard let started = process else { return }
        let seconds = max(1, Int(limit.components.seconds))
        let ready = try await Shell.run(
            [settings.executable.path, "wait-for-ready", "--timeout", "\(seconds)", "--control-socket", controlSocket], folder: settings.work.url,
            limit: limit + .seconds(5))
        guard ready.status == 0, started.isRunning else {
            let why = started.isRunning ? "is not ready: \(ready.output.prefix(500))" : "ended with status \(await started.exit(within: .zero).map(String.init) ?? "?")"
            throw Shell.Failure(description: "wiz-sensor \(why)\n\(started.tail().joined(separator: "\n"))")
        }
    }

    /// SIGTERM; by contract it flushes, deregisters and exits with 0 within 25 s.
    func stop() async throws {
        guard let process else { return }
        self.process = nil
        let status = await process.stop()
        guard status == 0 else {
            throw Shell.Failure(description: "wiz-sensor did not stop cleanly (status \(status.map(String.init) ?? "none"))\n\(process.tail().joined(separator: "\n"))")
        }
    }

    func kill() async {
        process?.send(SIGKILL)
        _ = await process?.exit(within: .seconds(5))
        process = nil
    }

    /// `get-statistics --json`; null while it does not answer.
    func statistics() async -> JSONValue {
        guard pid != nil,
            let result = try? await Shell.run(
                [settings.executable.path, "get-statistics", "--json", "--control-socket", controlSocket], folder: settings.work.url, limit: .seconds(10)),
            result.status == 0, let start = result.output.firstIndex(of: "{"), let value = try? JSONValue(json: Data(result.output[start...].utf8))
        else { return .null }
        return value
    }

    func tail() -> [String] { process?.tail() ?? (try? String(contentsOf: log, encoding: .utf8))?.split(separator: "\n").suffix(20).map(String.init) ?? [] }
}
