import KubeCore
import Testing

/// Refusals of built-in kinds: every finding, in order, at its path and in the words of Kubernetes.
@Suite("Validation")
struct ValidationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var body: JSON
        var causes: [String]
        var testDescription: String { path }
    }

    private static let home = "/api/v1/namespaces/default"
    private static let container: JSON = ["name": "c", "image": "i:1"]

    private static let cases = [
        Case(path: "\(home)/pods", body: ["metadata": ["name": "p"], "spec": ["containers": []]], causes: ["spec.containers: Required value"]),
        Case(
            path: "\(home)/pods",
            body: ["metadata": ["name": "p"], "spec": ["containers": [["name": "c", "image": "i:1", "volumeMounts": [["name": "v", "mountPath": "/a"], ["name": "v", "mountPath": "/a"]]]], "volumes": [["name": "v", "emptyDir": [:]]]]],
            causes: ["spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique"]),
        Case(
            path: "\(home)/services", body: ["metadata": ["name": "s"], "spec": ["type": "ExternalName", "externalName": "a_b"]],
            causes: [
                "spec.externalName: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
            ]),
        Case(
            path: "/apis/batch/v1/namespaces/default/jobs",
            body: ["metadata": ["name": "j"], "spec": ["backoffLimitPerIndex": 1, "template": ["spec": ["restartPolicy": "Never", "containers": [container]]]]],
            causes: ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"]),
        Case(
            path: "/apis/policy/v1/namespaces/default/poddisruptionbudgets", body: ["metadata": ["name": "b"], "spec": ["minAvailable": 1, "maxUnavailable": 1]],
            causes: ["spec: Invalid value: {\"MinAvailable\":1,\"Selector\":null,\"MaxUnavailable\":1,\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set"]),
        Case(
            path: "/apis/networking.k8s.io/v1/namespaces/default/ingresses", body: ["metadata": ["name": "i"], "spec": [:]],
            causes: ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"]),
    ]

    @Test(arguments: cases)
    func whatIsWrongIsToldAtItsPlace(_ test: Case) {
        var harness = APIHarness()
        let answer = harness.ask("POST", test.path, test.body)
        #expect(answer.status == 422)
        let causes = (answer.json["details"]?["causes"]?.array ?? []).map { "\($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")" }
        #expect(causes == test.causes)
    }

    @Test func nobodyGrantsMoreThanTheyHold() {
        var harness = APIHarness()
        let rights = "/apis/rbac.authorization.k8s.io/v1"
        let subject: JSON = ["kind": "User", "name": "eve", "apiGroup": "rbac.authorization.k8s.io"]
        let rule: JSON = ["apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create"]]
        #expect(harness.ask("POST", "\(rights)/clusterroles", ["metadata": ["name": "r"], "rules": [rule]]).status == 201)
        #expect(harness.ask("POST", "\(rights)/clusterrolebindings", ["metadata": ["name": "r"], "roleRef": ["kind": "ClusterRole", "name": "r", "apiGroup": "rbac.authorization.k8s.io"], "subjects": [subject]]).status == 201)
        let pods: JSON = ["metadata": ["name": "p"], "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]]]
        let roles = "\(rights)/namespaces/default/roles"
        #expect(harness.ask("POST", roles, pods, headers: ["impersonate-user": "eve"]).status == 403)
        #expect(harness.ask("POST", roles, ["metadata": ["name": "q"], "rules": [rule]], headers: ["impersonate-user": "eve"]).status == 201)
    }

    @Test func amountsOfAWholePodComeFromItsContainers() {
        var harness = APIHarness()
        let container: JSON = ["name": "c", "image": "i:1", "resources": ["requests": ["cpu": "100m"], "limits": ["memory": "1Gi"]]]
        let answer = harness.ask("POST", "\(Self.home)/pods", ["metadata": ["name": "p"], "spec": ["containers": [container], "resources": ["limits": ["cpu": "2", "memory": "2Gi"]]]])
        #expect(answer.status == 201)
        #expect(answer.json["spec"]?["resources"]?["requests"] == ["cpu": "100m", "memory": "1Gi"])
    }
}
