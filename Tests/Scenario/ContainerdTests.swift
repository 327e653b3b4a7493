import Contract
import Foundation
import ScenarioModel
import ScenarioRunner
import Testing

/// A real containerd: what the sensor says of its containers, with an API server that knows their pods and without one.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(5)))
struct ContainerdTests {
    private static let rules = """
        - rule: Marked program
          id: marked-program
          desc: A program of this test ran in a container.
          condition: evt.type in (execve, execveat) and container.id != host and proc.args contains wiz-marked
          output: "marked | name=%container.name ns=%k8s.ns.name pod=%k8s.pod.name"
          priority: CRITICAL
          severity: CRITICAL
          techniques: [T1059]

        """

    private func start(_ daemon: DaemonHarness, _ containerd: ContainerdHarness, _ arguments: [String] = []) async throws {
        let rules = daemon.folder.appending(path: "rules.yaml")
        try Self.rules.write(to: rules, atomically: true, encoding: .utf8)
        try daemon.start(["--rules", rules.path] + arguments, environment: ["CRI_SOCKET_CUSTOM_PATH": containerd.socket, "MY_NODE_NAME": "node-1"])
        _ = try await daemon.statistics { $0["state"]?.text == "running" && $0["containerRuntime"]?["state"]?.text == "polling" }
    }

    /// Detections that the daemon wrote, oldest first.
    private func detections(_ daemon: DaemonHarness) -> [CloudEvent] {
        daemon.log.split(separator: "\n").compactMap { $0.hasPrefix("{") ? try? JSONDecoder().decode(CloudEvent.self, from: Data($0.utf8)) : nil }
    }

    private func detection(_ daemon: DaemonHarness, in container: String) async throws -> CloudEvent {
        try await daemon.eventually("a detection in \(container.prefix(12)); the log ends:\n\(daemon.log.suffix(2000))", within: .seconds(30)) {
            detections(daemon).first { $0.runtimeDetails.processTree.first?.container?.id == container }
        }
    }

    private func with(_ body: (DaemonHarness, ContainerdHarness) async throws -> Void) async throws {
        let daemon = try DaemonHarness()
        do { try await ContainerdHarness.with { try await body(daemon, $0) } } catch {
            await daemon.finish(expectCleanStop: false)
            throw error
        }
        await daemon.finish()
    }

    @Test func withoutAnAPIServerAContainerHasItsPodFromTheRuntime() async throws {
        try await with { daemon, containerd in
            let before = CRIDriver.Pod(name: "before-0", namespace: "shop", uid: UUID().uuidString.lowercased(), labels: ["app": "before"])
            let old = try await containerd.run(before, container: "old", command: ["/bin/sleep", "1000"])
            try await start(daemon, containerd)

            let pod = CRIDriver.Pod(name: "shop-0", namespace: "shop", uid: UUID().uuidString.lowercased(), labels: ["app": "shop"])
            let data = containerd.folder.appending(path: "data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            let made = try await containerd.run(
                pod, container: "web", command: ["/bin/sh", "-c", "/bin/echo wiz-marked; exec /bin/sleep 1000"], mounts: [(data.path, "/data")], labels: ["own": "web"])
            let event = try await detection(daemon, in: made.container)
            let container = try #require(event.runtimeDetails.processTree.first?.container)
            #expect(container.name == "web" && container.pod?.name == "shop-0" && container.pod?.namespace == "shop" && container.pod?.externalId == pod.uid)
            #expect(container.image?.externalId == ContainerdHarness.image && container.incomplete == nil)
            let facts = try #require(event.runtimeDetails.context.container)
            #expect(facts.runtime == "containerd" && facts.imageRepository == "wiz.test/busybox" && facts.imageTag == "1" && facts.podLabels == ["app": "shop"])

            // the rest of it, and of what ran before the sensor did
            let listed = try await daemon.eventually("both containers in full") { () -> [JSONValue]? in
                guard let all = await containers(daemon), let new = all.first(where: { $0["id"]?.text == made.container }), let first = all.first(where: { $0["id"]?.text == old.container }),
                    new["started"] != nil, first["started"] != nil
                else { return nil }
                return [new, first]
            }
            #expect(listed[0]["labels"]?["own"]?.text == "web" && listed[0]["podLabels"]?["app"]?.text == "shop")
            #expect(listed[1]["name"]?.text == "old" && listed[1]["pod"]?.text == "before-0" && listed[1]["image"]?.text == ContainerdHarness.image)

            // one that lives for a moment, and one that another client of containerd started: no pod, and nothing waits for it
            let short = try await containerd.cri.run("short", image: ContainerdHarness.image, command: ["/bin/echo", "wiz-marked"], in: made.sandbox, of: pod)
            let moment = try await detection(daemon, in: short)
            #expect(moment.runtimeDetails.processTree.first?.container?.name == "short" && moment.runtimeDetails.processTree.first?.container?.pod?.name == "shop-0")
            _ = try await containerd.ctr(["run", "--rm", ContainerdHarness.image, "by-ctr", "/bin/echo", "wiz-marked"])
            let byHand = try await detection(daemon, in: "by-ctr")
            #expect(byHand.runtimeDetails.processTree.first?.container?.pod == nil && byHand.runtimeDetails.processTree.first?.container?.incomplete == nil)

            let statistics = try await daemon.statistics { ($0["containerRuntime"]?["containers"]?.number ?? 0) >= 4 }
            #expect(statistics["containerRuntime"]?["runtime"]?.text == "containerd" && statistics["containerRuntime"]?["unknown"]?.number ?? 0 >= 1)
        }
    }

    @Test func withAnAPIServerTheFirstDetectionHasOwnersAndServiceAccountToo() async throws {
        try await with { daemon, containerd in
            let folder = daemon.folder.appending(path: "cluster")
            let kubeconfig = folder.appending(path: "kubeconfig")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let server = try Subprocess(
                "fake-kube-api", executable: PackageRoot().executable("fake-kube-api"), arguments: ["serve", "--data", folder.path, "--kubeconfig-out", kubeconfig.path], folder: folder,
                log: folder.appending(path: "server.log"))
            defer { server.send(SIGTERM) }
            let kubectl = { (arguments: [String]) in try await Shell.check(["kubectl", "--kubeconfig", kubeconfig.path] + arguments, folder: folder) }
            _ = try await daemon.eventually("an API server") { FileManager.default.fileExists(atPath: kubeconfig.path) ? try? await kubectl(["get", "namespaces"]) : nil }
            try await start(daemon, containerd, ["--kubeconfig", kubeconfig.path])

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
            let event = try await detection(daemon, in: made.container)
            let container = try #require(event.runtimeDetails.processTree.first?.container)
            #expect(container.name == "web" && container.image?.externalId == ContainerdHarness.image && container.serviceAccount == "shop")
            #expect(container.kubernetesController?.type == "Deployment" && container.kubernetesController?.name == "shop" && container.incomplete == nil)
            let facts = try #require(event.runtimeDetails.context.container)
            #expect(facts.owners?.map(\.name) == ["shop-5d4", "shop"] && facts.podLabels == ["app": "shop", "tier": "front"] && facts.node == "node-1")
        }
    }

    private func containers(_ daemon: DaemonHarness) async -> [JSONValue]? {
        guard let sensor = try? PackageRoot().executable("wiz-sensor").path,
            let result = try? await Shell.run([sensor, "containers", "--json", "--control-socket", daemon.controlSocket], folder: daemon.folder), result.status == 0,
            let all = try? JSONValue(json: Data(result.output.utf8))
        else { return nil }
        return all.elements
    }
}
