import Clocks
import Events
import Foundation
import Foundations
import Glibc
import Host
import Pipeline
import Probes
import Testing

extension KernelTests {
    /// A real container made by runc: what happens in it is seen as it sees it, and told apart from the host.
    @Suite struct Containers {
        /// A bundle whose root file system is one static busybox.
        private func bundle(in folder: TemporaryDirectory, running script: String, cgroup: String, user: UInt32 = 0, root name: String = "rootfs") throws {
            let root = folder.path + "/" + name
            for name in ["bin", "etc", "tmp", "proc", "dev", "sys"] { try FileManager.default.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true) }
            let busybox = try #require(["/usr/bin/busybox", "/bin/busybox"].first(where: { FileManager.default.isExecutableFile(atPath: $0) }))
            try FileManager.default.copyItem(atPath: busybox, toPath: root + "/bin/busybox")
            for name in ["sh", "cat", "true", "sleep"] { #expect(symlink("busybox", root + "/bin/" + name) == 0) }
            try "root:x:19000::::::\n".write(toFile: root + "/etc/shadow", atomically: false, encoding: .utf8)
            let config: [String: Any] = [
                "ociVersion": "1.0.2",
                "process": ["cwd": "/", "args": ["/bin/sh", "-c", script], "env": ["PATH=/bin"], "user": ["uid": user, "gid": user], "terminal": false],
                "root": ["path": name],
                "mounts": [
                    ["destination": "/proc", "type": "proc", "source": "proc"],
                    ["destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]],
                ],
                "linux": [
                    "cgroupsPath": cgroup,
                    "namespaces": ["pid", "mount", "network", "ipc", "uts"].map { ["type": $0] },
                ],
            ]
            try JSONSerialization.data(withJSONObject: config).write(to: URL(fileURLWithPath: folder.path + "/config.json"))
        }

        private func command(_ id: String, in folder: TemporaryDirectory) -> [String] {
            ["runc", "--root", folder.path + "/state", "run", "--bundle", folder.path, String(id.prefix(16))]
        }

        /// The container of the bundle, running.
        private func start(_ id: String, in folder: TemporaryDirectory) throws -> Process {
            let container = Process()
            container.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            container.arguments = command(id, in: folder)
            (container.standardInput, container.standardOutput, container.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice)
            try container.run()
            return container
        }

        @Test func aContainersEventsCarryItsPathsItsNamespacesAndItsCgroup() throws {
            let folder = try TemporaryDirectory()
            let id = (0..<64).map { _ in String("0123456789abcdef".randomElement() ?? "0") }.joined()
            try bundle(in: folder, running: "cat /etc/shadow; echo x >/tmp/made; mv /tmp/made /etc/cron; exec /bin/true", cgroup: "/wiz-sensor-test-\(id)")
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .open, .rename])
            #expect(harness.probes.watch(files: ["shadow"], directories: []) == 0)
            let (pid, events) = try harness.events(running: "/usr/bin/env", command(id, in: folder))
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            let inside = events.compactMap { event -> (Event, ExecDetails)? in
                guard case .exec(let exec) = event.details, exec.cgroupPath.contains(id) else { return nil }
                return exec.path == "/bin/busybox" ? (event, exec) : nil
            }
            #expect(inside.map(\.1.arguments.first) == ["/bin/sh", "cat", "/bin/true"] || inside.map(\.1.arguments.first) == ["/bin/sh", "/bin/true"])
            let first = try #require(inside.first)
            #expect(first.1.namespacePID == 1 && first.0.process.pid != 1)
            #expect(first.1.cgroupPath.hasSuffix("/wiz-sensor-test-" + id))
            #expect(first.1.cwd == "/")
            let mine = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/mnt")).flatMap { UInt32($0.filter(\.isNumber)) }
            #expect(first.1.namespaces.mount != mine && first.1.namespaces.mount != 0)
            // its files by the names that it uses
            let names = events.compactMap { event -> String? in
                guard case .file(let file) = event.details, file.path.hasPrefix("/etc") || file.path.hasPrefix("/tmp/made") else { return nil }
                return "\(event.kind.name) \(file.path) \(file.secondPath)"
            }
            #expect(names == ["open /etc/shadow ", "open /tmp/made ", "rename /tmp/made /etc/cron"])
        }

        private func mountOverlay(in folder: TemporaryDirectory) throws -> Bool {
            for name in ["lower", "top", "merged"] { #expect(mkdir(folder.path + "/" + name, 0o755) == 0) }
            #expect(mount("tmpfs", folder.path + "/top", "tmpfs", 0, nil) == 0)
            for name in ["upper", "work"] { #expect(mkdir(folder.path + "/top/" + name, 0o755) == 0) }
            return mount("overlay", folder.path + "/merged", "overlay", 0, "lowerdir=\(folder.path)/lower,upperdir=\(folder.path)/top/upper,workdir=\(folder.path)/top/work") == 0
        }

        /// A second name that was there before anybody looked, and one of the file that a rename puts in its place later. Neither is the name of a known file.
        @Test(arguments: ["rootfs", "merged"], ["/tmp/innocent", "/tmp/second"]) func aHardLinkToTheContainersOwnShadowFileIsThatFile(root: String, typed: String) throws {
            let folder = try TemporaryDirectory()
            defer { for name in ["merged", "top"] { umount(folder.path + "/" + name) } }
            if root == "merged" { try #require(try mountOverlay(in: folder)) }
            let id = (0..<64).map { _ in String("0123456789abcdef".randomElement() ?? "0") }.joined()
            let script = """
                while [ ! -e /etc/go ]; do cat /tmp/innocent >/dev/null; sleep 0.05; done
                mv /etc/next /etc/shadow
                while [ ! -e /etc/stop ]; do cat /tmp/second >/dev/null; sleep 0.05; done
                """
            try bundle(in: folder, running: script, cgroup: "/wiz-sensor-test-\(id)", root: root)
            let base = folder.path + "/" + root
            try "root:!:19001::::::\n".write(toFile: base + "/etc/next", atomically: false, encoding: .utf8)
            #expect(link(base + "/etc/shadow", base + "/tmp/innocent") == 0 && link(base + "/etc/next", base + "/tmp/second") == 0)
            let live = try LivePipeline(
                kinds: [.exec, .fork, .exit, .rename],
                rules: """
                    - rule: R
                      desc: d
                      condition: evt.type = openat and evt.is_open_read = true and fd.num >= 0 and fd.name = /etc/shadow and evt.arg.name = \(typed) and container.id != host
                      output: o
                      priority: WARNING
                    """)
            let container = try start(id, in: folder)
            defer { if container.isRunning { container.terminate() } }
            let deadline = Date().addingTimeInterval(30)
            func poll(until isDone: () throws -> Bool) throws {
                while try !isDone(), Date() < deadline {
                    live.pipeline.tick(at: SystemClock.now())
                    _ = live.poll(milliseconds: 20)
                }
            }
            // the container's files are known before the rename, so that it is the rename which makes the second one known
            try poll { !live.pipeline.containerFiles.files.isEmpty }
            if typed == "/tmp/second" { #expect(FileManager.default.createFile(atPath: base + "/etc/go", contents: nil)) }
            try poll { try live.picture().detectionsMade > 0 }
            #expect(try live.picture().detectionsMade > 0)
            for name in ["go", "stop"] { #expect(FileManager.default.createFile(atPath: base + "/etc/" + name, contents: nil)) }
            while container.isRunning { _ = live.poll(milliseconds: 20) }
            #expect(container.terminationStatus == 0)
            // with the container goes what was known of it
            try poll { live.pipeline.containerFiles.files.isEmpty }
            #expect(live.pipeline.containerFiles.files.isEmpty)
        }

        /// No runtime and no API is asked: the name of the user is in the container's own passwd file, which says another one than the host's; the id is in the
        /// cgroup's path. A program of the host that runs beside it is in no container.
        @Test func aUserIsNamedByTheContainersOwnFileAndAHostSessionIsNoContainer() throws {
            let folder = try TemporaryDirectory()
            let id = (0..<64).map { _ in String("0123456789abcdef".randomElement() ?? "0") }.joined()
            try bundle(in: folder, running: "while [ ! -e /etc/stop ]; do cat /etc/shadow >/dev/null; sleep 0.01; done", cgroup: "/wiz-sensor-test-\(id)", user: 2)
            try "root:x:0:0::/:/bin/sh\nshopper:x:2:2::/:/bin/sh\n".write(toFile: folder.path + "/rootfs/etc/passwd", atomically: false, encoding: .utf8)
            try "root:x:0:\nstaff:x:2:\n".write(toFile: folder.path + "/rootfs/etc/group", atomically: false, encoding: .utf8)
            #expect(chmod(folder.path, 0o755) == 0)
            let live = try LivePipeline(
                rules: """
                    - rule: R
                      desc: d
                      condition: evt.type = openat and evt.is_open_read = true and fd.num >= 0 and fd.name = /etc/shadow and user.name = shopper and group.name = staff and container.id != host
                      output: o
                      priority: WARNING
                    """)
            let container = try start(id, in: folder)
            let host = Process()
            host.executableURL = URL(fileURLWithPath: "/bin/sleep")
            host.arguments = ["60"]
            try host.run()
            defer {
                kill(host.processIdentifier, SIGKILL)
                host.waitUntilExit()
            }
            let deadline = Date().addingTimeInterval(20)
            var picture = try live.picture()
            while picture.detectionsMade == 0, Date() < deadline {
                _ = live.poll(milliseconds: 20)
                picture = try live.picture()
            }
            #expect(picture.detectionsMade > 0)
            let inside = picture.processes.filter { $0.container?.id == id }
            #expect(inside.contains { $0.exec.path == "/bin/busybox" && $0.uid == 2 })
            #expect(inside.allSatisfy { $0.container?.image == nil && $0.container?.pod == nil })
            let session = try #require(picture.processes.first { $0.key.pid == UInt32(host.processIdentifier) })
            #expect(session.exec.path == "/usr/bin/sleep" && session.container == nil)
            #expect(FileManager.default.createFile(atPath: folder.path + "/rootfs/etc/stop", contents: nil))
            while container.isRunning { _ = live.poll(milliseconds: 20) }
            #expect(container.terminationStatus == 0)
        }
    }
}
