import Foundations
import KubeCore
import Testing

/// Numbers and times at the ends of their types: answered, never trapped over.
@Suite("Edges")
struct EdgeTests {
    @Test(arguments: ["999999999999999999E", "999999999999999999Ei", "999999999999999999e18"])
    func anAmountBeyondAllMeasureSaturates(_ text: String) throws {
        let amount = try #require(Quantity(text))
        let large = try #require(Quantity("1000000E"))
        #expect(large < amount)
        #expect(Quantity("-" + text).map { $0 < large } == true)
    }

    @Test(arguments: ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2262-04-12T00:00:00Z", "1600-01-01T00:00:00+14:00"])
    func aTimeOfAnotherAgeIsKept(_ text: String) {
        var harness = APIHarness()
        let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
        let answer = harness.ask("POST", leases, ["metadata": ["name": "l"], "spec": ["renewTime": .string(text)]])
        #expect(answer.status == 201)
        #expect(answer.json["spec"]?["renewTime"]?.string?.prefix(4) == text.prefix(4) || text.hasPrefix("1600"))
    }

    @Test func numbersAtTheirEndsAreAnswered() throws {
        var harness = APIHarness(controlPlane: true)
        harness.api.addSyntheticCluster(nodes: 1, podsPerNode: 0, at: harness.now)
        let maps = "/api/v1/namespaces/default/configmaps"
        let most = Int64.max
        #expect(harness.ask("POST", maps, ["metadata": ["name": "c", "generation": .integer(most), "finalizers": ["example.com/x"]]]).status == 201)
        #expect(harness.ask("DELETE", "\(maps)/c?gracePeriodSeconds=\(most)").status == 200)
        var session = try harness.watch("\(maps)?watch=true&resourceVersion=\(harness.api.store.version)&timeoutSeconds=\(most)")
        #expect(harness.events(&session).isEmpty)
        #expect(harness.ask("GET", "\(maps)?limit=\(most)").status == 200)
        #expect(harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod("p", node: "n")).status == 201)
        #expect(harness.ask("DELETE", "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=\(most)").status == 200)
        #expect(harness.ask("GET", "/api/v1/namespaces/default/pods/p/log?tailLines=\(most)&limitBytes=\(most)").status == 200)
        let deployment: JSON = [
            "metadata": ["name": "d"],
            "spec": [
                "replicas": 1, "selector": ["matchLabels": ["a": "b"]], "strategy": ["rollingUpdate": ["maxSurge": "9223372036854775807%", "maxUnavailable": "100%"]],
                "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i:1"]]]],
            ],
        ]
        #expect(harness.ask("POST", "/apis/apps/v1/namespaces/default/deployments", deployment).status == 201)
        harness.run(for: .seconds(3))
        #expect(harness.ask("GET", "/apis/apps/v1/namespaces/default/deployments/d").json["status"]?["readyReplicas"] == 1)
    }
}
