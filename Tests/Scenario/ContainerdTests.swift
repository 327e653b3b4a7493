import Contract
import Foundation
import ScenarioModel
import ScenarioRunner
import Testing

/// A real containerd: what the sensor says of its containers, with an API server that knows their pods and without one.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct ContainerdTests {
    private func with(_ program: URL, _ body: (RuntimeDaemon, ContainerdHarness) async throws -> Void) async throws {
        try await RuntimeDaemon.with { daemon in try await ContainerdHarness.with(program) { try await body(daemon, $0) } }
    }

    /// Of this machine's containerd, and of one that tells of its containers itself.
    @Test(arguments: [false, true]) func withoutAnAPIServerAContainerHasItsPodFromTheRuntime(hasEvents: Bool) async throws {
        try await with(hasEvents ? RuntimePrograms.containerdWithEvents() : RuntimePrograms.containerd()) { daemon, containerd in
            let before = CRIDriver.Pod(name: "before-0", namespace: "shop", uid: UUID().uuidString.lowercased(), labels: ["app": "before"])
            let old = try await containerd.run(before, container: "old", command: ["/bin/sleep", "1000"])
            try await daemon.start(containerd.socket, state: hasEvents ? "watching" : "polling")

            let pod = CRIDriver.Pod(name: "shop-0", namespace: "shop", uid: UUID().uuidString.lowercased(), labels: ["app": "shop"])
            let data = containerd.folder.appending(path: "data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            let made = try await containerd.run(
                pod, container: "web", command: ["/bin/sh", "-c", "/bin/echo wiz-marked; exec /bin/sleep 1000"], mounts: [(data.path, "/data")], labels: ["own": "web"])
            let event = try await daemon.detection(in: made.container)
            let container = try #require(event.runtimeDetails.processTree.first?.container)
            #expect(container.name == "web" && container.pod?.name == "shop-0" && container.pod?.namespace == "shop" && container.pod?.externalId == pod.uid)
            #expect(container.image?.externalId == ContainerdHarness.image && container.incomplete == nil)
            let facts = try #require(event.runtimeDetails.context.container)
            #expect(facts.runtime == "containerd" && facts.imageRepository == "wiz.test/busybox" && facts.imageTag == "1" && facts.podLabels == ["app": "shop"])

            // the rest of it, and of what ran before the sensor did
            let listed = try await daemon.harness.eventually("both containers in full") { () -> [JSONValue]? in
                guard let all = await daemon.containers(), let new = all.first(where: { $0["id"]?.text == made.container }), let first = all.first(where: { $0["id"]?.text == old.container }),
                    new["started"] != nil, first["started"] != nil
                else { return nil }
                return [new, first]
            }
            #expect(listed[0]["labels"]?["own"]?.text == "web" && listed[0]["podLabels"]?["app"]?.text == "shop")
            #expect(listed[1]["name"]?.text == "old" && listed[1]["pod"]?.text == "before-0" && listed[1]["image"]?.text == ContainerdHarness.image)

            // one that lives for a moment, and one that another client of containerd started: no pod, and nothing waits for it
            let short = try await containerd.cri.run("short", image: ContainerdHarness.image, command: ["/bin/echo", "wiz-marked"], in: made.sandbox, of: pod)
            let moment = try await daemon.detection(in: short)
            #expect(moment.runtimeDetails.processTree.first?.container?.name == "short" && moment.runtimeDetails.processTree.first?.container?.pod?.name == "shop-0")
            _ = try await containerd.ctr(["run", "--rm", ContainerdHarness.image, "by-ctr", "/bin/echo", "wiz-marked"])
            let byHand = try await daemon.detection(in: "by-ctr")
            #expect(byHand.runtimeDetails.processTree.first?.container?.pod == nil && byHand.runtimeDetails.processTree.first?.container?.incomplete == nil)

            var statistics = try await daemon.harness.statistics { (daemon.runtime(of: $0)?["containers"]?.number ?? 0) >= 4 }
            if hasEvents {
                // the end of one comes with the stream of events: the next list is five minutes away
                let lists = statistics["containerRuntime"]?["lists"]
                try await containerd.cri.remove(sandbox: old.sandbox)
                statistics = try await daemon.harness.statistics { daemon.runtime(of: $0)?["containers"]?.number == 3 }
                #expect(statistics["containerRuntime"]?["lists"] == lists && statistics["containerRuntime"]?["events"]?.number ?? 0 > 0)
            }
            #expect(daemon.runtime(of: statistics)?["runtime"]?.text == "containerd" && statistics["containerRuntime"]?["unknown"]?.number ?? 0 >= 1)
        }
    }

    @Test func withAnAPIServerTheFirstDetectionHasOwnersAndServiceAccountToo() async throws {
        try await with(RuntimePrograms.containerd()) { daemon, containerd in
            let folder = daemon.harness.folder.appending(path: "cluster")
            let kubeconfig = folder.appending(path: "kubeconfig")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let server = try Subprocess(
                "fake-kube-api", executable: PackageRoot().executable("fake-kube-api"), arguments: ["serve", "--data", folder.path, "--kubeconfig-out", kubeconfig.path], folder: folder,
                log: folder.appending(path: "server.log"))
            defer { server.send(SIGTERM) }
            let kubectl = { (arguments: [String]) in try await Shell.check(["kubectl", "--kubeconfig", kubeconfig.path] + arguments, folder: folder) }
            _ = try await daemon.harness.eventually("an API server") { FileManager.default.fileExists(atPath: kubeconfig.path) ? try? await kubectl(["get", "namespaces"]) : nil }
            try await daemon.start(containerd.socket, state: "polling", ["--kubeconfig", kubeconfig.path])

            let objects = folder.appending(path: "objects.json")
            let template = #""selector":{"matchLabels":{"app":"shop"}},"template":{"metadata":{"labels":{"app":"shop"}},"spec":{"containers":[{"name":"web","image":"x"}]}}"#
            func make(_ json: String) async throws -> String {
                try json.write(to: objects, atomically: true, encoding: .utf8)
                return try await kubectl(["create", "-f", objects.path, "-o", "jsonpath={.metadata.uid}", "--validate=false"]).trimmingCharacters(in: .whitespacesAndNewlines)
            }
            func owner(_ kind: String, _ name: String, _ uid: String) -> String { #""ownerReferences":[{"apiVersion":"apps/v1","kind":"\#(kind)","name":"\#(name)","uid":"\#(uid)","controller":true}]"# }
            _ = try await make(#"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"shop","namespace":"default"}}"#)
            let deployment = try await make(#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"shop"},"spec":{\#(template)}}"#)
            let set = try await make(#"{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"shop-5d4",\#(owner("Deployment", "shop", deployment))},"spec":{\#(template)}}"#)
            let uid = try await make(
                #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"shop-5d4-x2x7k","labels":{"app":"shop","tier":"front"},\#(owner("ReplicaSet", "shop-5d4", set))},"spec":{"nodeName":"node-1","serviceAccountName":"shop","containers":[{"name":"web","image":"registry.example/shop:1"}]}}"#)

            // the status of the pod never names the container: its name and image come from the runtime, the rest from the API
            let pod = CRIDriver.Pod(name: "shop-5d4-x2x7k", namespace: "default", uid: uid, labels: ["app": "shop"])
            let made = try await containerd.run(pod, container: "web", command: ["/bin/echo", "wiz-marked"])
            let event = try await daemon.detection(in: made.container)
            let container = try #require(event.runtimeDetails.processTree.first?.container)
            #expect(container.name == "web" && container.image?.externalId == ContainerdHarness.image && container.serviceAccount == "shop")
            #expect(container.kubernetesController?.type == "Deployment" && container.kubernetesController?.name == "shop" && container.incomplete == nil)
            let facts = try #require(event.runtimeDetails.context.container)
            #expect(facts.owners?.map(\.name) == ["shop-5d4", "shop"] && facts.podLabels == ["app": "shop", "tier": "front"] && facts.node == "node-1")
        }
    }
}
