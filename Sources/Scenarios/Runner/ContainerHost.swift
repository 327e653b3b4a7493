import CNamespaces
package import Foundation
import Glibc
import ScenarioActions
package import ScenarioModel

/// A container that runs.
package struct RunningContainer: Sendable {
    package var spec: ContainerSpec
    /// 64 hexadecimal digits, as container runtimes name them.
    package var id: String
    package var podUID: String
    /// Of its first process, on the host.
    package var pid: Int32
    /// Its root file system, seen from the host.
    package var root: URL
}

/// Containers by runc over overlay file systems: a shared image layer, the files of the scenario's own image, a writable layer.
///
/// The cgroup is that of a burstable pod as the kubelet's cgroupfs driver names it, so that what reads container ids from cgroups
/// sees what it would see on a node.
package actor ContainerHost {
    private let work: WorkFolder
    private let layers: URL
    private var containers: [String: RunningContainer] = [:]
    /// cgroup directories that did not exist before, parents last.
    private var madeDirectories: [String] = []

    package init(work: WorkFolder) async throws {
        self.work = work
        layers = try work.folder("layers")
        // overlayfs refuses some file systems as its writable layer; tmpfs is always taken
        let result = namespace_mount_tmpfs(layers.path, 256)
        guard result == 0 else { throw Shell.Failure(description: "tmpfs on \(layers.path): \(String(cString: strerror(-result)))") }
        let base = layers.appending(path: "base")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: false)
        try await RootFileSystem.make(in: base)
    }

    private static func runc(_ work: WorkFolder) -> [String] { ["runc", "--root", work.url.appending(path: "runc").path] }

    package func container(_ name: String) throws -> RunningContainer {
        guard let container = containers[name] else { throw Shell.Failure(description: "container '\(name)' does not run") }
        return container
    }

    var ids: [String: String] { containers.mapValues(\.id) }

    /// Starts it and returns when its first process runs.
    package func start(_ spec: ContainerSpec) async throws -> RunningContainer {
        let id = (0..<4).map { _ in Self.hex(UInt64.random(in: .min ... .max)) }.joined()
        let podUID = UUID().uuidString.lowercased()
        let folder = layers.appending(path: spec.name)
        let (image, upper, scratch, root) = (folder.appending(path: "image"), folder.appending(path: "upper"), folder.appending(path: "work"), folder.appending(path: "root"))
        for part in [image, upper, scratch, root] { try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true) }
        for file in spec.files { try Self.put(file, into: image, base: layers.appending(path: "base")) }
        let mounted = namespace_mount_overlay(root.path, image.path + ":" + layers.appending(path: "base").path, upper.path, scratch.path)
        guard mounted == 0 else { throw Shell.Failure(description: "overlay on \(root.path): \(String(cString: strerror(-mounted)))") }
        let cgroup = "/kubepods/burstable/pod\(podUID)/\(id)"
        noteMissingDirectories(of: cgroup)
        let configuration = RuncSpec(container: spec, rootFileSystem: root.path, cgroupPath: cgroup).document
        try configuration.json(pretty: true).write(to: folder.appending(path: "config.json"))
        let pidFile = folder.appending(path: "pid")
        try await Shell.check(Self.runc(work) + ["run", "--detach", "--bundle", folder.path, "--pid-file", pidFile.path, id], folder: work.url)
        guard let pid = Int32(try String(contentsOf: pidFile, encoding: .utf8)) else { throw Shell.Failure(description: "runc wrote no pid of \(spec.name)") }
        let container = RunningContainer(spec: spec, id: id, podUID: podUID, pid: pid, root: root)
        containers[spec.name] = container
        return container
    }

    /// The command line that runs `arguments` in a container.
    package func execution(of arguments: [String], in name: String, environment: [String: String], terminal: Bool) throws -> [String] {
        let settings = environment.sorted { $0.key < $1.key }.flatMap { ["--env", "\($0.key)=\($0.value)"] }
        return Self.runc(work) + ["exec"] + (terminal ? ["--tty"] : []) + settings + [try container(name).id] + arguments
    }

    package func stopAll() async {
        await Self.removeAll(in: work)
        containers = [:]
        // rmdir(2) takes only empty ones: whatever somebody else put there meanwhile stays
        for directory in madeDirectories.sorted(by: { $0.count > $1.count }) { rmdir(directory) }
        madeDirectories = []
    }

    /// Ends and removes all containers of a work folder, whoever started them.
    static func removeAll(in work: WorkFolder) async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: work.url.appending(path: "runc").path)) ?? []
        for name in names { _ = try? await Shell.run(runc(work) + ["delete", "--force", name], folder: work.url) }
    }

    private static func put(_ file: ContainerSpec.File, into layer: URL, base: URL) throws {
        let target = layer.appending(path: file.path)
        try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        switch file.content {
        case .text(let text): try text.write(to: target, atomically: false, encoding: .utf8)
        // a tool under a path of one's choice; which one it is follows from argv[0]
        case .program("busybox", _): try FileManager.default.copyItem(at: base.appending(path: "bin/busybox"), to: target)
        case .program(let name, let unique):
            guard let program = AttackProgram(rawValue: name) else {
                throw Shell.Failure(description: "no program '\(name)'; there are busybox, \(AttackProgram.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let salt = unique ? Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }) : Data()
            _ = try program.write(to: target.deletingLastPathComponent(), as: target.lastPathComponent, salt: salt)
        }
        chmod(target.path, mode_t(file.mode))
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// runc leaves the parents of a container's cgroup behind; which of them are ours to remove shows only before it makes them.
    /// A controller's hierarchy may be entered below our own cgroup (nested machines), so both places are looked at.
    private func noteMissingDirectories(of cgroup: String) {
        let parts = cgroup.split(separator: "/").dropLast()
        let own = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        let points = mounts.split(separator: "\n").filter { $0.contains(" - cgroup") }.map { String($0.split(separator: " ")[4]) }
        let prefixes = Set(own.split(separator: "\n").map { String($0.split(separator: ":", maxSplits: 2).last ?? "/") } + ["/"])
        for point in points {
            for prefix in prefixes {
                var directory = prefix == "/" ? point : point + prefix
                for part in parts {
                    directory += "/" + part
                    if !FileManager.default.fileExists(atPath: directory), !madeDirectories.contains(directory) { madeDirectories.append(directory) }
                }
            }
        }
    }
}
