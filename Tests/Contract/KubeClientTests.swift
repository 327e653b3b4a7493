import Foundation
import KubeCore
import Testing

/// The server as kubectl, the Python client and curl see it.
@Suite("Kubernetes clients", .timeLimit(.minutes(4)))
struct KubeClientTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    @Test func thePythonClientHoldsItsConversation() async throws {
        try await KubeFixture.run { kube in
            let outcome = try await BackendSubprocess.run(
                Self.root.appending(path: ".build/python/bin/python").path, [Self.root.appending(path: "Tests/Contract/Python/kube_conversation.py").path, kube.kubeconfig])
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
            let claims = outcome.text.split(whereSeparator: \.isNewline)
            #expect(claims.count == 20 && claims.allSatisfy { $0.hasPrefix("ok ") }, "\(outcome.text)")
        }
    }

    @Test func kubectlAppliesListsDescribesAndDeletes() async throws {
        try await KubeFixture.run { kube in
            let manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, labels: {app: web}}
                spec: {nodeName: n1, containers: [{name: main, image: "nginx:1.25", ports: [{containerPort: 80}]}]}
                """
            #expect(try await kube.kubectl("apply", "-f", "-", input: manifest).text == "pod/web created\n")
            #expect(try await kube.kubectl("apply", "-f", "-", input: manifest).text == "pod/web unchanged\n")
            let wide = try await kube.kubectl("get", "pods", "-A", "-o", "wide", "--no-headers").text.split(separator: " ").map(String.init)
            #expect(wide.prefix(5) == ["default", "web", "0/1", "Pending", "0"] && wide.contains("n1"))
            #expect(try await kube.kubectl("get", "pod", "web", "-o", "jsonpath={.spec.containers[0].image}").text == "nginx:1.25")
            #expect(try await kube.kubectl("get", "pods", "-l", "app=web", "-o", "name").text == "pod/web\n")
            #expect(try await kube.kubectl("describe", "pod", "web").text.contains("nginx:1.25"))
            #expect(try await kube.kubectl("explain", "pod.spec.nodeName").text.contains("NodeName indicates in which node this pod is scheduled"))
            #expect(try await kube.kubectl("auth", "can-i", "delete", "nodes").text == "yes\n")
            let refused = try await kube.kubectl("apply", "-f", "-", input: manifest.replacing("image:", with: "imag:"))
            // Before 1.27 kubectl holds the manifest against the server's OpenAPI v2 itself, and asks no further.
            let words = try await Kubectl.minor() < 27 ? #"unknown field "imag" in io.k8s.api.core.v1.Container"# : #"unknown field "spec.containers[0].imag""#
            #expect(refused.status == 1 && refused.errors.contains(words), "\(refused.errors)")
            #expect(try await kube.kubectl("apply", "--dry-run=server", "-f", "-", input: manifest).text == "pod/web unchanged (server dry run)\n")
            #expect(try await kube.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input: manifest).text == "pod/web serverside-applied\n")
            #expect(try await kube.kubectl("delete", "pod", "web", "--grace-period=0", "--force", "--wait").text.contains("pod \"web\" force deleted"))
            #expect(try await kube.kubectl("get", "pods").errors == "No resources found in default namespace.\n")
        }
    }

    @Test func aDeploymentRollsOutAndScalesWithTheControlPlane() async throws {
        try await KubeFixture.run(controlPlane: true, prepare: { api, now in api.addSyntheticCluster(nodes: 2, podsPerNode: 0, at: now) }) { kube in
            let created = try await kube.kubectl("create", "deployment", "web", "--image=nginx:1", "--replicas=3")
            #expect(created.status == 0)
            #expect(try await kube.kubectl("rollout", "status", "deployment/web", "--timeout=60s").text.hasSuffix("deployment \"web\" successfully rolled out\n"))
            #expect(try await kube.kubectl("set", "image", "deployment/web", "nginx=nginx:2").status == 0)
            #expect(try await kube.kubectl("rollout", "status", "deployment/web", "--timeout=60s").text.hasSuffix("deployment \"web\" successfully rolled out\n"))
            #expect(try await kube.kubectl("scale", "deployment/web", "--replicas=1").status == 0)
            // `wait --for=jsonpath` came with 1.23.
            if try await Kubectl.minor() >= 23 {
                #expect(try await kube.kubectl("wait", "--for=jsonpath={.status.readyReplicas}=1", "deployment/web", "--timeout=60s").status == 0)
            } else {
                #expect(try await kube.kubectl("rollout", "status", "deployment/web", "--timeout=60s").status == 0)
            }
            #expect(try await kube.kubectl("delete", "deployment", "web", "--cascade=foreground", "--timeout=60s").status == 0)
            #expect(try await kube.kubectl("get", "replicasets,pods", "-o", "name").text.isEmpty)
        }
    }

    /// Go's own client writes, reads and watches in protobuf: since 1.32 kubectl's typed clients ask for that first.
    @Test func kubectlWritesListsAndWatchesInProtobuf() async throws {
        guard try await Kubectl.minor() >= 32 else { return print("kubectl: before 1.32 it speaks JSON alone") }
        try await KubeFixture.run { kube in
            let type = "application/vnd.kubernetes.protobuf"
            let made = try await kube.kubectl("-v=8", "create", "configmap", "c", "--from-literal=k=v")
            #expect(made.text == "configmap/c created\n" && made.errors.contains("Content-Type: \(type)\n"), "\(made.errors)")
            let event: JSON = [
                "metadata": ["name": "e"], "involvedObject": ["kind": "Pod", "name": "p", "namespace": "default"], "reason": "Started", "message": "all is well", "type": "Normal", "count": 3,
                "firstTimestamp": "2026-11-26T12:00:00Z", "lastTimestamp": "2026-11-26T12:30:00Z",
            ]
            #expect(try await kube.ask("POST", "/api/v1/namespaces/default/events", body: event.text).status == 201)
            let list = try await kube.kubectl("-v=8", "events", "--no-headers")
            #expect(list.text.contains("(x3 over ") && list.text.contains("Pod/p") && list.text.contains("all is well") && list.errors.contains("Content-Type: \(type)\n"), "\(list.text)\(list.errors)")
            // The stream ends behind its first event, and kubectl with it.
            let plan = #"[{"match": {"verb": "watch", "resource": "events"}, "fault": {"cutWatchAfterEvents": 1}}]"#
            #expect(try await kube.ask("PUT", "/control/v1/faults", control: true, body: plan).status == 200)
            #expect(try await kube.ask("POST", "/api/v1/namespaces/default/events", body: event.text.replacing("\"e\"", with: "\"f\"")).status == 201)
            let watch = try await kube.kubectl("-v=8", "events", "--watch", "--no-headers")
            #expect(watch.text.contains("all is well") && watch.errors.contains("Content-Type: \(type);stream=watch\n"), "\(watch.text)\(watch.errors)")
        }
    }

    @Test func objectsAndTheirVersionsSurviveARestart() async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        try await KubeFixture.run(data: folder.file("data")) { kube in
            let made = try await kube.ask("POST", "/api/v1/namespaces/default/configmaps", body: #"{"metadata": {"name": "c"}, "data": {"k": "v"}}"#)
            try Data(made.json["metadata"]?.text.utf8 ?? "".utf8).write(to: folder.file("metadata"))
        }
        try await KubeFixture.run(data: folder.file("data")) { kube in
            let kept = try await kube.ask("GET", "/api/v1/namespaces/default/configmaps/c")
            #expect(kept.json["metadata"]?.text == (try String(contentsOf: folder.file("metadata"), encoding: .utf8)))
            let version = kept.json["metadata"]?["resourceVersion"]?.string.flatMap { UInt64($0) } ?? .max
            let next = try await kube.ask("PATCH", "/api/v1/namespaces/default/configmaps/c", headers: ["Content-Type": "application/merge-patch+json"], body: #"{"data": {"k": "w"}}"#)
            #expect(next.json["metadata"]?["resourceVersion"]?.string.flatMap { UInt64($0) } ?? 0 > version)
            // What came before the restart is forgotten, and said so.
            let old = try await kube.ask("GET", "/api/v1/configmaps?watch=true&resourceVersion=1&timeoutSeconds=5")
            #expect(old.status == 200 && old.json["object"]?["code"] == 410)
        }
    }

    @Test func clientCertificatesNameTheirUser() async throws {
        try await KubeFixture.run { kube in
            let data = kube.directory.url
            let answer = try await BackendCurl.send(
                "POST", kube.endpoints.api + "/apis/authentication.k8s.io/v1/selfsubjectreviews", ca: data.appending(path: "ca.pem"), headers: ["Content-Type": "application/json"],
                body: Data("{}".utf8), options: ["--cert", data.appending(path: "admin.pem").path, "--key", data.appending(path: "admin-key.pem").path])
            #expect(answer.status == 201)
            #expect(answer.json["status"]?["userInfo"]?["username"] == "kubernetes-admin")
            #expect(answer.json["status"]?["userInfo"]?["groups"] == ["system:masters", "system:authenticated"])
            let nobody = try await kube.ask("GET", "/api/v1/pods", token: "wrong")
            #expect(nobody.status == 401 && nobody.json["reason"] == "Unauthorized")
        }
    }

    /// Go's clients choose HTTP/2 where it is offered, and put all their watches on one connection.
    @Test(arguments: ["--http2", "--http1.1"])
    func bothProtocolsServeTheSame(_ option: String) async throws {
        try await KubeFixture.run { kube in
            let data = kube.directory.url
            let identity = ["--cert", data.appending(path: "admin.pem").path, "--key", data.appending(path: "admin-key.pem").path]
            func curl(_ method: String, _ path: String, body: String? = nil) async throws -> BackendCurl.Answer {
                try await BackendCurl.send(
                    method, kube.endpoints.api + path, ca: data.appending(path: "ca.pem"), headers: body == nil ? [:] : ["Content-Type": "application/json"], body: body.map { Data($0.utf8) },
                    options: [option] + identity)
            }
            let version = option == "--http2" ? "2" : "1.1"
            let user = try await curl("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: "{}")
            #expect(user.version == version && user.status == 201 && user.json["status"]?["userInfo"]?["username"] == "kubernetes-admin")
            // More than one window of flow control.
            let document = try await curl("GET", "/openapi/v2")
            #expect(document.version == version && document.status == 200 && document.body.count > 1_000_000 && document.json["swagger"] == "2.0")
            let stream = try await curl("GET", "/api/v1/namespaces?watch=true&timeoutSeconds=1")
            #expect(stream.version == version && stream.exit == 0 && stream.text.contains(#""type":"ADDED""#))
            #expect(try await kube.ask("PUT", "/control/v1/faults", control: true, body: #"[{"match": {"resource": "nodes"}, "fault": {"disconnect": true}}]"#).status == 200)
            let cut = try await curl("GET", "/api/v1/nodes")
            #expect(cut.exit != 0 && cut.status == 0)
        }
    }

    @Test func whatIsTooLargeIsRefusedUnread() async throws {
        try await KubeFixture.run { kube in
            let large = #"{"metadata": {"name": "c"}, "data": {"k": ""# + String(repeating: "x", count: 4 << 20) + "\"}}"
            let answer = try await kube.ask("POST", "/api/v1/namespaces/default/configmaps", body: large)
            #expect(answer.status == 413 && answer.json["reason"] == "RequestEntityTooLarge" && answer.json["kind"] == "Status")
            #expect(try await kube.ask("GET", "/api/v1/namespaces/default/configmaps/c").status == 404)
        }
    }

    @Test func faultsHappenAsToldAndAreSeenInTheLog() async throws {
        try await KubeFixture.run { kube in
            let plan = #"{"rules": [{"match": {"verb": "list", "resource": "pods", "count": 1}, "fault": {"status": 429, "retryAfterSeconds": 7}}, {"match": {"resource": "nodes"}, "fault": {"gone": true}}]}"#
            #expect(try await kube.ask("PUT", "/control/v1/faults", control: true, body: plan).status == 200)
            let refused = try await kube.ask("GET", "/api/v1/pods")
            #expect(refused.status == 429 && refused.headers["retry-after"] == "7" && refused.json["reason"] == "TooManyRequests")
            #expect(try await kube.ask("GET", "/api/v1/pods").status == 200)
            #expect(try await kube.ask("GET", "/api/v1/nodes").status == 410)
            let stream = try await kube.ask("GET", "/api/v1/nodes?watch=true&timeoutSeconds=5")
            #expect(stream.status == 200 && stream.json["type"] == "ERROR" && stream.json["object"]?["code"] == 410)
            let log = try await kube.ask("GET", "/control/v1/requests?resource=pods", control: true).json.array ?? []
            #expect(log.map { $0["status"]?.integer } == [429, 200])
            #expect(log.allSatisfy { $0["verb"] == "list" && $0["user"] == "kubernetes-admin" })
            let wrong = try await kube.ask("PUT", "/control/v1/faults", control: true, body: #"[{"fault": {"statos": 500}}]"#)
            #expect(wrong.status == 400 && wrong.json["error"] == "rules[0].fault: unknown field `statos`")
            #expect(try await kube.ask("DELETE", "/control/v1/faults", control: true).status == 204)
            #expect(try await kube.ask("GET", "/api/v1/nodes").status == 200)
        }
    }

    @Test func anOldContinueTokenAndAnOldWatchAreGoneAfterCompaction() async throws {
        try await KubeFixture.run { kube in
            for name in ["a", "b", "c"] { _ = try await kube.ask("POST", "/api/v1/namespaces/default/secrets", body: #"{"metadata": {"name": "\#(name)"}}"#) }
            let page = try await kube.ask("GET", "/api/v1/namespaces/default/secrets?limit=1").json
            let token = page["metadata"]?["continue"]?.string ?? ""
            let version = page["metadata"]?["resourceVersion"]?.string ?? ""
            _ = try await kube.ask("POST", "/api/v1/namespaces/default/secrets", body: #"{"metadata": {"name": "d"}}"#)
            #expect(try await kube.ask("POST", "/control/v1/compact", control: true).status == 200)
            let gone = try await kube.ask("GET", "/api/v1/namespaces/default/secrets?limit=1&continue=\(token)")
            #expect(gone.status == 410 && gone.json["reason"] == "Expired")
            let rest = try await kube.ask("GET", "/api/v1/namespaces/default/secrets?continue=\(gone.json["metadata"]?["continue"]?.string ?? "")")
            #expect((rest.json["items"]?.array ?? []).compactMap { $0["metadata"]?["name"]?.string } == ["b", "c", "d"])
            let stream = try await kube.ask("GET", "/api/v1/namespaces/default/secrets?watch=true&resourceVersion=\(version)&timeoutSeconds=5")
            #expect(stream.json["object"]?["code"] == 410)
        }
    }
}
