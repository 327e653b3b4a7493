import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// A daemon as an operator starts it, with a folder, a control socket and, when asked for, a portal of its own.
final class DaemonHarness {
    let folder: URL
    private let root = PackageRoot()
    private(set) var backend: Subprocess?
    private(set) var daemon: Subprocess?

    init() throws {
        // below a folder that another user can reach too
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "wiz-daemon-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    var controlSocket: String { folder.appending(path: "c.sock").path }
    var store: String { folder.appending(path: "store").path }
    var portalFolder: URL { folder.appending(path: "portal") }

    struct Endpoints: Decodable { var grpc, http, control: String }

    /// - Parameter options: further flags of `serve`.
    func startBackend(_ options: [String] = []) async throws -> Endpoints {
        let file = portalFolder.appending(path: "endpoints.json")
        backend = try Subprocess(
            "fake-wiz-backend", executable: root.executable("fake-wiz-backend"), arguments: ["serve", "--data", portalFolder.path, "--no-auth-web"] + options, folder: folder,
            log: folder.appending(path: "backend.log"))
        let endpoints = try await eventually("endpoints of the portal") { try? JSONDecoder().decode(Endpoints.self, from: Data(contentsOf: file)) }
        try await Shell.check(
            [try root.executable("fake-wiz-backend").path, "definitions", "publish", "--data", portalFolder.path, "--version", "1.0.0", "--rules"]
                + root.rules().map(\.path), folder: folder)
        try secret(id: String(contentsOf: portalFolder.appending(path: "client-id"), encoding: .utf8), secret: String(contentsOf: portalFolder.appending(path: "client-secret"), encoding: .utf8))
        return endpoints
    }

    /// The files that the sensor reads its credentials from.
    func secret(id: String, secret: String) throws {
        let directory = folder.appending(path: "credentials")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try id.write(to: directory.appending(path: "clientId"), atomically: true, encoding: .utf8)
        try secret.write(to: directory.appending(path: "clientToken"), atomically: true, encoding: .utf8)
    }

    /// Runs the daemon as somebody who owns nothing but the harness's folder; the program is copied there, because the build tree may be closed
    /// to others.
    func startAsNobody(_ arguments: [String]) throws {
        let program = folder.appending(path: "wiz-sensor")
        try FileManager.default.copyItem(at: root.executable("wiz-sensor"), to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        try FileManager.default.setAttributes([.ownerAccountID: 65_534, .groupOwnerAccountID: 65_534], ofItemAtPath: folder.path)
        try start(arguments, prefix: Self.nobody, program: program.path)
    }

    /// Without the capabilities that loading programs takes: probes cost nothing, the rest is as ever.
    static let withoutProbes = ["setpriv", "--bounding-set=-bpf,-sys_admin,-perfmon"]

    static let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// - Parameters:
    ///   - prefix: put before the command: `setpriv ...`.
    ///   - program: another copy of the sensor than the one that was built.
    ///   - environment: added to what every daemon gets.
    func start(_ arguments: [String], prefix: [String] = [], program: String? = nil, environment: [String: String] = [:]) throws {
        let command = try prefix + [program ?? root.executable("wiz-sensor").path, "daemon", "--host-store", store, "--control-socket", controlSocket] + arguments
        let program = try #require(Shell.find(command[0]))
        daemon = try Subprocess(
            "wiz-sensor", executable: program, arguments: Array(command.dropFirst()),
            environment: ["WIZ_API_CONFIG_DIR": folder.appending(path: "credentials").path, "KUBECONFIG": ""].merging(environment) { $1 }, folder: folder, log: folder.appending(path: "sensor.log"))
    }

    func portalArguments(_ endpoints: Endpoints, authority: String? = nil) -> [String] {
        ["--grpc-endpoint", endpoints.grpc, "--http-endpoint", endpoints.http, "--ca-cert", authority ?? portalFolder.appending(path: "ca.pem").path]
    }

    func statistics() async -> JSONValue? {
        guard let sensor = try? root.executable("wiz-sensor").path,
            let result = try? await Shell.run([sensor, "get-statistics", "--json", "--control-socket", controlSocket], folder: folder), result.status == 0
        else { return nil }
        return try? JSONValue(json: Data(result.output.utf8))
    }

    /// Statistics once the condition holds; the last ones when it has not within 20 seconds.
    func statistics(when condition: (JSONValue) -> Bool) async throws -> JSONValue {
        try await eventually("statistics as expected; the log ends:\n\(log.suffix(1500))") {
            guard let statistics = await self.statistics(), condition(statistics) else { return nil }
            return statistics
        }
    }

    var log: String { (try? String(contentsOf: folder.appending(path: "sensor.log"), encoding: .utf8)) ?? "" }

    func eventually<Value>(_ what: @autoclosure () -> String, within limit: Duration = .seconds(20), _ get: () async -> Value?) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let value = await get() { return value }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Shell.Failure(description: "never: \(what())")
    }

    /// Ends what was started and removes the folder; the daemon must obey SIGTERM with status 0.
    func finish(expectCleanStop: Bool = true) async {
        if let daemon {
            let status = await daemon.stop()
            if expectCleanStop { #expect(status == 0, "the daemon ended with \(status.map(String.init) ?? "a kill"); \(log.suffix(1500))") }
        }
        await backend?.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
