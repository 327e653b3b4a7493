import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// Really starts containers: needs root and runc, which `make setup` installs. With REQUIRE_KERNEL=1 they run in any case and fail there.
let canRunContainers = ProcessInfo.processInfo.environment["REQUIRE_KERNEL"] == "1" || (geteuid() == 0 && Shell.find("runc") != nil && Shell.find("busybox") != nil)

@Suite(.serialized, .enabled(if: canRunContainers, "needs root, runc and busybox"), .timeLimit(.minutes(3)))
struct ContainerHostTests {
    private func withHost(_ body: (ContainerHost, WorkFolder) async throws -> Void) async throws {
        let work = try WorkFolder()
        let host = try await ContainerHost(work: work)
        do {
            try await body(host, work)
        } catch {
            await host.stopAll()
            try? work.remove()
            throw error
        }
        await host.stopAll()
        try work.remove()
        #expect(!FileManager.default.fileExists(atPath: work.url.path))
    }

    @Test func containerSitsInThePodsCgroupAndLeavesNothingBehind() async throws {
        var cgroup = ""
        try await withHost { host, _ in
            let container = try await host.start(ContainerSpec(name: "web", pod: "web-0"))
            cgroup = try String(contentsOfFile: "/proc/\(container.pid)/cgroup", encoding: .utf8)
            #expect(container.id.count == 64)
            #expect(cgroup.contains("/kubepods/burstable/pod\(container.podUID)/\(container.id)"))
        }
        let own = try #require(cgroup.split(separator: "\n").first { $0.contains("pids") })
        let path = own.split(separator: ":", maxSplits: 2)[2]
        #expect(!FileManager.default.fileExists(atPath: "/sys/fs/cgroup/pids\(path)"))
        #expect(!FileManager.default.fileExists(atPath: "/sys/fs/cgroup/pids\(URL(fileURLWithPath: String(path)).deletingLastPathComponent().path)"))
    }

    @Test func attacksSucceedInsideAContainer() async throws {
        try await withHost { host, work in
            _ = try await host.start(ContainerSpec(name: "web", pod: "web-0", capabilities: ["NET_ADMIN"]))
            let netns = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
            for (name, arguments) in [
                ("reverse-shell", []), ("bind-shell", []), ("fileless", ["${programs}/payload"]), ("drop", ["${programs}/payload", "${work}/x"]),
                ("talk", ["169.254.169.254", "80", "GET / HTTP/1.0"]), ("scan", ["40000", "5"]), ("query", ["a.test"]), ("ptrace", []), ("vm-write", []), ("mem-write", []),
                ("shell", ["echo x >> /etc/passwd"]), ("bpf", []), ("module", []), ("unshare", []), ("setns", []), ("kill", []),
            ] {
                let command = try ActionLibrary.command(ActionCall(name: name, container: "web", arguments: arguments), programs: "/opt/attack", work: "/tmp")
                let line = try await host.execution(of: command, in: "web", environment: ["HOST_NETNS": netns], terminal: false)
                let result = try await Shell.run(line, folder: work.url)
                #expect(result.status == 0, "\(name): \(result.output)")
            }
        }
    }

    @Test func whatAContainerWritesIsInItsUpperLayerOnly() async throws {
        try await withHost { host, work in
            let one = try await host.start(ContainerSpec(name: "one", pod: "one", files: [.init(path: "/srv/x", content: .text("image"), mode: 0o644)]))
            let two = try await host.start(ContainerSpec(name: "two", pod: "two"))
            try await Shell.check(host.execution(of: ["/bin/sh", "-c", "echo changed > /etc/passwd"], in: "one", environment: [:], terminal: false), folder: work.url)
            #expect(try String(contentsOf: one.root.appending(path: "etc/passwd"), encoding: .utf8) == "changed\n")
            #expect(try String(contentsOf: two.root.appending(path: "etc/passwd"), encoding: .utf8).hasPrefix("root:"))
            #expect(try String(contentsOf: one.root.appending(path: "srv/x"), encoding: .utf8) == "image")
            #expect(!FileManager.default.fileExists(atPath: two.root.appending(path: "srv/x").path))
        }
    }

    @Test func uniqueProgramsHaveDifferentBytesAndRun() async throws {
        try await withHost { host, work in
            let file = ContainerSpec.File(path: "/usr/bin/updater", content: .program("payload", unique: true), mode: 0o755)
            let one = try await host.start(ContainerSpec(name: "one", pod: "one", files: [file]))
            let two = try await host.start(ContainerSpec(name: "two", pod: "two", files: [file]))
            #expect(try Data(contentsOf: one.root.appending(path: "usr/bin/updater")) != Data(contentsOf: two.root.appending(path: "usr/bin/updater")))
            try await Shell.check(host.execution(of: ["/usr/bin/updater"], in: "one", environment: [:], terminal: false), folder: work.url)
        }
    }

    @Test func aTerminalIsATerminal() async throws {
        try await withHost { host, work in
            _ = try await host.start(ContainerSpec(name: "web", pod: "web-0"))
            let line = try await host.execution(of: ["/bin/sh", "-c", "test -t 0 && test -t 1"], in: "web", environment: [:], terminal: true)
            let result = try await Shell.run(ActionPlace.onTerminal(line), folder: work.url)
            #expect(result.status == 0, "\(result.output)")
        }
    }

    @Test func whatAKilledRunLeftIsRemovedByTheNext() async throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "leftovers-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: base) }
        let work = try WorkFolder(base: base)
        let host = try await ContainerHost(work: work)
        let container = try await host.start(ContainerSpec(name: "web", pod: "web-0"))
        // as if its owner had been another process that is gone: the same pid, another start time
        try "\(getpid()) 1\n".write(to: work.url.appending(path: "owner"), atomically: true, encoding: .utf8)
        let removed = await WorkFolder.removeLeftovers(base: base)
        #expect(removed == [work.url.lastPathComponent])
        // a zombie that nobody has waited for yet has no command line any more
        let commandLine = (try? String(contentsOfFile: "/proc/\(container.pid)/cmdline", encoding: .utf8)) ?? ""
        #expect(commandLine.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: work.url.path))
        await host.stopAll()
    }
}
