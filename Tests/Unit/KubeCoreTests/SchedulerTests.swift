import Foundations
import KubeCore
import Testing

@Suite("Scheduler")
struct SchedulerTests {
    private let pods = "/api/v1/namespaces/default/pods"

    private func cluster(_ nodes: Int = 1) -> APIHarness {
        var harness = APIHarness(controlPlane: true, historyMax: 50_000)
        harness.api.addSyntheticCluster(nodes: nodes, podsPerNode: 0, at: harness.now)
        for (name, value) in [("low", 1), ("high", 1000)] as [(JSON, JSON)] { _ = harness.ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", ["metadata": ["name": name], "value": value]) }
        return harness
    }

    private func pod(_ name: String, cpu: JSON, priority: JSON? = nil) -> JSON {
        var pod = APIHarness.pod(name)
        pod[path: "spec", "containers"] = [["name": "main", "image": "a:1", "resources": ["requests": ["cpu": cpu]]]]
        if let priority { pod[path: "spec", "priorityClassName"] = priority }
        return pod
    }

    private func phase(_ name: String, _ harness: inout APIHarness) -> JSON? { harness.ask("GET", "\(pods)/\(name)").json["status"]?["phase"] }

    /// A synthetic node has eight processors.
    @Test func whoFindsNoRoomGetsTheRoomOfWhoGoes() {
        var harness = cluster()
        for (name, cpu) in [("a", "5"), ("b", "3"), ("c", "1")] as [(String, JSON)] { _ = harness.ask("POST", pods, pod(name, cpu: cpu)) }
        harness.run(for: .seconds(2))
        #expect(phase("a", &harness) == "Running" && phase("b", &harness) == "Running")
        let waiting = harness.ask("GET", "\(pods)/c").json
        #expect(waiting["spec"]?["nodeName"] == nil)
        #expect(waiting["status"]?["conditions"]?[0]?["message"] == "0/1 nodes are available: 1 Insufficient cpu.")
        _ = harness.patch("\(pods)/b/status", ["status": ["phase": "Succeeded"]])
        harness.run(for: .seconds(2))
        #expect(phase("c", &harness) == "Running")
    }

    @Test func onlyAsManyGiveWayAsMustAndTheLeastImportantFirst() {
        var harness = cluster()
        _ = harness.ask("POST", pods, pod("usual", cpu: "4"))
        _ = harness.ask("POST", pods, pod("low", cpu: "4", priority: "low"))
        harness.run(for: .seconds(2))
        _ = harness.ask("POST", pods, pod("high", cpu: "4", priority: "high"))
        harness.run(for: .seconds(3))
        #expect(phase("high", &harness) == "Running")
        #expect(harness.ask("GET", "\(pods)/usual").status == 404, "no class is the least there is")
        #expect(phase("low", &harness) == "Running")
        _ = harness.ask("POST", pods, pod("huge", cpu: "9", priority: "high"))
        harness.run(for: .seconds(3))
        #expect(harness.ask("GET", "\(pods)/low").status == 200, "nobody goes for one that would not fit all the same")
    }

    @Test func aTaintIsBorneAsLongAsThePodSays() {
        var harness = cluster()
        let node = harness.ask("GET", "/api/v1/nodes").json["items"]?[0]?["metadata"]?["name"]?.string ?? ""
        for (name, seconds) in [("short", 5), ("long", 500)] as [(String, JSON)] {
            var made = pod(name, cpu: "1m")
            made[path: "spec", "tolerations"] = [["key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds]]
            made[path: "spec", "terminationGracePeriodSeconds"] = 0
            _ = harness.ask("POST", pods, made)
        }
        harness.run(for: .seconds(2))
        _ = harness.patch("/api/v1/nodes/\(node)", ["spec": ["taints": [["key": "k", "effect": "NoExecute"]]]])
        harness.run(for: .seconds(3))
        #expect(harness.ask("GET", "\(pods)/short").status == 200)
        harness.run(for: .seconds(4))
        #expect(harness.ask("GET", "\(pods)/short").status == 404)
        #expect(harness.ask("GET", "\(pods)/long").status == 200)
    }

    @Test func aJobThatHasEndedGoesWhenItsTimeIsOver() {
        var harness = cluster()
        let jobs = "/apis/batch/v1/namespaces/default/jobs"
        let template: JSON = ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "a:1"]]]]
        _ = harness.ask("POST", jobs, ["metadata": ["name": "j"], "spec": ["ttlSecondsAfterFinished": 10, "template": template]])
        harness.run(for: .seconds(6))
        #expect(harness.ask("GET", "\(jobs)/j").json["status"]?["succeeded"] == 1)
        harness.run(for: .seconds(15))
        #expect(harness.ask("GET", "\(jobs)/j").status == 404)
        #expect(harness.ask("GET", pods).json["items"] == [])
    }
}
