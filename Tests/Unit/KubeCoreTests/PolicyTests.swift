import Foundations
import KubeCore
import Testing

/// ValidatingAdmissionPolicies and their bindings.
@Suite("Admission policies")
struct PolicyTests {
    private let group = "/apis/admissionregistration.k8s.io/v1"
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func rules(_ groups: JSON = [""], _ resources: JSON = ["configmaps"], operations: JSON = ["CREATE", "UPDATE"]) -> JSON {
        ["resourceRules": [["apiGroups": groups, "apiVersions": ["v1"], "resources": resources, "operations": operations]]]
    }

    @discardableResult
    private func policy(_ harness: inout APIHarness, _ spec: JSON, binding: JSON = [:], actions: JSON = ["Deny"]) -> APIHarness.Answer {
        var spec = spec
        if spec["matchConstraints"] == nil { spec["matchConstraints"] = rules() }
        let answer = harness.ask("POST", "\(group)/validatingadmissionpolicies", ["metadata": ["name": "p"], "spec": spec])
        var bound = binding
        bound["policyName"] = "p"
        bound["validationActions"] = actions
        #expect(harness.ask("POST", "\(group)/validatingadmissionpolicybindings", ["metadata": ["name": "b"], "spec": bound]).status == 201)
        return answer
    }

    private func map(_ name: String, _ data: JSON = [:], labels: JSON = [:]) -> JSON { ["metadata": ["name": .string(name), "labels": labels], "data": data] }

    @Test func whatAPolicyDeniesIsRefusedInItsWords() {
        var harness = APIHarness()
        policy(&harness, ["validations": [
            ["expression": "has(object.data) && object.data.k == 'v'", "message": "k must be v"], ["expression": "object.metadata.name != 'secret'", "messageExpression": "'not ' + object.metadata.name", "reason": "Forbidden"], ["expression": "request.operation != 'UPDATE' || oldObject.data == object.data"],
        ]])
        #expect(harness.ask("POST", maps, map("a", ["k": "v"])).status == 201)
        let refused = harness.ask("POST", maps, map("c", ["k": "w"]))
        #expect(refused.status == 422 && refused.json["reason"] == "Invalid")
        #expect(refused.json["message"] == "configmaps \"c\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: k must be v")
        #expect(refused.json["details"]?["causes"]?[0]?["message"] == "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: k must be v")
        let forbidden = harness.ask("POST", maps, map("secret", ["k": "v"]))
        #expect(forbidden.status == 403 && forbidden.json["message"]?.string?.hasSuffix("denied request: not secret") == true)
        #expect(harness.patch("\(maps)/a", ["data": ["z": "z"]]).json["message"]?.string?.hasSuffix("denied request: failed expression: request.operation != 'UPDATE' || oldObject.data == object.data") == true)
        #expect(harness.ask("POST", "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"]]).status == 201)
    }

    @Test func errorsDenyUnlessTheyAreToBeIgnored() {
        for (failurePolicy, status) in [("Fail", 422), ("Ignore", 201)] {
            var harness = APIHarness()
            policy(&harness, ["failurePolicy": .string(failurePolicy), "validations": [["expression": "object.data.missing == 'x'"]]])
            let answer = harness.ask("POST", maps, map("a", ["k": "v"]))
            #expect(answer.status == status)
            if status == 422 { #expect(answer.json["message"]?.string?.hasSuffix("denied request: expression 'object.data.missing == 'x'' resulted in error: no such key: missing") == true) }
        }
    }

    @Test func conditionsSelectorsAndExclusionsChoose() {
        var harness = APIHarness()
        let no: JSON = [["expression": "false", "message": "no"]]
        var match = rules()
        match["objectSelector"] = ["matchLabels": ["watched": "yes"]]
        match["excludeResourceRules"] = [["apiGroups": [""], "apiVersions": ["*"], "resources": ["*"], "operations": ["*"], "resourceNames": ["free"]]]
        policy(&harness, ["validations": no, "matchConstraints": match, "matchConditions": [["name": "not-me", "expression": "request.userInfo.username != 'system:nobody' && object.metadata.name != 'spared'"]]], binding: ["matchResources": ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "default"]]]])
        func made(_ name: String, _ labels: JSON, in namespace: String = "default") -> Int { harness.ask("POST", "/api/v1/namespaces/\(namespace)/configmaps", map(name, labels: labels)).status }
        #expect(made("a", [:]) == 201)
        #expect(made("b", ["watched": "yes"]) == 422)
        #expect(made("free", ["watched": "yes"]) == 201)
        #expect(made("spared", ["watched": "yes"]) == 201)
        #expect(made("c", ["watched": "yes"], in: "kube-system") == 201)
    }

    @Test func paramsComeByNameAndBySelector() {
        var harness = APIHarness()
        for (name, limit) in [("one", "1"), ("two", "2")] { _ = harness.ask("POST", "/api/v1/namespaces/kube-system/configmaps", map(name, ["max": .string(limit)], labels: ["params": "yes"])) }
        policy(&harness, ["paramKind": ["apiVersion": "v1", "kind": "ConfigMap"], "variables": [["name": "size", "expression": "size(object.data)"], ["name": "max", "expression": "int(params.data.max)"]],
            "validations": [["expression": "variables.size <= variables.max", "messageExpression": "'at most %d, got %d'.format([variables.max, variables.size])"]]],
            binding: ["paramRef": ["selector": ["matchLabels": ["params": "yes"]], "namespace": "kube-system", "parameterNotFoundAction": "Deny"]])
        #expect(harness.ask("POST", maps, map("a", ["k": "v"])).status == 201)
        #expect(harness.ask("POST", maps, map("b", ["k": "v", "l": "v"])).json["message"]?.string?.hasSuffix("denied request: at most 1, got 2") == true)
        #expect(harness.patch("\(group)/validatingadmissionpolicybindings/b", ["spec": ["paramRef": ["selector": .null, "name": "two"]]]).status == 200)
        #expect(harness.ask("POST", maps, map("b", ["k": "v", "l": "v"])).status == 201)
        _ = harness.ask("DELETE", "/api/v1/namespaces/kube-system/configmaps/two")
        #expect(harness.ask("POST", maps, map("c")).json["message"]?.string?.hasSuffix("denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction") == true)
    }

    @Test func theAuthorizerAndTheNamespaceAreAsked() {
        var harness = APIHarness()
        policy(&harness, ["validations": [
            ["expression": "authorizer.group('').resource('secrets').namespace('default').check('delete').allowed()", "message": "may not delete secrets"], ["expression": "authorizer.requestResource.check('patch').allowed()", "message": "may not patch this"],
            ["expression": "authorizer.path('/healthz').check('get').allowed()"], ["expression": "namespaceObject.metadata.name == 'default'", "message": "not here"],
        ]])
        #expect(harness.ask("POST", maps, map("a")).status == 201)
        #expect(harness.ask("POST", "/api/v1/namespaces/kube-system/configmaps", map("a")).json["message"]?.string?.hasSuffix("not here") == true)
        _ = harness.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", ["metadata": ["name": "r"], "rules": [["apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]]]])
        _ = harness.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", ["metadata": ["name": "r"], "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"], "subjects": [["kind": "ServiceAccount", "name": "default", "namespace": "default"]]])
        let token = harness.token(of: "default")
        #expect(harness.ask("POST", maps, map("b"), as: .bearer(token)).json["message"]?.string?.hasSuffix("may not delete secrets") == true)
    }

    @Test func warningsLetPassAndDeletionsAreJudged() {
        var harness = APIHarness()
        policy(&harness, ["matchConstraints": rules(operations: ["*"]), "validations": [["expression": "request.operation != 'DELETE' || (object == null && oldObject.metadata.name != 'kept')", "message": "kept"]]], actions: ["Warn", "Audit"])
        #expect(harness.ask("POST", maps, map("kept")).status == 201)
        let gone = harness.ask("DELETE", "\(maps)/kept")
        #expect(gone.status == 200 && gone.header("warning") == "299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': kept\"")
    }

    @Test func policiesThatCannotBeReadAreRefused() {
        var harness = APIHarness()
        let refused = harness.ask("POST", "\(group)/validatingadmissionpolicies", ["metadata": ["name": "p"], "spec": ["matchConstraints": rules(), "validations": [["expression": "object.x >", "messageExpression": "1"]], "matchConditions": [["name": "c", "expression": "variables.x"]]]])
        let message = refused.json["message"]?.string ?? ""
        #expect(refused.status == 422)
        #expect(message.contains("spec.validations[0].expression: Invalid value: \"object.x >\": compilation failed: ERROR: <input>:1:11: Syntax error"))
        #expect(message.contains("spec.validations[0].messageExpression: Invalid value: \"1\": must evaluate to string"))
        #expect(message.contains("spec.matchConditions[0].expression: Invalid value: \"variables.x\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables'"))
    }

    @Test func theControllerChecksTypes() {
        var harness = APIHarness(controlPlane: true)
        policy(&harness, ["matchConstraints": rules(["apps"], ["deployments"]), "validations": [["expression": "object.spec.replicas > '1'", "messageExpression": "'wants replicas > 1, got ' + object.spec.replicas"]]])
        harness.run(for: .seconds(1))
        let status = harness.ask("GET", "\(group)/validatingadmissionpolicies/p").json["status"]
        let warnings = status?["typeChecking"]?["expressionWarnings"]
        #expect(status?["observedGeneration"] == 1)
        #expect(warnings?[0]?["fieldRef"] == "spec.validations[0].expression" && warnings?[1]?["fieldRef"] == "spec.validations[0].messageExpression")
        #expect(warnings?[0]?["warning"] == "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n")
        #expect(warnings?[1]?["warning"]?.string?.contains("found no matching overload for '_+_' applied to '(string, int)'") == true)
    }

    @Test func mutatingPoliciesApplyAndPatch() {
        var harness = APIHarness()
        let spec: JSON = [
            "matchConstraints": rules(), "reinvocationPolicy": "Never", "failurePolicy": "Fail", "variables": [["name": "team", "expression": "object.metadata.namespace + '-team'"]],
            "matchConditions": [["name": "wanted", "expression": "!object.metadata.name.startsWith('plain')"]],
            "mutations": [
                ["patchType": "ApplyConfiguration", "applyConfiguration": ["expression": "Object{metadata: Object.metadata{labels: {'team': variables.team}}}"]],
                ["patchType": "JSONPatch", "jsonPatch": ["expression": "[JSONPatch{op: 'test', path: '/metadata/labels/team', value: 'default-team'}, JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('size'), value: string(size(object.data))}]"]],
            ],
        ]
        #expect(harness.ask("POST", "\(group)/mutatingadmissionpolicies", ["metadata": ["name": "m"], "spec": spec]).status == 201)
        #expect(harness.ask("POST", "\(group)/mutatingadmissionpolicybindings", ["metadata": ["name": "m"], "spec": ["policyName": "m"]]).status == 201)
        let made = harness.ask("POST", maps, map("a", ["k": "v"], labels: ["own": "1"])).json
        #expect(made["metadata"]?["labels"] == ["own": "1", "team": "default-team"] && made["data"] == ["k": "v", "size": "1"], "\(made.text)")
        #expect(harness.ask("POST", maps, map("plain", ["k": "v"])).json["data"] == ["k": "v"])
        let refused = harness.ask("POST", maps, ["metadata": ["name": "b"]])
        #expect(refused.status == 422 && refused.json["message"]?.string?.hasPrefix("configmaps \"b\" is forbidden: policy 'm' with binding 'm' denied request: ") == true)
    }

    @Test func subresourcesHaveKindsOfTheirOwn() {
        var harness = APIHarness()
        policy(&harness, ["matchConstraints": rules(["apps", ""], ["deployments/scale", "pods/eviction", "pods/binding"]), "validations": [
            ["expression": "request.kind.kind != 'Scale' || (object.spec.replicas < 5 && oldObject.spec.replicas == 1 && request.subResource == 'scale')", "message": "too many"],
            ["expression": "request.kind.kind != 'Eviction' || request.name != 'kept'", "message": "stays"], ["expression": "request.kind.kind != 'Binding' || object.target.name == 'n1'", "message": "not there"],
        ]])
        _ = harness.ask("POST", "/apis/apps/v1/namespaces/default/deployments", ["metadata": ["name": "web"], "spec": ["replicas": 1, "selector": ["matchLabels": ["app": "web"]], "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "a", "image": "x:1"]]]]]])
        let scale = "/apis/apps/v1/namespaces/default/deployments/web/scale"
        #expect(harness.patch(scale, ["spec": ["replicas": 9]]).json["message"]?.string?.hasSuffix("too many") == true)
        #expect(harness.patch(scale, ["spec": ["replicas": 2]]).status == 200)
        let pods = "/api/v1/namespaces/default/pods"
        for name in ["kept", "gone"] { _ = harness.ask("POST", pods, APIHarness.pod(name)) }
        #expect(harness.ask("POST", "\(pods)/kept/binding", ["target": ["kind": "Node", "name": "n2"]]).json["message"]?.string?.hasSuffix("not there") == true)
        #expect(harness.ask("POST", "\(pods)/kept/binding", ["target": ["kind": "Node", "name": "n1"]]).status == 201)
        func evict(_ name: String) -> APIHarness.Answer { harness.ask("POST", "\(pods)/\(name)/eviction", ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)]]) }
        #expect(evict("kept").json["message"] == "pods \"kept\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: stays")
        #expect(evict("gone").status == 201)
    }
}
