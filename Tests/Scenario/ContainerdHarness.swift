import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner

/// A containerd of the test's own: root, state and socket in a folder, one image of a static busybox, and CRI.
final class ContainerdHarness {
    let folder: URL
    private let containerd: Subprocess
    private var sandboxes: [String] = []
    private var pods: [String] = []
    static let image = "wiz.test/busybox:1"

    var socket: String { folder.appending(path: "c.sock").path }
    var cri: CRIDriver { CRIDriver(socket: socket) }

    private init(folder: URL, containerd: Subprocess) { (self.folder, self.containerd) = (folder, containerd) }

    /// - Parameter program: the containerd to run.
    static func with(_ program: URL, _ body: (ContainerdHarness) async throws -> Void) async throws {
        // short: the shims' sockets lie below it
        let folder = URL(fileURLWithPath: "/var/lib/wiz-ctd-\(UUID().uuidString.prefix(6))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let harness: ContainerdHarness
        do { harness = try await start(program, in: folder) } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(harness)) } catch { result = .failure(error) }
        await harness.finish()
        try result.get()
    }

    private static func start(_ program: URL, in folder: URL) async throws -> ContainerdHarness {
        let (path, config) = (folder.path, folder.appending(path: "config.toml"))
        // negative scores need a capability that a nested machine lacks
        try """
            version = 2
            root = "\(path)/root"
            state = "\(path)/state"
            [grpc]
              address = "\(path)/c.sock"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "\(image)"
              restrict_oom_score_adj = true
              disable_tcp_service = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "\(path)/cni"
                conf_dir = "\(path)/cni"

            """.write(to: config, atomically: true, encoding: .utf8)
        // its own shim lies beside it
        let containerd = try Subprocess(
            "containerd", executable: program, arguments: ["--config", config.path], environment: ["PATH": RuntimePrograms.path(with: program)], folder: folder,
            log: folder.appending(path: "containerd.log"))
        let harness = ContainerdHarness(folder: folder, containerd: containerd)
        do {
            try await harness.waitUntilItAnswers()
            try await harness.addImage()
        } catch {
            await harness.finish()
            throw error
        }
        return harness
    }

    func ctr(_ arguments: [String], namespace: String = "k8s.io") async throws -> String {
        try await Shell.check(["ctr", "--address", socket, "--namespace", namespace] + arguments, folder: folder, limit: .seconds(60))
    }

    /// A pod with one container that runs `command`; both are removed at the end.
    func run(_ pod: CRIDriver.Pod, container: String, command: [String], mounts: [(host: String, container: String)] = [], labels: [String: String] = [:]) async throws -> (sandbox: String, container: String) {
        pods.append(pod.uid)
        let sandbox = try await cri.run(pod)
        sandboxes.append(sandbox)
        return (sandbox, try await cri.run(container, image: Self.image, command: command, mounts: mounts, labels: labels, in: sandbox, of: pod))
    }

    private func waitUntilItAnswers() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let result = try? await Shell.run(["ctr", "--address", socket, "plugins", "ls", "id==cri"], folder: folder), result.status == 0, result.output.contains(" ok") { return }
            guard containerd.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Shell.Failure(description: "containerd does not answer:\n\(containerd.tail().joined(separator: "\n"))")
    }

    // The archive that `docker save` writes: a manifest, a configuration, a layer. The image's program waits, as a pause container does.
    private func addImage() async throws {
        let parts = folder.appending(path: "image")
        let layer = try await BusyboxLayer.make(in: parts)
        let digest = try await Shell.check(["sha256sum", layer.path], folder: folder).prefix(64)
        try #"{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sleep","1000000"]},"rootfs":{"type":"layers","diff_ids":["sha256:\#(digest)"]}}"#
            .write(to: parts.appending(path: "config.json"), atomically: true, encoding: .utf8)
        try #"[{"Config":"config.json","RepoTags":["\#(Self.image)"],"Layers":["layer.tar"]}]"#.write(to: parts.appending(path: "manifest.json"), atomically: true, encoding: .utf8)
        let archive = folder.appending(path: "image.tar")
        try await Shell.check(["tar", "-C", parts.path, "-cf", archive.path, "manifest.json", "config.json", "layer.tar"], folder: folder)
        _ = try await ctr(["images", "import", "--all-platforms", archive.path])
    }

    private func finish() async {
        for sandbox in sandboxes { try? await cri.remove(sandbox: sandbox) }
        _ = await containerd.stop()
        // a pod's own cgroup is the kubelet's to remove; rmdir(2) takes only empty ones
        for pod in pods { _ = try? await Shell.run(["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-name", "pod\(pod)", "-exec", "rmdir", "{}", ";"], folder: folder) }
        RuntimePrograms.detachMounts(below: folder)
        try? FileManager.default.removeItem(at: folder)
    }
}
