import Foundations
import KubeCore
import Testing

@Suite("Access")
struct AccessTests {
    private let robot = KubeAPI.Credentials.certificate(name: "system:serviceaccount:default:robot", groups: [])

    @Test func aRoleAllowsWhatItSaysAndNothingElse() {
        var harness = APIHarness()
        let group = "/apis/rbac.authorization.k8s.io/v1"
        _ = harness.ask("POST", "\(group)/clusterroles", ["metadata": ["name": "sensor"], "rules": [["apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]]]])
        _ = harness.ask("POST", "\(group)/clusterrolebindings", [
            "metadata": ["name": "sensor"], "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "sensor"],
            "subjects": [["kind": "ServiceAccount", "name": "robot", "namespace": "default"]],
        ])
        #expect(harness.ask("GET", "/api/v1/pods", as: robot).status == 200)
        #expect(harness.ask("GET", "/api/v1/nodes", as: robot).status == 200)
        #expect(harness.ask("GET", "/api/v1/secrets", as: robot).status == 403)
        #expect(harness.ask("GET", "/api/v1/namespaces/default/pods/p/log", as: robot).status == 403)
        #expect(harness.ask("DELETE", "/api/v1/nodes/n", as: robot).status == 403)
    }

    @Test func withoutCredentialsOnlyVersionAndHealthAreOpen() {
        var harness = APIHarness()
        for path in ["/version", "/healthz", "/livez", "/readyz"] { #expect(harness.ask("GET", path, as: .none).status == 200, "\(path)") }
        for path in ["/api", "/apis", "/api/v1/pods", "/metrics"] { #expect(harness.ask("GET", path, as: .none).status == 403, "\(path)") }
        #expect(harness.ask("GET", "/version", as: .bearer("nonsense")).status == 401)
    }

    @Test func aTokenLivesAsLongAsItSaysAndAsItsAccount() {
        var harness = APIHarness()
        let accounts = "/api/v1/namespaces/default/serviceaccounts"
        _ = harness.ask("POST", accounts, ["metadata": ["name": "robot"]])
        let token = harness.token(of: "robot", seconds: 600)
        #expect(harness.ask("GET", "/api", as: .bearer(token)).status == 200)
        harness.now = harness.now.advanced(by: .seconds(601))
        #expect(harness.ask("GET", "/api", as: .bearer(token)).status == 401)
        let second = harness.token(of: "robot")
        #expect(harness.ask("GET", "/api", as: .bearer(second)).status == 200)
        _ = harness.ask("DELETE", "\(accounts)/robot")
        #expect(harness.ask("GET", "/api", as: .bearer(second)).status == 401)
    }

    @Test func aTokenThatWasTouchedIsRefused() {
        var harness = APIHarness()
        let token = harness.token(of: "default")
        #expect(harness.ask("GET", "/api", as: .bearer(token)).status == 200)
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = String(parts[1].reversed())
        #expect(harness.ask("GET", "/api", as: .bearer(parts.joined(separator: "."))).status == 401)
    }
}
