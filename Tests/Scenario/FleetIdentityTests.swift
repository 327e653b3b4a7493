import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// Who a sensor is, as the portal sees it while sensors come, go silent, come back and double.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct FleetIdentityTests {
    /// Heartbeats each second: three missed ones are soon missed.
    private static let settings = Data(#"{"heartbeatSeconds":1}"#.utf8)

    private func issue(_ portal: WebClient, _ code: String, _ status: String) async -> Bool {
        let nodes = try? await portal.get("/api/v1/health-issues?first=100&status=\(status)")["nodes"]?.elements
        return nodes?.contains { $0["code"]?.text == code } ?? false
    }

    @Test func twoSensorsWithOneIdAreNoticedAndASilentOneIsUntilItReturns() async throws {
        let (first, second) = (try DaemonHarness(), try DaemonHarness())
        do {
            let endpoints = try await first.startBackend()
            let control = try WebClient(base: endpoints.control)
            try await control.send("PUT", "/control/v1/settings", body: Self.settings)
            await control.close()
            let portal = try WebClient(base: endpoints.http, authority: Data(contentsOf: first.portalFolder.appending(path: "ca.pem")))
            func sensors() async -> [JSONValue] { (try? await portal.get("/api/v1/sensors")["nodes"]?.elements) ?? [] }
            func status() async -> String? { await sensors().first?["status"]?.text }
            func start(_ harness: DaemonHarness) throws { try harness.start(first.portalArguments(endpoints), prefix: DaemonHarness.withoutProbes) }

            try start(first)
            let id = try await first.eventually("a sensor", within: .seconds(60)) { await sensors().first?["id"]?.text }

            // a copy of the node's disk: the same persistent id
            try FileManager.default.createDirectory(atPath: second.store, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: first.store + "/persistent-id", toPath: second.store + "/persistent-id")
            try second.secret(
                id: String(contentsOf: first.portalFolder.appending(path: "client-id"), encoding: .utf8),
                secret: String(contentsOf: first.portalFolder.appending(path: "client-secret"), encoding: .utf8))
            try start(second)
            _ = try await first.eventually("the double identity is noticed", within: .seconds(60)) { await issue(portal, "portal.duplicateIdentity", "OPEN") ? true : nil }
            #expect(await sensors().count == 1)

            second.daemon?.send(SIGKILL)
            _ = await second.daemon?.exit(within: .seconds(10))
            _ = try await first.eventually("one is left", within: .seconds(60)) { await issue(portal, "portal.duplicateIdentity", "RESOLVED") ? true : nil }

            first.daemon?.send(SIGKILL)
            _ = await first.daemon?.exit(within: .seconds(10))
            _ = try await first.eventually("silence is noticed", within: .seconds(60)) {
                let isSilent = await issue(portal, "portal.sensorSilent", "OPEN")
                return await status() == "DISCONNECTED" && isSilent ? true : nil
            }

            // installed anew on the same node: everything but what lies on the host's disk is new
            try start(first)
            _ = try await first.eventually("it is back", within: .seconds(60)) {
                let isSilent = await issue(portal, "portal.sensorSilent", "OPEN")
                return await status() == "ACTIVE" && !isSilent ? true : nil
            }
            #expect(await sensors().map { $0["id"]?.text } == [id], "the node keeps its id")
            await portal.close()
        } catch {
            await second.finish(expectCleanStop: false)
            await first.finish(expectCleanStop: false)
            throw error
        }
        await second.finish(expectCleanStop: false)
        await first.finish()
    }
}
