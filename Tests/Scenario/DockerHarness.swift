import Foundation
import ScenarioModel
import ScenarioRunner

/// A Docker engine of the test's own, with a containerd of its own: data, state and socket in a folder, no network, one image of a static busybox. It is
/// driven through its HTTP API with curl.
final class DockerHarness {
    let folder: URL
    private let dockerd: Subprocess
    static let image = "wiz.test/busybox:1"

    var socket: String { folder.appending(path: "docker.sock").path }

    private init(folder: URL, dockerd: Subprocess) { (self.folder, self.dockerd) = (folder, dockerd) }

    static func with(_ body: (DockerHarness) async throws -> Void) async throws {
        // short: sockets lie below it
        let folder = URL(fileURLWithPath: "/var/lib/wiz-dk-\(UUID().uuidString.prefix(6))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let harness: DockerHarness
        do { harness = try await start(in: folder) } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(harness)) } catch { result = .failure(error) }
        await harness.finish()
        try result.get()
    }

    private static func start(in folder: URL) async throws -> DockerHarness {
        let (program, path) = (try RuntimePrograms.dockerd(), folder.path)
        let dockerd = try Subprocess(
            "dockerd", executable: program,
            arguments: [
                "--data-root", path + "/data", "--exec-root", path + "/exec", "--pidfile", path + "/pid", "--host", "unix://\(path)/docker.sock", "--storage-driver", "vfs",
                "--iptables=false", "--ip6tables=false", "--bridge", "none",
            ],
            environment: ["PATH": RuntimePrograms.path(with: program)], folder: folder, log: folder.appending(path: "dockerd.log"))
        let harness = DockerHarness(folder: folder, dockerd: dockerd)
        do {
            try await harness.waitUntilItAnswers()
            let layer = try await BusyboxLayer.make(in: folder.appending(path: "image"))
            let name = image.split(separator: ":")
            _ = try await harness.call("POST", "/images/create?fromSrc=-&repo=\(name[0])&tag=\(name[1])", ["-H", "Content-Type: application/x-tar", "--data-binary", "@\(layer.path)"])
        } catch {
            await harness.finish()
            throw error
        }
        return harness
    }

    /// Starts a container that runs `command`; gives its id.
    func run(_ name: String, command: [String], binds: [String] = [], labels: [String: String] = [:]) async throws -> String {
        let wanted: JSONValue = [
            "Image": .string(Self.image), "Cmd": .array(command.map { .string($0) }), "Labels": .object(labels.mapValues { .string($0) }),
            "HostConfig": ["NetworkMode": "none", "Binds": .array(binds.map { .string($0) })],
        ]
        let body = folder.appending(path: "create.json")
        try JSONEncoder().encode(wanted).write(to: body)
        let made = try JSONValue(json: Data(await call("POST", "/containers/create?name=\(name)", ["-H", "Content-Type: application/json", "--data-binary", "@\(body.path)"]).utf8))
        guard let id = made["Id"]?.text else { throw Shell.Failure(description: "Docker made no container \(name)") }
        _ = try await call("POST", "/containers/\(id)/start")
        return id
    }

    func remove(_ id: String) async throws { _ = try await call("DELETE", "/containers/\(id)?force=true") }

    private func call(_ method: String, _ target: String, _ arguments: [String] = []) async throws -> String {
        try await Shell.check(["curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "60", "--unix-socket", socket, "-X", method, "http://docker\(target)"] + arguments, folder: folder)
    }

    private func waitUntilItAnswers() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if FileManager.default.fileExists(atPath: socket), (try? await call("GET", "/_ping")) == "OK" { return }
            guard dockerd.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Shell.Failure(description: "dockerd does not answer:\n\(dockerd.tail().joined(separator: "\n"))")
    }

    private func finish() async {
        if let all = try? JSONValue(json: Data(await call("GET", "/containers/json?all=true").utf8)).elements {
            for id in all.compactMap({ $0["Id"]?.text }) { try? await remove(id) }
        }
        _ = await dockerd.stop()
        RuntimePrograms.detachMounts(below: folder)
        try? FileManager.default.removeItem(at: folder)
    }
}
