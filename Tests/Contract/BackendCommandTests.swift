import BackendCore
import Contract
import Foundation
import Foundations
import Testing

/// `fake-wiz-backend` as scripts use it: exit statuses, messages, files, and a server that is a process of its own.
@Suite("fake-wiz-backend", .timeLimit(.minutes(2)))
struct BackendCommandTests {
    /// The program lies where the tests lie: both are products of one build.
    private static var program: String {
        get throws {
            let folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).deletingLastPathComponent()
            let path = folder.appending(path: "fake-wiz-backend").path
            guard access(path, X_OK) == 0 else { throw BackendSubprocess.NotFound(names: [path]) }
            return path
        }
    }

    private func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> BackendSubprocess.Outcome {
        try await BackendSubprocess.run(Self.program, arguments, environment: environment)
    }

    private func withFolder(_ body: (BackendFolder) async throws -> Void) async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        try await body(folder)
    }

    /// Runs the server as a process until the body is done, then asks it to end.
    /// - Returns: its exit status.
    private func serving(_ data: String, _ arguments: [String] = [], _ body: (BackendEndpoints) async throws -> Void) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: try Self.program)
        process.arguments = ["serve", "--data", data] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (ended, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            continuation.yield(process.terminationStatus)
            continuation.finish()
        }
        try process.run()
        // It speaks once, when it listens.
        let said = try await BackendSubprocess.greeting(of: output)
        var failure: (any Error)?
        do {
            #expect(said.hasPrefix("grpc "))
            try await body(try JSONDecoder().decode(BackendEndpoints.self, from: Data(contentsOf: URL(filePath: data).appending(path: "endpoints.json"))))
        } catch { failure = error }
        process.terminate()
        var status: Int32 = -1
        for await found in ended { status = found }
        if let failure { throw failure }
        return status
    }

    @Test func helpAndVersionAreAnswers() async throws {
        for arguments in [["--help"], ["--version"], ["serve", "--help"], ["scan", "--help"], ["definitions", "publish", "--help"], ["indicators", "import", "--help"]] {
            let outcome = try await BackendSubprocess.run(Self.program, arguments)
            #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty, "\(arguments)")
        }
    }

    @Test func wrongInputIsNamedWithStatusTwoAndChangesNothing() async throws {
        try await withFolder { folder in
            let data = folder.file("data").path
            let badRules = folder.file("bad.yaml")
            try Data("- rule: x\n  condition: [\n".utf8).write(to: badRules)
            let cases: [([String], String)] = [
                (["serve", "--data", data, "--nonsense"], "--nonsense"), (["serve"], "--data"), (["serve", "--data", data, "--grpc-listen", "localhost"], "--grpc-listen 'localhost'"),
                (["serve", "--data", data, "--http-listen", "1.2.3.4:99999"], "--http-listen"), (["serve", "--data", data, "--token-lifetime", "0"], "--token-lifetime"),
                (["serve", "--data", data, "--log-level", "loud"], "--log-level 'loud'"), (["scan", "--host-store", data, "--http-endpoint", "http://x"], "--http-endpoint 'http://x'"),
                (["scan", "--host-store", data, "--http-endpoint", "https://127.0.0.1:1"], "WIZ_API_CLIENT_ID"),
                (["definitions", "publish", "--data", data, "--version", "1.0.0", "--rules", folder.file("none.yaml").path], "none.yaml"),
                (["definitions", "publish", "--data", data, "--version", "1.0.0", "--rules", badRules.path], "bad.yaml:"), (["indicators", "import", "--data", data, folder.file("none.csv").path], "none.csv"),
                (["nonsense"], "nonsense"),
            ]
            for (arguments, named) in cases {
                let outcome = try await BackendSubprocess.run(Self.program, arguments)
                #expect(outcome.status == 2 && outcome.errors.contains(named), "\(arguments): \(outcome.status) \(outcome.errors)")
                #expect(outcome.output.isEmpty)
            }
            #expect(!FileManager.default.fileExists(atPath: data), "nothing was made")
        }
    }

    @Test func theDataFolderKeepsItsIdentityAndGuardsItsSecrets() async throws {
        try await withFolder { folder in
            let data = folder.file("data").path
            var seen: [[String]] = []
            for _ in 0..<2 {
                let status = try await serving(data) { endpoints in
                    seen.append(try ["ca.pem", "client-id", "client-secret", "viewer-token"].map { try String(contentsOfFile: "\(data)/\($0)", encoding: .utf8) })
                    #expect(try await BackendCurl.send("GET", "\(endpoints.http)/healthz", ca: URL(filePath: "\(data)/ca.pem")).status == 200)
                    #expect(try await BackendCurl.send("GET", "\(endpoints.control)/healthz", ca: nil).status == 200)
                }
                #expect(status == 0, "SIGTERM is a clean end")
            }
            #expect(seen[0] == seen[1])
            for name in ["ca-key.pem", "client-secret", "viewer-token", "token-key.pem", "definitions-keys.json"] {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(data)/\(name)")[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            try Data("not a key".utf8).write(to: URL(filePath: "\(data)/ca-key.pem"))
            let outcome = try await run("definitions", "list", "--data", data)
            #expect(outcome.status == 2 && outcome.errors.contains("ca-key.pem"), "\(outcome.errors)")
        }
    }

    /// Connections that clients keep for their next request; used by one thread at a time.
    private final class Kept: @unchecked Sendable { var clients: [Nghttp2Client] = [] }

    @Test func clientsThatKeepTheirConnectionsDoNotKeepTheServer() async throws {
        try await withFolder { folder in
            let (data, kept) = (folder.file("data").path, Kept())
            var asked = ContinuousClock.now
            let status = try await serving(data, ["--no-auth-web"]) { endpoints in
                let ca = URL(filePath: "\(data)/ca.pem")
                let ports = [endpoints.grpc, endpoints.http].compactMap { UInt16($0.split(separator: ":").last ?? "") }
                try await onThread {
                    for port in ports {
                        let client = try Nghttp2Client(port: port, .init(ca: ca))
                        #expect(try client.exchange("GET", "/healthz").status != 0)
                        kept.clients.append(client)
                    }
                }
                asked = .now
            }
            #expect(status == 0)
            // The cap of the whole is five seconds; whoever reaches it was waited for in vain.
            #expect(ContinuousClock.now - asked < .seconds(4))
            #expect(kept.clients.count == 2)
        }
    }

    @Test func whatIsPublishedAndImportedBesideARunningServerIsThereAtOnce() async throws {
        try await withFolder { folder in
            let data = folder.file("data").path
            let (rules, settings, feed) = (folder.file("rules.yaml"), folder.file("settings.yaml"), folder.file("feed.csv"))
            try Data("- rule: x\n  condition: evt.type = execve\n".utf8).write(to: rules)
            try Data("heartbeat_seconds: 20\n".utf8).write(to: settings)
            try Data("198.51.100[.]7,ip,malicious\nnonsense\n".utf8).write(to: feed)
            _ = try await serving(data, ["--no-auth-web"]) { endpoints in
                let published = try await run("definitions", "publish", "--data", data, "--version", "1.0.1", "--rules", rules.path, "--settings", settings.path)
                #expect(published.status == 0, "\(published.errors)")
                #expect(try await run("definitions", "publish", "--data", data, "--version", "1.0.1", "--rules", rules.path).status == 2, "a version is published once")
                let list = try JSONDecoder().decode([DefinitionsView].self, from: try await run("definitions", "list", "--data", data, "--json").output)
                #expect(list.map(\.version) == ["1.0.1"] && list.first?.ruleFiles == ["rules.yaml"])
                let ca = URL(filePath: "\(data)/ca.pem")
                #expect(try await BackendCurl.send("GET", "\(endpoints.http)/api/v1/definitions", ca: ca).decoded(Page<DefinitionsView>.self).nodes == list)

                let imported = try await run("indicators", "import", "--data", data, feed.path)
                #expect(imported.status == 1 && imported.errors.contains("feed.csv:2:"), "one of two is there, the other is named")
                #expect(try await BackendCurl.send("GET", "\(endpoints.control)/control/v1/indicators", ca: nil).text == #"{"ip":1}"#)
                #expect(try await run("indicators", "import", "--data", data, "--strict", feed.path).status == 2)
            }
        }
    }

    @Test func scansADiskBesideASensorThatWrites() async throws {
        try await withFolder { folder in
            let (data, store) = (folder.file("data").path, folder.file("store"))
            try FileManager.default.createDirectory(at: store, withIntermediateDirectories: true)
            // SQLite by Python stands for the sensor: it writes on and on, and is killed in the middle.
            let writer = """
                import json, sqlite3, sys, time
                db = sqlite3.connect(sys.argv[1] + "/runtime-data.sqlite", isolation_level=None)
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("CREATE TABLE runtime_data(key TEXT PRIMARY KEY, record TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL)")
                open(sys.argv[1] + "/persistent-id", "w").write("persistent-9\\n")
                n = 0
                while True:
                    db.execute("BEGIN")
                    for _ in range(50):
                        now = time.time_ns()
                        record = {"kind": "process", "executable": f"/usr/bin/p{n % 500}", "count": 1, "firstSeen": "2026-01-01T00:00:00Z", "lastSeen": "2026-01-01T00:00:00Z"}
                        db.execute("INSERT OR REPLACE INTO runtime_data VALUES (?, ?, ?, ?, ?)", (str(n % 500), json.dumps(record), now, now, n + 1))
                        n += 1
                    db.execute("COMMIT")
                    if n == 1000: print("writing", flush=True)
                    time.sleep(0.01)
                """
            let process = Process()
            process.executableURL = URL(filePath: try BackendSubprocess.find("python3"))
            process.arguments = ["-c", writer, store.path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            #expect(try await BackendSubprocess.greeting(of: output) == "writing\n")
            _ = try await serving(data, ["--no-auth-web"]) { endpoints in
                func scan() async throws -> RuntimeScanReply {
                    let outcome = try await run("scan", "--host-store", store.path, "--http-endpoint", endpoints.http, "--data", data, "--json")
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    return try JSONDecoder().decode(RuntimeScanReply.self, from: outcome.output)
                }
                #expect(try await scan() == RuntimeScanReply(sensorId: "persistent-9", rows: 500, new: 500))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                #expect(try await scan() == RuntimeScanReply(sensorId: "persistent-9", rows: 500, new: 0), "and after it died")
                let page = try await BackendCurl.send("GET", "\(endpoints.http)/api/v1/runtime-data?first=500", ca: URL(filePath: "\(data)/ca.pem")).decoded(Page<RuntimeDataView>.self)
                #expect(page.totalCount == 500 && page.nodes.contains { $0.record.count > 500 }, "counts are those of the rows")
                let wrong = try await run(
                    "scan", "--host-store", store.path, "--http-endpoint", endpoints.http, "--ca-cert", "\(data)/ca.pem", environment: ["WIZ_API_CLIENT_ID": "x", "WIZ_API_CLIENT_SECRET": "y"])
                #expect(wrong.status == 1 && wrong.errors.contains("401"), "it ran and the answer is no")
            }
        }
    }
}
