import Foundation
import ScenarioModel
import ScenarioRunner
import Testing

/// The sensor as the DaemonSet starts it: not root, with the capabilities that its image carries, on a host store that a kubelet made.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct DeploymentNodeTests {
    /// The user of the vendor's public chart.
    private static let user = "2202"

    @Test func runsWithTheCapabilitiesOfTheImage() async throws {
        try await with { harness in
            try harness.start([], prefix: Self.prefix(without: []))
            let statistics = try await harness.statistics { $0["state"]?.text == "running" && ($0["events"]?["exec"]?["seen"]?.number ?? 0) > 0 }
            #expect(statistics["hookSet"]?.text != "")

            let names = try FileManager.default.contentsOfDirectory(atPath: harness.store)
            #expect(!names.isEmpty)
            for name in names {
                let file = try FileManager.default.attributesOfItem(atPath: "\(harness.store)/\(name)")
                #expect(file[.ownerAccountID] as? Int == Int(Self.user), "\(name)")
                #expect((file[.posixPermissions] as? Int ?? 0o777) & 0o077 == 0, "\(name): others may read what the sensor keeps")
            }
        }
    }

    /// Hooks are found and loaded as they are for root: none is silently missing.
    @Test func seesWhatRootSees() async throws {
        let harness = try DaemonHarness()
        defer { try? FileManager.default.removeItem(at: harness.folder) }
        let sensor = try PackageRoot().executable("wiz-sensor").path
        let asRoot = try await Shell.run([sensor, "check", "--json"], folder: harness.folder)
        let asUser = try await Shell.run(Self.prefix(without: []) + [sensor, "check", "--json"], folder: harness.folder)
        #expect(asUser.status == 0)
        let (root, user) = (try JSONValue(json: Data(asRoot.output.utf8)), try JSONValue(json: Data(asUser.output.utf8)))
        let set = try #require(root["hookSet"]?.text)
        #expect(user["hookSet"]?.text == set)
        #expect(user["hooks"]?[set] == root["hooks"]?[set])
    }

    /// Without the one that BPF needs the sensor says so, by name, and stays.
    @Test func saysWhatItMayNot() async throws {
        try await with { harness in
            try harness.start([], prefix: Self.prefix(without: ["SYS_ADMIN"]))
            let statistics = try await harness.statistics { $0["state"]?.text == "probes.not-permitted" }
            #expect(statistics["hookSet"]?.text == "")
        }
    }

    private func with(_ body: (DaemonHarness) async throws -> Void) async throws {
        let harness = try DaemonHarness()
        // DirectoryOrCreate: root's, mode 0755 (Kubernetes documentation, "hostPath volume types")
        try FileManager.default.createDirectory(atPath: harness.store, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        do { try await body(harness) } catch {
            await harness.finish(expectCleanStop: false)
            throw error
        }
        await harness.finish()
    }

    /// `setpriv` gives ambient capabilities where the image has file capabilities: in effect they are the same.
    private static func prefix(without missing: Set<String>) throws -> [String] {
        let file = try #require(PackageRoot().package).appending(path: "Scripts/image/sensor.capabilities")
        let names = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: " ").first.map(String.init) }
        let set = (["-all"] + names.filter { !missing.contains($0) }.map { "+" + $0.lowercased() }).joined(separator: ",")
        return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--bounding-set", set, "--inh-caps", set, "--ambient-caps", set]
    }
}
