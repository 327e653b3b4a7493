import Foundations
import KubeCore
import Testing

@Suite("Quota")
struct QuotaTests {
    private let quotas = "/api/v1/namespaces/default/resourcequotas"
    private let pods = "/api/v1/namespaces/default/pods"

    private func bounded(_ hard: JSON, controlPlane: Bool = true) -> APIHarness {
        var harness = APIHarness(controlPlane: controlPlane)
        _ = harness.ask("POST", quotas, ["metadata": ["name": "q"], "spec": ["hard": hard]])
        harness.run(for: .seconds(1))
        return harness
    }

    private func pod(_ name: String, cpu: JSON, more: JSON? = nil) -> JSON {
        var pod = APIHarness.pod(name)
        pod[path: "spec", "containers"] = [["name": "main", "image": "a:1", "resources": ["requests": ["cpu": cpu]]]]
        if let more { pod[path: "spec", "initContainers"] = more }
        return pod
    }

    @Test func whatDoesNotFitIsRefusedBeforeTheControllerCountsAgain() {
        var harness = bounded(["pods": "2", "requests.cpu": "1"])
        #expect(harness.ask("POST", pods, pod("a", cpu: "600m")).status == 201)
        let refused = harness.ask("POST", pods, pod("b", cpu: "500m"))
        #expect(refused.status == 403)
        #expect(refused.json["message"] == "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1")
        #expect(harness.ask("POST", pods, pod("c", cpu: "400m")).status == 201)
        #expect(harness.ask("GET", "\(quotas)/q").json["status"]?["used"] == ["pods": "2", "requests.cpu": "1"])
    }

    @Test func aDryRunIsHeldAgainstItAndUsesNothing() {
        var harness = bounded(["pods": "1"])
        #expect(harness.ask("POST", pods + "?dryRun=All", pod("a", cpu: "1m")).status == 201)
        #expect(harness.ask("GET", "\(quotas)/q").json["status"]?["used"]?["pods"] == "0")
        #expect(harness.ask("POST", pods, pod("a", cpu: "1m")).status == 201)
        #expect(harness.ask("POST", pods + "?dryRun=All", pod("b", cpu: "1m")).status == 403)
    }

    @Test func containersThatRunFirstCountWhenTheyAskForMore() {
        var harness = bounded(["requests.cpu": "1"])
        let beside: JSON = ["name": "beside", "image": "a:1", "restartPolicy": "Always", "resources": ["requests": ["cpu": "100m"]]]
        let first: JSON = ["name": "first", "image": "a:1", "resources": ["requests": ["cpu": "700m"]]]
        #expect(harness.ask("POST", pods, pod("a", cpu: "200m", more: [beside, first])).status == 201)
        #expect(harness.ask("GET", "\(quotas)/q").json["status"]?["used"] == ["requests.cpu": "800m"], "the larger of 700m beside 100m and of 200m beside 100m")
    }

    @Test func withoutAControllerNothingIsBounded() {
        var harness = bounded(["pods": "0"], controlPlane: false)
        #expect(harness.ask("POST", pods, pod("a", cpu: "1m")).status == 201)
    }

    @Test func aPodThatHasEndedUsesNothing() {
        var harness = bounded(["pods": "1", "count/pods": "2"])
        _ = harness.ask("POST", pods, pod("a", cpu: "1m"))
        _ = harness.patch("\(pods)/a/status", ["status": ["phase": "Succeeded"]])
        harness.run(for: .seconds(1))
        #expect(harness.ask("GET", "\(quotas)/q").json["status"]?["used"] == ["pods": "0", "count/pods": "1"])
        #expect(harness.ask("POST", pods, pod("b", cpu: "1m")).status == 201)
        #expect(harness.ask("POST", pods, pod("c", cpu: "1m")).status == 403)
    }

    @Test func amountsAddUpInTheFormOfTheFirst() throws {
        let a = try #require(Quantity("1Gi"))
        let b = try #require(Quantity("512Mi"))
        #expect((a + b).canonical == "1536Mi" && (a - b).canonical == "512Mi")
        #expect((Quantity.zero + a).canonical == "1Gi" && (a - a).canonical == "0")
        let half = try #require(Quantity("500m"))
        #expect((half + half).canonical == "1" && (half + half + half).canonical == "1500m")
    }
}
