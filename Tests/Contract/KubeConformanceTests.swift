import Foundation
import KubeCore
import Testing

/// What Kubernetes' own conformance asks of an API server and its controllers, by the requests of its specs; each group on a server of its own.
@Suite("Kubernetes conformance", .timeLimit(.minutes(10)))
struct KubeConformanceTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// Claims of each group.
    private static let groups = ["operations": 58, "machinery": 69, "definitions": 50, "quota": 68, "garbage": 46, "workloads": 87, "scheduling": 47, "kubectl": 60, "policies": 47, "webhooks": 36, "refusals": 37]

    @Test(arguments: groups.keys.sorted())
    func theGroupHolds(_ group: String) async throws {
        // These flags of kubectl are younger than its oldest.
        if group == "kubectl" { guard try await Kubectl.minor() >= 27 else { return print("conformance: kubectl is too old for its group") } }
        let python = Self.root.appending(path: ".build/python/bin/python").path
        let program = Self.root.appending(path: "Tests/Contract/Python/conformance_\(group).py").path
        try await KubeFixture.run(controlPlane: true, prepare: { api, now in api.addSyntheticCluster(nodes: 3, podsPerNode: 0, at: now) }) { kube in
            let outcome = try await BackendSubprocess.run(python, [program, kube.kubeconfig])
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
            #expect(outcome.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("ok ") }.count == Self.groups[group], "\(outcome.text)")
        }
    }
}
