import ArgumentParser
import CommandEntry
import Foundation
import Settings

struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "Watch this node and report to the portal.",
        discussion: """
            Settings come from the file, then from the environment, then from the flags; later ones win. Without an endpoint the daemon works alone: \
            detections go to standard output as JSON lines. SIGTERM: flush, deregister, end. SIGHUP: read settings and rule files again; the log names settings that need a restart.
            """)

    @Option(help: "YAML file with settings.") var config: String?
    @Option(help: "HOST:PORT of the portal's gRPC service.") var grpcEndpoint: String?
    @Option(help: "https URL of the portal's REST service.") var httpEndpoint: String?
    @Option(help: "PEM file with the authorities that certificates are checked against.") var caCert: String?
    @Option(help: "File with the root key that definitions must be proven from (the portal's definitions-root.pub).") var definitionsRoot: String?
    @Option(help: "Folder on the host's disk for what survives a restart.") var hostStore: String?
    @Option(help: "Kubeconfig of the API server that knows this node's pods.") var kubeconfig: String?
    @Option(parsing: .upToNextOption, help: "Rule files in addition to the definitions.") var rules: [String] = []
    @Option(help: "All timings are divided by this; for scenarios only.") var timeScale: String?
    @Option(help: "Unix socket that subcommands ask.") var controlSocket: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel: String?
    @Option(help: "Bytes of the ring buffer.") var ringBytes: String?

    func run() async throws {
        let settings = try load()
        try await SensorDaemon(settings: settings, reload: load).run()
    }

    private func load() throws -> Settings {
        do throws(SettingsError) {
            var settings = try Settings.load(file: config, environment: ProcessInfo.processInfo.environment)
            let flags: [(flag: String, key: String, value: String?)] = [
                ("--grpc-endpoint", "grpcEndpoint", grpcEndpoint), ("--http-endpoint", "httpEndpoint", httpEndpoint), ("--ca-cert", "caCertificate", caCert),
                ("--definitions-root", "definitionsRoot", definitionsRoot), ("--host-store", "hostStore", hostStore), ("--kubeconfig", "kubeconfig", kubeconfig), ("--time-scale", "timeScale", timeScale),
                ("--control-socket", "controlSocket", controlSocket), ("--log-level", "logLevel", logLevel), ("--ring-bytes", "ringBytes", ringBytes),
            ]
            for (flag, key, value) in flags {
                if let value { try settings.apply(key, value, source: flag) }
            }
            settings.rules += rules
            try settings.validate()
            return settings
        } catch {
            throw WrongInput(description: error.description)
        }
    }
}
