import Contract
import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// Every way in which the portal or the way to it refuses a sensor: one named state, one line in the log, one sentence for a person, and next to
/// nothing used while it lasts.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct RefusalStateTests {
    /// One daemon that is refused.
    private struct Refused {
        var state: String
        /// Of the sentence that `get-statistics` prints.
        var words: String
        var harness: DaemonHarness
        /// The server that its requests meet, where it counts them.
        var proxy: FixedAnswerServer?
    }

    /// Starts one daemon each, all at once; looks at them when each has reached its state.
    @Test func eachRefusalHasItsStateItsSentenceAndCostsNothing() async throws {
        var portals: [DaemonHarness] = []
        var refused: [Refused] = []
        func cleanUp() async {
            for one in refused {
                await one.harness.finish(expectCleanStop: false)
                one.proxy?.stop()
            }
            for portal in portals { await portal.finish(expectCleanStop: false) }
        }
        do {
            func portal(_ options: [String] = []) async throws -> (DaemonHarness, DaemonHarness.Endpoints) {
                let harness = try DaemonHarness()
                portals.append(harness)
                return (harness, try await harness.startBackend(options))
            }
            func account(_ portal: DaemonHarness) throws -> (id: String, secret: String) {
                (try String(contentsOf: portal.portalFolder.appending(path: "client-id"), encoding: .utf8), try String(contentsOf: portal.portalFolder.appending(path: "client-secret"), encoding: .utf8))
            }
            func start(
                _ state: String, _ words: String, _ account: (id: String, secret: String)?, _ arguments: [String], environment: [String: String] = [:], proxy: FixedAnswerServer? = nil
            ) throws {
                let harness = try DaemonHarness()
                refused.append(Refused(state: state, words: words, harness: harness, proxy: proxy))
                if let account { try harness.secret(id: account.id, secret: account.secret) }
                try harness.start(arguments, prefix: DaemonHarness.withoutProbes, environment: environment)
            }

            let (plain, endpoints) = try await portal()
            let control = try WebClient(base: endpoints.control)
            func made(_ request: AccountRequest) async throws -> (id: String, secret: String) {
                let reply = try JSONDecoder().decode(AccountReply.self, from: await control.send("POST", "/control/v1/accounts", body: JSONEncoder().encode(request)))
                return (reply.clientId, reply.clientSecret)
            }
            let (good, ways) = (try account(plain), plain.portalArguments(endpoints))
            try start("credentials-missing", "check the files clientId and clientToken", nil, ways)
            try start("bad-credentials", "the client secret is wrong or was rotated", (good.id, "wrong-but-long-enough"), ways)
            try start("wrong-account-type", "the service account is not of type SENSOR", try await made(AccountRequest(type: "BROKER")), ways)
            try start("not-entitled", "the account is not entitled to runtime sensors", try await made(AccountRequest(type: "SENSOR", entitled: false)), ways)
            await control.close()

            let stranger = plain.folder.appending(path: "other.pem")
            try await Shell.check(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-out", stranger.path, "-days", "2", "-subj", "/CN=other"],
                folder: plain.folder)
            try start("certificate-unknown-authority", "give the authority with the CA setting", good, plain.portalArguments(endpoints, authority: stranger.path))

            // the portal's certificate names localhost, 127.0.0.1 and ::1
            let (elsewhere, otherAddress) = try await portal(["--grpc-listen", "127.0.0.2:0", "--http-listen", "127.0.0.2:0"])
            try start("certificate-wrong-name", "the certificate belongs to another name", try account(elsewhere), elsewhere.portalArguments(otherAddress))

            let (old, oldEndpoints) = try await portal()
            let oldControl = try WebClient(base: oldEndpoints.control)
            let plan = FaultPlan(faults: FaultPlan.Surface.allCases.map { .init(match: .init(surface: $0), fault: .init(expiredCertificate: true)) })
            try await oldControl.send("PUT", "/control/v1/faults", body: JSONEncoder().encode(plan))
            await oldControl.close()
            try start("certificate-expired", "the certificate is expired or not valid yet", try account(old), old.portalArguments(oldEndpoints))

            let (slow, slowEndpoints) = try await portal(["--clock-ahead=-7200"])
            try start("clock-off", "this machine's clock is too far from the portal's", try account(slow), slow.portalArguments(slowEndpoints))
            // two hours ahead its certificate, too, is of the future
            let (fast, fastEndpoints) = try await portal(["--clock-ahead=7200"])
            try start("clock-off", "this machine's clock is too far from the portal's", try account(fast), fast.portalArguments(fastEndpoints))

            let (new, newEndpoints) = try await portal(["--minimum-sensor-version", "1000.0"])
            try start("version-too-old", "the portal does not serve this version of the sensor any more", try account(new), new.portalArguments(newEndpoints))

            for (state, words, status) in [("proxy-refused", "the proxy refuses to connect to the portal", "403 Forbidden"), ("proxy-wants-credentials", "the proxy wants credentials", "407 Proxy Authentication Required")] {
                let proxy = try FixedAnswerServer(answer: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                try start(state, words, good, ways, environment: ["HTTP_PROXY_URL": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": ""], proxy: proxy)
            }

            // a label longer than 63 bytes names nothing, and no server has to be asked to know that
            let nowhere = String(repeating: "x", count: 64) + ".invalid"
            try start("name-not-resolved", "check DNS and the endpoint setting", good, ["--grpc-endpoint", "\(nowhere):443", "--http-endpoint", "https://\(nowhere)"])

            for one in refused { try await look(at: one) }
            try await measure(refused)
        } catch {
            await cleanUp()
            throw error
        }
        await cleanUp()
    }

    private func look(at one: Refused) async throws {
        let harness = one.harness
        _ = try await harness.eventually("\(one.state); the log ends:\n\(harness.log.suffix(1500))", within: .seconds(60)) {
            await harness.statistics()?["portal"]?["state"]?.text == one.state ? true : nil
        }
        let said = harness.log.split(separator: "\n").filter { $0.contains("state=\(one.state)") }
        #expect(said.count == 1, "\(one.state) is said once, not \(said.count) times")
        #expect(said.first?.contains(one.words) == true, "\(one.state): \(said)")
        let sensor = try PackageRoot().executable("wiz-sensor").path
        let shown = try await Shell.check([sensor, "get-statistics", "--control-socket", harness.controlSocket], folder: harness.folder)
        #expect(shown.contains(one.state) && shown.contains(one.words), "\(one.state): a person reads:\n\(shown.prefix(600))")
    }

    private static let window = 6.0

    /// What they use together over a while in which nobody speaks to them.
    private func measure(_ refused: [Refused]) async throws {
        var before: [(cpu: Double, failures: Double, connections: Int)] = []
        for one in refused { before.append(try await (cpuSeconds(one), failures(one), one.proxy?.connections ?? 0)) }
        try await Task.sleep(for: .seconds(Self.window))
        for (one, then) in zip(refused, before) {
            let cpu = try cpuSeconds(one) - then.cpu
            #expect(cpu / Self.window < 0.1, "\(one.state) takes \(Int(cpu / Self.window * 1000)) millicores")
            let more = try await failures(one) - then.failures
            // what waiting may mend is tried again quickly at first; what a person must mend is not
            #expect(more <= (one.state == "name-not-resolved" ? 5 : 0), "\(one.state): \(more) attempts in \(Self.window) s")
            if let proxy = one.proxy { #expect(proxy.connections == then.connections, "\(one.state): connections to the proxy") }
            #expect(one.harness.daemon?.isRunning == true, "\(one.state): it runs on")
        }
    }

    private func failures(_ one: Refused) async throws -> Double { try #require(await one.harness.statistics()?["portal"]?["failures"]?.number, "\(one.state)") }

    private func cpuSeconds(_ one: Refused) throws -> Double {
        let pid = try #require(one.harness.daemon?.pid)
        let fields = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: ")").last?.split(separator: " ") ?? []
        try #require(fields.count > 12)
        // utime and stime, the 14th and 15th field; the name in brackets ends the second
        return try (#require(Double(fields[11])) + #require(Double(fields[12]))) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
