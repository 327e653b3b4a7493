import Contract
import Foundation
import ScenarioModel
import ScenarioRunner

/// A sensor beside a container runtime, with one rule: a program that was given the word `wiz-marked`.
final class RuntimeDaemon {
    private static let rules = """
        - rule: Marked program
          id: marked-program
          desc: A program of this test ran in a container.
          condition: evt.type in (execve, execveat) and container.id != host and proc.args contains wiz-marked
          output: "marked | name=%container.name ns=%k8s.ns.name pod=%k8s.pod.name own=%container.label[own]"
          priority: CRITICAL
          severity: CRITICAL
          techniques: [T1059]

        """

    let harness: DaemonHarness
    private var socket = ""

    private init(_ harness: DaemonHarness) { self.harness = harness }

    static func with(_ body: (RuntimeDaemon) async throws -> Void) async throws {
        let harness = try DaemonHarness()
        do { try await body(RuntimeDaemon(harness)) } catch {
            await harness.finish(expectCleanStop: false)
            throw error
        }
        await harness.finish()
    }

    /// Until the sensor runs and is in this state towards the runtime behind the socket: `polling`, `watching`.
    /// - Parameter prefix: put before the command.
    func start(_ socket: String, state: String, _ arguments: [String] = [], prefix: [String] = []) async throws {
        self.socket = socket
        let rules = harness.folder.appending(path: "rules.yaml")
        try Self.rules.write(to: rules, atomically: true, encoding: .utf8)
        try harness.start(["--rules", rules.path] + arguments, prefix: prefix, environment: ["CRI_SOCKET_CUSTOM_PATH": socket, "MY_NODE_NAME": "node-1"])
        _ = try await harness.statistics { $0["state"]?.text == "running" && runtime(of: $0)?["state"]?.text == state }
    }

    /// How things stand with the runtime behind our socket; this machine may have others.
    func runtime(of statistics: JSONValue) -> JSONValue? { statistics["containerRuntime"]?["runtimes"]?.elements?.first { $0["socket"]?.text == socket } }

    /// The first detection in a container.
    func detection(in container: String) async throws -> CloudEvent {
        try await harness.eventually("a detection in \(container.prefix(12)); the log ends:\n\(harness.log.suffix(2000))", within: .seconds(30)) {
            harness.log.split(separator: "\n").lazy.compactMap { $0.hasPrefix("{") ? try? JSONDecoder().decode(CloudEvent.self, from: Data($0.utf8)) : nil }
                .first { $0.runtimeDetails.processTree.first?.container?.id == container }
        }
    }

    /// What `wiz-sensor containers` shows; nil when it does not answer.
    func containers() async -> [JSONValue]? {
        guard let sensor = try? PackageRoot().executable("wiz-sensor").path,
            let result = try? await Shell.run([sensor, "containers", "--json", "--control-socket", harness.controlSocket], folder: harness.folder), result.status == 0,
            let all = try? JSONValue(json: Data(result.output.utf8))
        else { return nil }
        return all.elements
    }
}
