import Foundations
import KubeCore
import Testing

@Suite("Writes")
struct WriteTests {
    private let maps = "/api/v1/namespaces/default/configmaps"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    private func deployment(_ replicas: Int64 = 1) -> JSON {
        [
            "metadata": ["name": "web"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "a", "image": "x:1"], ["name": "b", "image": "y:1"]]]],
            ],
        ]
    }

    @Test func theGenerationFollowsTheSpecAndNothingElse() {
        var harness = APIHarness()
        #expect(harness.ask("POST", deployments, deployment()).json["metadata"]?["generation"] == 1)
        #expect(harness.patch("\(deployments)/web", ["metadata": ["labels": ["a": "b"]]]).json["metadata"]?["generation"] == 1)
        #expect(harness.patch("\(deployments)/web", ["spec": ["replicas": 2]]).json["metadata"]?["generation"] == 2)
        #expect(harness.patch("\(deployments)/web/status", ["status": ["replicas": 2]]).json["metadata"]?["generation"] == 2)
    }

    @Test func statusAndSpecAreWrittenApart() {
        var harness = APIHarness()
        _ = harness.ask("POST", deployments, deployment())
        let main = harness.patch("\(deployments)/web", ["spec": ["replicas": 5], "status": ["replicas": 9]]).json
        #expect(main["spec"]?["replicas"] == 5 && main["status"]?["replicas"] == nil)
        let status = harness.patch("\(deployments)/web/status", ["spec": ["replicas": 7], "status": ["replicas": 3]]).json
        #expect(status["spec"]?["replicas"] == 5 && status["status"]?["replicas"] == 3)
    }

    @Test func aStrategicPatchMergesListsByTheirKeys() {
        var harness = APIHarness()
        _ = harness.ask("POST", deployments, deployment())
        let patch: JSON = ["spec": ["template": ["spec": ["containers": [["name": "b", "image": "y:2"]]]]]]
        let answer = harness.patch("\(deployments)/web", patch, type: "strategic-merge-patch+json").json
        #expect((answer.at(["spec", "template", "spec", "containers"])?.array ?? []).map { $0["image"] } == ["x:1", "y:2"])
        let merged = harness.patch("\(deployments)/web", patch).json
        #expect(merged.at(["spec", "template", "spec", "containers"])?.array?.count == 1, "a merge patch replaces the list")
    }

    @Test func applyOwnsWhatItNamesAndConflictsWithOthers() {
        var harness = APIHarness()
        func apply(_ manager: String, _ data: JSON, force: Bool = false) -> APIHarness.Answer {
            let body: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": data]
            return harness.ask("PATCH", "\(maps)/c?fieldManager=\(manager)&force=\(force)", body, headers: ["content-type": "application/apply-patch+yaml"])
        }
        #expect(apply("one", ["a": "1", "b": "1"]).status == 201)
        let conflict = apply("two", ["a": "2"])
        #expect(conflict.status == 409 && conflict.json["message"] == "Apply failed with 1 conflict: conflict with \"one\": .data.a")
        #expect(apply("two", ["a": "2"], force: true).json["data"] == ["a": "2", "b": "1"])
        #expect(apply("one", [:]).json["data"] == ["a": "2"], "b goes with its only owner, a stays with its new one")
    }

    @Test func finalizersKeepAnObjectUntilTheLastIsOff() {
        var harness = APIHarness()
        _ = harness.ask("POST", maps, ["metadata": ["name": "c", "finalizers": ["example.com/x"]]])
        #expect(harness.ask("DELETE", "\(maps)/c").json["metadata"]?["deletionTimestamp"] != nil)
        #expect(harness.ask("GET", "\(maps)/c").status == 200)
        #expect(harness.patch("\(maps)/c", ["metadata": ["finalizers": .null]]).status == 200)
        #expect(harness.ask("GET", "\(maps)/c").status == 404)
    }

    @Test func aBoundPodIsFirstMarkedThenTakenAwayByItsKubelet() {
        var harness = APIHarness()
        let pods = "/api/v1/namespaces/default/pods"
        _ = harness.ask("POST", pods, APIHarness.pod("p", node: "n"))
        #expect(harness.ask("DELETE", "\(pods)/p").json["metadata"]?["deletionGracePeriodSeconds"] == 30)
        #expect(harness.ask("GET", "\(pods)/p").status == 200)
        #expect(harness.ask("DELETE", "\(pods)/p?gracePeriodSeconds=0").status == 200)
        #expect(harness.ask("GET", "\(pods)/p").status == 404)
    }

    @Test func aDryRunAnswersAndKeepsNothing() {
        var harness = APIHarness()
        let version = harness.api.store.version
        #expect(harness.ask("POST", "\(maps)?dryRun=All", ["metadata": ["name": "c"]]).status == 201)
        #expect(harness.ask("GET", "\(maps)/c").status == 404)
        #expect(harness.api.store.version == version)
    }

    @Test func unknownFieldsWarnOrAreRefusedAsAsked() {
        var harness = APIHarness()
        let body: JSON = ["metadata": ["name": "c"], "dato": ["k": "v"]]
        let strict = harness.ask("POST", "\(maps)?fieldValidation=Strict", body)
        #expect(strict.status == 400 && strict.json["message"]?.string?.hasSuffix("strict decoding error: unknown field \"dato\"") ?? false)
        #expect(harness.ask("POST", maps, body).header("warning") == #"299 - "unknown field \"dato\"""#)
        #expect(harness.ask("PUT", "\(maps)/c?fieldValidation=Ignore", body).header("warning") == nil)
    }

    @Test func aBodyOverTheLimitIsRefused() {
        var harness = APIHarness()
        let answer = harness.send("POST", maps, [UInt8](repeating: 0x20, count: 3 * 1024 * 1024 + 1), headers: ["content-type": "application/json"])
        #expect(answer.status == 413 && answer.json["reason"] == "RequestEntityTooLarge")
    }

    @Test func eventsOfBothGroupsAreTheSameObjects() {
        var harness = APIHarness()
        let event: JSON = [
            "metadata": ["name": "e"], "regarding": ["kind": "Pod", "name": "p", "namespace": "default"], "note": "hello", "reason": "Said", "type": "Normal", "action": "Saying",
            "eventTime": "2026-01-02T03:04:05.000000Z", "reportingController": "example.com/c", "reportingInstance": "c-1",
        ]
        #expect(harness.ask("POST", "/apis/events.k8s.io/v1/namespaces/default/events", event).status == 201)
        let old = harness.ask("GET", "/api/v1/namespaces/default/events/e").json
        #expect(old["message"] == "hello" && old["involvedObject"]?["name"] == "p" && old["apiVersion"] == "v1" && old["note"] == nil)
        #expect(harness.ask("GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp").json["items"]?.array?.count == 1)
    }

    @Test func noWriteCopiesATable() {
        var harness = APIHarness(controlPlane: true)
        let pods = "/api/v1/namespaces/default/pods"
        let deployments = "/apis/apps/v1/namespaces/default/deployments"
        let template: JSON = ["metadata": ["labels": ["app": "x"]], "spec": ["containers": [["name": "main", "image": "a:1"]]]]
        let deployment: JSON = ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"], "spec": ["replicas": 2, "selector": ["matchLabels": ["app": "x"]], "template": template]]
        var answers = [
            harness.ask("POST", "/api/v1/nodes", ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1", "annotations": ["fake-kube-api/synthetic": "true"]]]),
            harness.ask("POST", pods, APIHarness.pod("a")), harness.ask("POST", pods, APIHarness.pod("b")),
            harness.ask("POST", "\(pods)/a/binding", ["apiVersion": "v1", "kind": "Binding", "metadata": ["name": "a"], "target": ["kind": "Node", "name": "n1"]]),
            harness.patch("\(pods)/a", ["metadata": ["labels": ["x": "y"]]]),
            harness.patch("\(pods)/a", ["metadata": ["labels": ["x": "z"]]], type: "strategic-merge-patch+json"),
            harness.patch("\(pods)/a/status", ["status": ["phase": "Running"]]),
            harness.ask("PATCH", "\(pods)/c?fieldManager=me", APIHarness.pod("c"), headers: ["content-type": "application/apply-patch+yaml"]),
            harness.ask("PATCH", "\(pods)/c?fieldManager=me", APIHarness.pod("c", labels: ["x": "y"]), headers: ["content-type": "application/apply-patch+yaml"]),
            harness.ask("PUT", "\(pods)/b", harness.ask("GET", "\(pods)/b").json),
            harness.ask("POST", deployments, deployment), harness.patch("\(deployments)/d/scale", ["spec": ["replicas": 3]]),
            harness.ask("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l", ["apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "l"]]),
            harness.ask("DELETE", "\(pods)/b"), harness.ask("POST", "\(pods)/a/eviction", ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "a"]]),
        ]
        harness.run(for: .seconds(5))
        answers += [harness.ask("DELETE", pods), harness.ask("DELETE", "\(deployments)/d")]
        harness.run(for: .seconds(5))
        #expect(answers.filter { $0.status >= 300 }.map(\.json) == [])
        #expect(harness.api.store.tablesCopied == 0)
    }

    @Test func aWriteBesideACopyOfTheValueIsSeenToCopy() {
        var harness = APIHarness()
        let before = harness.api
        _ = harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod("a"))
        #expect(harness.api.store.tablesCopied > 0)
        #expect(before.store.tablesCopied == 0)
    }
}
