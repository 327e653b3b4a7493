import Foundations
import KubeCore
import Testing

@Suite("Control plane")
struct ControlPlaneTests {
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    private func cluster(_ nodes: Int) -> APIHarness {
        var harness = APIHarness(controlPlane: true, historyMax: 50_000)
        harness.api.addSyntheticCluster(nodes: nodes, podsPerNode: 0, at: harness.now)
        return harness
    }

    private func workload(_ replicas: Int64, image: String = "a:1") -> JSON {
        [
            "metadata": ["name": "web"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "main", "image": .string(image)]]]],
            ],
        ]
    }

    private func pods(_ harness: inout APIHarness) -> [JSON] { harness.ask("GET", "/api/v1/namespaces/default/pods").json["items"]?.array ?? [] }

    @Test func aDeploymentGetsItsPodsOnAllNodes() {
        var harness = cluster(3)
        _ = harness.ask("POST", deployments, workload(6))
        harness.run(for: .seconds(5))
        let running = pods(&harness)
        #expect(running.count == 6 && running.allSatisfy { $0["status"]?["phase"] == "Running" })
        #expect(Dictionary(grouping: running) { $0["spec"]?["nodeName"]?.string ?? "" }.mapValues(\.count).values.sorted() == [2, 2, 2])
        let status = harness.ask("GET", "\(deployments)/web").json["status"]
        #expect(status?["readyReplicas"] == 6 && status?["observedGeneration"] == 1)
    }

    @Test func aRollOutNeverLeavesTooFewAndEndsWithTheNewImage() {
        var harness = cluster(2)
        _ = harness.ask("POST", deployments, workload(4))
        harness.run(for: .seconds(5))
        _ = harness.ask("PUT", "\(deployments)/web", workload(4, image: "a:2"))
        for _ in 0..<100 {
            harness.run(for: .milliseconds(100))
            let ready = pods(&harness).filter { pod in (pod["status"]?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" } && pod["metadata"]?["deletionTimestamp"] == nil }
            #expect(ready.count >= 3, "maxUnavailable is 25 %")
        }
        #expect(pods(&harness).map { $0["spec"]?["containers"]?[0]?["image"] } == ["a:2", "a:2", "a:2", "a:2"])
    }

    @Test func whatIsOwnedGoesWithItsOwner() {
        var harness = cluster(1)
        _ = harness.ask("POST", deployments, workload(3))
        harness.run(for: .seconds(5))
        _ = harness.ask("DELETE", "\(deployments)/web?propagationPolicy=Background")
        harness.run(for: .seconds(5))
        #expect(pods(&harness).isEmpty)
        #expect(harness.ask("GET", "/apis/apps/v1/replicasets").json["items"] == [])
    }

    @Test func orphansStayWithoutAnOwner() {
        var harness = cluster(1)
        _ = harness.ask("POST", deployments, workload(2))
        harness.run(for: .seconds(5))
        _ = harness.ask("DELETE", "\(deployments)/web?propagationPolicy=Orphan")
        harness.run(for: .seconds(5))
        #expect(harness.ask("GET", "\(deployments)/web").status == 404)
        let sets = harness.ask("GET", "/apis/apps/v1/replicasets").json["items"]?.array ?? []
        #expect(sets.count == 1 && sets[0]["metadata"]?["ownerReferences"] == nil)
        #expect(pods(&harness).count == 2)
    }

    @Test func aJobRunsItsPodsToTheEnd() {
        var harness = cluster(1)
        _ = harness.ask("POST", "/apis/batch/v1/namespaces/default/jobs", [
            "metadata": ["name": "j"], "spec": ["completions": 3, "parallelism": 2, "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "a:1"]]]]],
        ])
        harness.run(for: .seconds(10))
        let status = harness.ask("GET", "/apis/batch/v1/namespaces/default/jobs/j").json["status"]
        #expect(status?["succeeded"] == 3 && status?["completionTime"] != nil)
        #expect(pods(&harness).count == 3)
    }

    @Test func aPodWithoutAPlaceWaitsForOne() {
        var harness = cluster(1)
        var pod = APIHarness.pod("p")
        pod[path: "spec", "nodeSelector"] = ["disk": "fast"]
        _ = harness.ask("POST", "/api/v1/namespaces/default/pods", pod)
        harness.run(for: .seconds(2))
        #expect(pods(&harness)[0]["status"]?["conditions"]?[0]?["reason"] == "Unschedulable")
        _ = harness.patch("/api/v1/nodes/node-00000", ["metadata": ["labels": ["disk": "fast"]]])
        harness.run(for: .seconds(2))
        #expect(pods(&harness)[0]["status"]?["phase"] == "Running")
    }

    @Test func aSyntheticClusterHasItsPodsOnItsNodes() {
        var harness = APIHarness()
        harness.api.addSyntheticCluster(nodes: 20, podsPerNode: 30, at: harness.now)
        #expect(harness.ask("GET", "/api/v1/nodes").json["items"]?.array?.count == 20)
        #expect(harness.ask("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-00007").json["items"]?.array?.count == 30)
        #expect(harness.ask("GET", "/api/v1/pods?limit=100").json["metadata"]?["remainingItemCount"] == 500)
    }

    @Test func theControllersLeaveASyntheticClusterAsItIs() throws {
        var harness = APIHarness(controlPlane: true)
        harness.api.addSyntheticCluster(nodes: 20, podsPerNode: 10, at: harness.now)
        func all(_ kind: String) -> [JSON] { harness.ask("GET", kind).json["items"]?.array ?? [] }
        harness.run(for: .seconds(3))
        #expect(all("/api/v1/pods").count == 200)
        let deployments = all("/apis/apps/v1/deployments"), sets = all("/apis/apps/v1/replicasets")
        #expect(deployments.count == 50 && sets.count == 50, "\(deployments.count) \(sets.count)")
        #expect(deployments.allSatisfy { $0["status"]?["readyReplicas"] == 2 && $0["status"]?["updatedReplicas"] == 2 }, "\(deployments.first?["status"]?.text ?? "")")
        // Every other pod is a Deployment's, by way of a ReplicaSet that is there.
        #expect(harness.patch("/api/v1/namespaces/load-000/pods/app-00007", ["metadata": ["labels": ["more": "x"]]]).status == 200)
        let owners = Set(all("/api/v1/pods").compactMap { $0["metadata"]?["ownerReferences"]?[0]?["uid"]?.string })
        #expect(owners.intersection(sets.compactMap { $0["metadata"]?["uid"]?.string }).count == 50 && owners.count == 51)
    }

    @Test func oldClientsFindEveryServedKindInOneDocument() {
        var harness = APIHarness()
        let document = harness.ask("GET", "/openapi/v2").json
        #expect(document["swagger"] == "2.0")
        let pod = document["definitions"]?["io.k8s.api.core.v1.Pod"]
        #expect(pod?["x-kubernetes-group-version-kind"] == [["group": "", "kind": "Pod", "version": "v1"]])
        #expect(pod?["properties"]?["spec"]?["$ref"] == "#/definitions/io.k8s.api.core.v1.PodSpec")
        let patch = document["paths"]?["/api/v1/namespaces/{namespace}/pods/{name}"]?["patch"]
        #expect(patch?["parameters"]?.array?.contains { $0["name"] == "dryRun" && $0["in"] == "query" } == true)
        // Every reference leads somewhere.
        func references(_ json: JSON) -> Set<String> {
            switch json {
            // A schema of schemas has a property of that name, which is no reference.
            case .object(let members):
                members.reduce(into: Set()) { found, member in
                    if member.key == "$ref", let text = member.value.string { found.insert(text) } else { found.formUnion(references(member.value)) }
                }
            case .array(let items): items.reduce(into: Set()) { $0.formUnion(references($1)) }
            default: []
            }
        }
        let dangling = references(document).filter { document["definitions"]?[String($0.dropFirst("#/definitions/".count))] == nil }
        #expect(dangling.isEmpty, "\(dangling.sorted())")
        #expect(harness.ask("GET", "/openapi/v2", headers: ["accept": "text/html"]).status == 406)
    }

    @Test func theOldDocumentFollowsCustomResources() {
        var harness = APIHarness()
        _ = harness.ask("GET", "/openapi/v2")
        let definition: JSON = [
            "metadata": ["name": "crontabs.example.com"],
            "spec": [
                "group": "example.com", "scope": "Namespaced", "names": ["plural": "crontabs", "singular": "crontab", "kind": "CronTab"],
                "versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": ["type": "object", "properties": ["n": ["type": "integer", "nullable": true]]]]]]]],
            ],
        ]
        #expect(harness.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition).status == 201)
        let found = harness.ask("GET", "/openapi/v2").json["definitions"]?["com.example.v1.CronTab"]
        #expect(found?["properties"]?["spec"]?["properties"]?["n"] == [:])
    }
}
