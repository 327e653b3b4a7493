import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// What goes wrong for an operator is one clear named state or one message: never a crash, never a loop.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct DaemonStateTests {
    private let sensor = PackageRoot()

    private func with(_ body: (DaemonHarness) async throws -> Void) async throws {
        let harness = try DaemonHarness()
        do { try await body(harness) } catch {
            await harness.finish(expectCleanStop: false)
            throw error
        }
        await harness.finish()
    }

    /// Occurrences of a state's log line: said once, however often it is met.
    private func lines(_ harness: DaemonHarness, containing text: String) -> Int { harness.log.split(separator: "\n").count { $0.contains(text) } }

    @Test func aMalformedConfigurationIsNamedWithItsPlaceAndNothingStarts() async throws {
        let harness = try DaemonHarness()
        let file = harness.folder.appending(path: "sensor.yaml")
        try "hostStore: /tmp/x\nringBytes: many\n".write(to: file, atomically: true, encoding: .utf8)
        let result = try await Shell.run([sensor.executable("wiz-sensor").path, "daemon", "--config", file.path], folder: harness.folder)
        #expect(result.status == 2)
        #expect(result.output.contains("\(file.path):2:12: ringBytes: 'many' is not a number"))
        let flag = try await Shell.run([sensor.executable("wiz-sensor").path, "daemon", "--grpc-endpoint", "nowhere"], folder: harness.folder)
        #expect(flag.status == 2)
        #expect(flag.output.contains("--grpc-endpoint: 'nowhere' is not HOST:PORT"))
        await harness.finish()
    }

    @Test func withoutTheRightToLoadProgramsItSaysSoAndGoesOn() async throws {
        try await with { harness in
            try harness.startAsNobody(["--log-level", "info"])
            let statistics = try await harness.statistics { $0["state"]?.text == "probes.not-permitted" }
            #expect(statistics["hookSet"]?.text == "")
            #expect(harness.daemon?.isRunning == true)
            _ = try await harness.eventually("the state in the log") { lines(harness, containing: "probes.not-permitted") > 0 ? true : nil }
            // a second look at the probes comes after a minute; until then and after it the state is not said again
            try await Task.sleep(for: .seconds(2))
            #expect(lines(harness, containing: "probes.not-permitted") == 1)
        }
    }

    @Test func aHostStoreThatCannotBeWrittenIsNamed() async throws {
        let harness = try DaemonHarness()
        // not even root makes a folder in /proc
        let result = try await Shell.run([sensor.executable("wiz-sensor").path, "daemon", "--host-store", "/proc/no"], folder: harness.folder)
        #expect(result.status == 2)
        #expect(result.output.contains("host store /proc/no cannot be made"))
        await harness.finish()
    }

    @Test func anUnknownAuthorityIsOneState() async throws {
        try await with { harness in
            let endpoints = try await harness.startBackend()
            let other = harness.folder.appending(path: "other.pem")
            try await Shell.check(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-out", other.path, "-days", "2", "-subj", "/CN=other"],
                folder: harness.folder)
            try harness.start(harness.portalArguments(endpoints, authority: other.path))
            // the portal's state takes nothing from the probes
            _ = try await harness.statistics { $0["portal"]?["state"]?.text == "certificate-unknown-authority" && $0["state"]?.text == "running" }
            #expect(lines(harness, containing: "state=certificate-unknown-authority") == 1)
        }
    }

    @Test func aWrongSecretIsOneState() async throws {
        try await with { harness in
            let endpoints = try await harness.startBackend()
            try harness.secret(id: String(contentsOf: harness.portalFolder.appending(path: "client-id"), encoding: .utf8), secret: "wrong-but-long-enough")
            try harness.start(harness.portalArguments(endpoints))
            _ = try await harness.statistics { $0["portal"]?["state"]?.text == "bad-credentials" }
            #expect(lines(harness, containing: "state=bad-credentials") == 1)
            #expect(!harness.log.contains("wrong-but-long-enough"), "the secret is in the log")
        }
    }

    @Test func anUnreachablePortalIsOneState() async throws {
        try await with { harness in
            try harness.secret(id: "someone", secret: "something")
            // port 1 of loopback: nobody listens there
            try harness.start(["--grpc-endpoint", "127.0.0.1:1", "--http-endpoint", "https://127.0.0.1:1"])
            _ = try await harness.statistics { $0["portal"]?["state"]?.text == "unreachable" && $0["state"]?.text == "running" }
            #expect(lines(harness, containing: "state=unreachable") == 1)
        }
    }

    @Test func missingCredentialsAreOneState() async throws {
        try await with { harness in
            let endpoints = try await harness.startBackend()
            try FileManager.default.removeItem(at: harness.folder.appending(path: "credentials"))
            try harness.start(harness.portalArguments(endpoints))
            _ = try await harness.statistics { $0["portal"]?["state"]?.text == "credentials-missing" }
        }
    }

    /// A ring of one page, and more opens than it can ever hold: what is not seen is counted, to the last one.
    @Test func whatATinyRingLosesIsCounted() async throws {
        try await with { harness in
            try harness.start(["--ring-bytes", "4096"] + ["--rules"] + sensor.rules().map(\.path))
            func total(_ statistics: JSONValue) -> (seen: Double, dropped: Double) {
                let open = statistics["events"]?["open"]
                let dropped = open?["dropped"]?.members?.values.reduce(0) { $0 + ($1.number ?? 0) } ?? 0
                return (open?["seen"]?.number ?? 0, dropped)
            }
            _ = try await harness.statistics { $0["state"]?.text == "running" }
            let before = total(try #require(await harness.statistics()))
            let path = harness.folder.appending(path: "flooded").path
            let provoked = 20_000
            for _ in 0..<provoked {
                let fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                #expect(fd >= 0)
                close(fd)
            }
            let after = total(try await harness.statistics { total($0).seen + total($0).dropped >= before.seen + before.dropped + Double(provoked) })
            #expect(after.dropped > before.dropped)
            // others on this machine open files for writing too, a few
            #expect(after.seen + after.dropped - before.seen - before.dropped < Double(provoked) + 2000)
        }
    }

    @Test func checkTellsTheTruthAboutThisKernel() async throws {
        let harness = try DaemonHarness()
        let result = try await Shell.run([sensor.executable("wiz-sensor").path, "check", "--json"], folder: harness.folder, limit: .seconds(60))
        let check = try JSONValue(json: Data(result.output.utf8))
        #expect(result.status == 0)
        #expect(check["kernelVersion"]?.text == (try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)).trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(check["hasBTF"] == .bool(FileManager.default.fileExists(atPath: "/sys/kernel/btf/vmlinux")))
        let set = try #require(check["hookSet"]?.text)
        let hooks = try #require(check["hooks"]?[set]?.elements)
        #expect(hooks.contains { $0["section"]?.text == "tp_btf/sched_process_exec" && $0["state"]?.text == "loaded" })
        await harness.finish()
    }
}
