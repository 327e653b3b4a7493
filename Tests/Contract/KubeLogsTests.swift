import Foundation
import KubeCore
import Testing

/// Logs from fixtures, and what needs a kubelet, as kubectl and curl see them.
@Suite("Kubernetes logs and kubelets", .timeLimit(.minutes(4)))
struct KubeLogsTests {
    private static let pod = """
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"nodeName": "node-00000",
        "initContainers": [{"name": "setup", "image": "a:1"}], "containers": [{"name": "main", "image": "a:1"}, {"name": "side", "image": "b:1"}]}}
        """
    private static let logs = [
        "default/web/main": "2026-01-01T00:00:00Z one\n2026-01-01T00:00:01.5Z two\n2026-01-01T01:00:00+01:00 three\n", "default/web/main.previous": "before\n",
        "default/web/side": "2026-01-01T00:00:02Z aside\n", "default/web/setup": "2026-01-01T00:00:00Z set up\n",
    ]

    private func with(_ body: @escaping @Sendable (KubeFixture) async throws -> Void) async throws {
        try await KubeFixture.run(logs: Self.logs, prepare: { api, now in api.addSyntheticCluster(nodes: 1, podsPerNode: 0, at: now) }) { kube in
            #expect(try await kube.kubectl("apply", "--validate=false", "-f", "-", input: Self.pod).status == 0)
            try await body(kube)
        }
    }

    @Test func kubectlReadsLogsAsOfARealServer() async throws {
        try await with { kube in
            func logs(_ arguments: String...) async throws -> String {
                let outcome = try await BackendSubprocess.run(
                    try BackendSubprocess.find("kubectl"), ["--kubeconfig", kube.kubeconfig, "logs", "web"] + arguments, environment: ["HOME": kube.folder.url.path])
                return outcome.text + outcome.errors
            }
            #expect(try await logs("-c", "main") == "one\ntwo\nthree\n")
            #expect(try await logs("-c", "main", "--tail=2") == "two\nthree\n")
            #expect(try await logs("-c", "main", "--tail=0") == "")
            #expect(try await logs("-c", "main", "--limit-bytes=5") == "one\nt")
            let stamped = "2026-01-01T00:00:00.000000000Z one\n2026-01-01T00:00:01.500000000Z two\n2026-01-01T00:00:00.000000000Z three\n"
            #expect(try await logs("-c", "main", "--timestamps") == stamped)
            #expect(try await logs("-c", "main", "--since-time=2026-01-01T00:00:01Z") == "two\n")
            #expect(try await logs("-c", "side", "--since=1s") == "")
            #expect(try await logs("-c", "main", "-p") == "before\n")
            #expect(try await logs("--all-containers") == "set up\none\ntwo\nthree\naside\n")
            let prefixed = try await logs("--all-containers", "--prefix")
            #expect(prefixed.contains("[pod/web/side] aside\n"), "\(prefixed)")
            #expect(try await logs("-c", "side", "-p") == "Error from server (BadRequest): previous terminated container \"side\" in pod \"web\" not found\n")
            let unknown = try await logs("-c", "none")
            #expect(unknown.contains("container none is not valid for pod web"), "\(unknown)")
        }
    }

    @Test func aFollowedLogGrowsAndEndsWithItsContainer() async throws {
        try await with { kube in
            try await withThrowingTaskGroup(of: BackendSubprocess.Outcome.self) { group in
                group.addTask { try await kube.kubectl("logs", "-f", "web", "-c", "main", "--tail=1") }
                group.addTask { try await kube.kubectl("logs", "-f", "web", "-c", "main", "--tail=1", "--limit-bytes=9") }
                // Both are there before there is more to hear.
                while try await kube.ask("GET", "/control/v1/statistics", control: true).decoded(Statistics.self).watchers < 2 {}
                #expect(try await kube.ask("POST", "/control/v1/logs/default/web/main", control: true, body: "four\nfive\n").status == 204)
                // It has all that it wanted while the container still runs.
                let limited = try await group.next()
                #expect(limited?.status == 0 && limited?.text == "three\nfou", "\(limited?.text ?? "")")
                #expect(try await kube.ask("POST", "/control/v1/logs/default/web/main", control: true, body: "six\n").status == 204)
                let ended = #"{"status": {"containerStatuses": [{"name": "main", "image": "a:1", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}]}}"#
                #expect(try await kube.ask("PATCH", "/api/v1/namespaces/default/pods/web/status", headers: ["Content-Type": "application/merge-patch+json"], body: ended).status == 200)
                let whole = try await group.next()
                #expect(whole?.status == 0 && whole?.text == "three\nfour\nfive\nsix\n", "\(whole?.text ?? "")")
            }
            #expect(try await kube.ask("POST", "/control/v1/logs/default/none/main", control: true, body: "x").status == 404)
            #expect(try await kube.ask("POST", "/control/v1/logs/default/web/none", control: true, body: "x").status == 400)
        }
    }

    @Test func whatNeedsAKubeletIsAnsweredAsByAServerThatCannotReachOne() async throws {
        try await with { kube in
            let address = try await kube.kubectl("get", "node", "node-00000", "-o", "jsonpath={.status.addresses[0].address}").text
            let words = "error dialing backend: dial tcp \(address):10250: connect: connection refused"
            for arguments in [["exec", "web", "-c", "main", "--", "true"], ["attach", "web", "-c", "main"], ["port-forward", "web", "0:80"]] {
                let outcome = try await BackendSubprocess.run(
                    try BackendSubprocess.find("kubectl"), ["--kubeconfig", kube.kubeconfig] + arguments, environment: ["HOME": kube.folder.url.path])
                // kubectl forwards ports of pods that run only, and says so itself.
                let expected = arguments[0] == "port-forward" ? "error: unable to forward port because pod is not running. Current status=Pending\n" : "Error from server: \(words)\n"
                #expect(outcome.status == 1 && outcome.errors.hasSuffix(expected), "\(outcome.errors)")
            }
            let ways = [
                ("POST", ["Connection": "Upgrade", "Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": "v4.channel.k8s.io"]),
                ("GET", ["Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "v5.channel.k8s.io"]),
            ]
            for (method, headers) in ways {
                for path in ["exec?command=true&container=main&stdout=true", "attach?container=side&stdout=true", "portforward?ports=80"] {
                    let answer = try await kube.ask(method, "/api/v1/namespaces/default/pods/web/\(path)", headers: headers)
                    let status = try JSONDecoder().decode(Refusal.self, from: answer.body)
                    #expect(answer.status == 500 && status == Refusal(kind: "Status", status: "Failure", message: words, reason: nil, code: 500), "\(method) \(path): \(answer.text)")
                }
            }
            #expect(try await kube.ask("POST", "/api/v1/namespaces/default/pods/web/exec?container=none&command=x").status == 400)
            #expect(try await kube.ask("POST", "/api/v1/namespaces/default/pods/none/portforward").status == 404)
        }
    }

    private struct Statistics: Decodable { var watchers: Int }

    private struct Refusal: Decodable, Equatable {
        var kind: String
        var status: String
        var message: String
        var reason: String?
        var code: Int
    }
}
