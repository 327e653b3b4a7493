import Foundations
import KubeCore
import Testing

/// Admission webhooks as the core sees them: what is asked, and what becomes of the answers.
@Suite("Admission webhooks")
struct WebhookTests {
    private let group = "/apis/admissionregistration.k8s.io/v1"
    private let maps = "/api/v1/namespaces/default/configmaps"

    private func configure(_ harness: inout APIHarness, _ kind: String, _ name: String, _ more: JSON = [:]) {
        var webhook: JSON = [
            "name": .string("\(name).example.com"), "clientConfig": ["url": .string("https://hook.example.com/\(name)")], "admissionReviewVersions": ["v1"], "sideEffects": "None", "timeoutSeconds": 5,
            "rules": [["apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"], "operations": ["*"]]],
        ]
        for (key, value) in more.object ?? [:] { webhook[key] = value }
        let answer = harness.ask("POST", "\(group)/\(kind)webhookconfigurations", ["metadata": ["name": .string(name)], "webhooks": [webhook]])
        #expect(answer.status == 201, "\(answer.json.text)")
    }

    /// Sends a request and lets `hook` answer what is asked, by the last part of the URL's path.
    private func send(_ harness: inout APIHarness, _ method: String, _ target: String, _ body: JSON?, asked: inout [String], hook: (String, JSON) -> WebhookAnswer) -> JSON {
        let sides = target.split(separator: "?", maxSplits: 1).map(String.init)
        let request = APIRequest(method: method, path: sides[0], query: sides.count > 1 ? APIRequest.parseQuery(sides[1]) : [], headers: ["content-type": "application/json"], body: body?.encoded ?? [])
        var response = harness.api.handle(request, from: .administrator, at: harness.now)
        while case .webhooks(var pending) = response {
            let answers = pending.calls.map { call in
                let name = call.url.split(separator: "/").last?.split(separator: "?").first.map(String.init) ?? ""
                asked.append(name)
                return hook(name, (try? JSONParser.parse(call.body)) ?? .null)
            }
            pending.take(answers)
            // Time goes on while webhooks think.
            harness.now = harness.now.advanced(by: .seconds(2))
            response = harness.api.handle(request, from: .administrator, at: harness.now, resuming: pending)
        }
        guard case .complete(let answer) = response else { return .null }
        var json = (try? JSONParser.parse(answer.body)) ?? .null
        json["warnings"] = .array(answer.headers.filter { $0.name == "Warning" }.map { .string($0.value) })
        return json
    }

    private static func answer(_ review: JSON, _ response: JSON) -> WebhookAnswer {
        var response = response
        response["uid"] = review["request"]?["uid"]
        return .answered(status: 200, body: (["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": response] as JSON).encoded)
    }

    private static func patch(_ operations: JSON) -> JSON { ["allowed": true, "patchType": "JSONPatch", "patch": .string(Base64.encode(operations.encoded))] }

    private let map: JSON = ["metadata": ["name": "m"], "data": ["k": "v"]]

    @Test func mutationsComeBeforeValidations() {
        var harness = APIHarness()
        configure(&harness, "mutating", "b-second", ["reinvocationPolicy": "Never"])
        configure(&harness, "mutating", "a-first", ["reinvocationPolicy": "IfNeeded"])
        configure(&harness, "validating", "judge")
        var asked: [String] = []
        let made = send(&harness, "POST", maps, map, asked: &asked) { name, review in
            switch name {
            case "a-first": return Self.answer(review, review["request"]?["object"]?["data"]?["first"] == nil ? Self.patch([["op": "add", "path": "/data/first", "value": "1"]]) : ["allowed": true])
            case "b-second": return Self.answer(review, Self.patch([["op": "add", "path": "/data/second", "value": "2"]]))
            default: return Self.answer(review, ["allowed": .bool(review["request"]?["object"]?["data"]?["second"] == "2"), "warnings": ["careful"]])
            }
        }
        #expect(made["data"] == ["k": "v", "first": "1", "second": "2"])
        // The first wants to see what the second has made of it.
        #expect(asked == ["a-first", "b-second", "a-first", "judge"])
        #expect(made["warnings"] == ["299 - \"careful\""])
        #expect(harness.ask("GET", "\(maps)/m").json["metadata"]?["uid"] == made["metadata"]?["uid"])
    }

    @Test func theReviewSaysWhatIsDone() {
        var harness = APIHarness()
        configure(&harness, "validating", "judge")
        var asked: [String] = []
        var reviews: [JSON] = []
        let hook: (String, JSON) -> WebhookAnswer = { _, review in Self.answer(review, ["allowed": true]) }
        _ = send(&harness, "POST", maps, map, asked: &asked) { reviews.append($1); return hook($0, $1) }
        _ = send(&harness, "DELETE", "\(maps)/m?dryRun=All", nil, asked: &asked) { reviews.append($1); return hook($0, $1) }
        let create = reviews.first?["request"]
        #expect(create?["operation"] == "CREATE" && create?["oldObject"] == .null && create?["dryRun"] == false && create?["name"] == "m" && create?["namespace"] == "default")
        #expect(create?["kind"] == ["group": "", "version": "v1", "kind": "ConfigMap"] && create?["resource"] == ["group": "", "version": "v1", "resource": "configmaps"] && create?["userInfo"]?["username"] == "kubernetes-admin")
        #expect(create?["object"]?["kind"] == "ConfigMap" && create?["object"]?["metadata"]?["uid"] != nil)
        let delete = reviews.last?["request"]
        #expect(delete?["operation"] == "DELETE" && delete?["object"] == .null && delete?["oldObject"]?["data"] == ["k": "v"] && delete?["dryRun"] == true && delete?["options"]?["kind"] == "DeleteOptions")
    }

    @Test func refusalsAreInTheWordsOfTheServer() {
        func refusal(_ response: JSON) -> JSON {
            var harness = APIHarness()
            configure(&harness, "validating", "judge")
            var asked: [String] = []
            return send(&harness, "POST", maps, map, asked: &asked) { Self.answer($1, response) }
        }
        let plain = refusal(["allowed": false])
        #expect(plain["code"] == 403 && plain["message"] == "configmaps \"m\" is forbidden: admission webhook \"judge.example.com\" denied the request without explanation")
        let own = refusal(["allowed": false, "status": ["code": 422, "reason": "Invalid", "message": "because"]])
        #expect(own["code"] == 422 && own["reason"] == "Invalid" && own["message"] == "configmaps \"m\" is forbidden: admission webhook \"judge.example.com\" denied the request: because")
    }

    @Test func failuresCloseOrOpen() {
        func outcome(_ answer: WebhookAnswer, _ more: JSON = [:]) -> JSON {
            var harness = APIHarness()
            configure(&harness, "validating", "judge", more)
            var asked: [String] = []
            return send(&harness, "POST", maps, map, asked: &asked) { _, _ in answer }
        }
        let prefix = "Internal error occurred: failed calling webhook \"judge.example.com\": "
        let late = outcome(.failed("context deadline exceeded"))
        #expect(late["code"] == 500 && late["message"] == .string(prefix + "failed to call webhook: Post \"https://hook.example.com/judge?timeout=5s\": context deadline exceeded"))
        #expect(outcome(.answered(status: 500, body: Array("broken".utf8)))["message"] == .string(prefix + "failed to call webhook: an error on the server (\"broken\") has prevented the request from succeeding"))
        let wrong: JSON = ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": ["uid": "x", "allowed": true]]
        #expect(outcome(.answered(status: 200, body: wrong.encoded))["message"]?.string?.contains("received invalid webhook response: expected response.uid=") == true)
        #expect(outcome(.failed("x"), ["failurePolicy": "Ignore"])["data"] == ["k": "v"])
    }

    @Test func onlyWhatIsMeantIsAsked() {
        var harness = APIHarness()
        configure(&harness, "validating", "labelled", ["objectSelector": ["matchLabels": ["a": "b"]]])
        configure(&harness, "validating", "conditioned", ["matchConditions": [["name": "c", "expression": "object.data.k == 'other'"]]])
        configure(&harness, "validating", "elsewhere", ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "kube-system"]]])
        var asked: [String] = []
        #expect(send(&harness, "POST", maps, map, asked: &asked) { Self.answer($1, ["allowed": true]) }["data"] == ["k": "v"])
        #expect(asked == [])
        _ = send(&harness, "DELETE", "\(group)/validatingwebhookconfigurations/labelled", nil, asked: &asked) { Self.answer($1, ["allowed": false]) }
        #expect(asked == [])
    }

    @Test func servicesAreFoundByTheirEndpoints() {
        var harness = APIHarness()
        configure(&harness, "validating", "judge", ["clientConfig": ["service": ["name": "hook", "namespace": "default", "path": "/judge"]]])
        var asked: [String] = []
        let lost = send(&harness, "POST", maps, map, asked: &asked) { _, _ in .failed("unused") }
        #expect(lost["code"] == 500)
        _ = harness.ask("POST", "/api/v1/namespaces/default/services", ["metadata": ["name": "hook"], "spec": ["ports": [["name": "https", "port": 443]]]])
        _ = harness.ask("POST", "/api/v1/namespaces/default/endpoints", ["metadata": ["name": "hook"], "subsets": [["addresses": [["ip": "10.1.2.3"]], "ports": [["name": "https", "port": 8443]]]]])
        let request = APIRequest(method: "POST", path: maps, headers: ["content-type": "application/json"], body: map.encoded)
        guard case .webhooks(let pending) = harness.api.handle(request, from: .administrator, at: harness.now) else { return #expect(Bool(false), "nothing was asked") }
        #expect(pending.calls.map(\.url) == ["https://hook.default.svc:8443/judge?timeout=5s"] && pending.calls.map(\.dial) == ["10.1.2.3"])
    }
}
