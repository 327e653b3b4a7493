import Clocks
import Enrichment
import Foundation
import Foundations
import KubeCore
import KubeServer
import KubernetesClient
import Logging
import Testing

/// The manifests of kind-config, judged by kubectl and the reference API server: what they say is taken, by a real client, as a real
/// cluster would take it; and their ClusterRole opens what the sensor reads and nothing else.
@Suite(.serialized)
struct DeploymentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let manifests = ["namespace", "rbac", "sensor", "backend"].map { "kind-config/manifests/\($0).yaml" }
    private static let workloads = "kind-config/overlay/workloads.yaml"
    private static let sensor = "system:serviceaccount:wiz:wiz-sensor"

    @Test func everyManifestIsTakenByTheServer() async throws {
        try await DeploymentCluster.run { cluster in
            // namespaces first: in a dry run nothing is there for what comes next
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/namespace.yaml"))
            for namespace in ["shop", "payments"] { try await cluster.expect("create", "namespace", namespace) }
            for file in Self.manifests + [Self.workloads] {
                let said = try await cluster.expect("apply", "--dry-run=server", "-o", "name", "-f", Self.path(file))
                #expect(!said.isEmpty, "\(file): nothing in it")
            }
            // a dry run leaves nothing behind
            #expect(try await cluster.expect("get", "daemonsets", "--all-namespaces", "-o", "name").isEmpty)
        }
    }

    /// What is applied again is what is there: no roll-out because a script ran twice, no drift for those who watch for it.
    @Test func applyingTwiceChangesNothing() async throws {
        try await DeploymentCluster.run { cluster in
            let files = (Self.manifests + [Self.workloads]).flatMap { ["-f", Self.path($0)] }
            let first = try await cluster.expect(["apply"] + files).split(separator: "\n")
            let second = try await cluster.expect(["apply"] + files).split(separator: "\n")
            #expect(first.count >= 14 && second.count == first.count)
            for line in first { #expect(line.hasSuffix(" created"), "\(line)") }
            // kubectl before 1.21 does not know CronJobs of batch/v1: it sends their lists whole and calls that a change.
            let isUnknown = try await Kubectl.minor() < 21
            for line in second where !(isUnknown && line.hasPrefix("cronjob.batch/")) { #expect(line.hasSuffix(" unchanged"), "\(line)") }
        }
    }

    /// The judge can say no: the same manifest with a slip of the pen is refused, naming the field.
    @Test func aSlipOfThePenIsRefused() async throws {
        try await DeploymentCluster.run { cluster in
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/namespace.yaml"))
            let text = try String(contentsOf: URL(filePath: Self.path("kind-config/manifests/sensor.yaml")), encoding: .utf8)
            for (right, wrong, field) in [
                ("hostPID: true", "hostPid: true", "hostPid"), ("terminationGracePeriodSeconds: 25", "terminationGracePeriodSeconds: soon", "terminationGracePeriodSeconds"),
                ("mountPath: /api-client/", "mountPath: \"\"", "mountPath"),
            ] {
                let spoiled = text.replacingOccurrences(of: right, with: wrong)
                #expect(spoiled != text)
                let outcome = try await cluster.kubectl("apply", "--dry-run=server", "-f", "-", input: spoiled)
                #expect(outcome.status != 0)
                #expect(outcome.errors.contains(field), "\(wrong): \(outcome.errors)")
            }
        }
    }

    @Test func theOverlayFitsTheManifests() async throws {
        try await DeploymentCluster.run { cluster in
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/namespace.yaml"))
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/sensor.yaml"))
            let patch = try String(contentsOf: URL(filePath: Self.path("kind-config/overlay/sensor.yaml")), encoding: .utf8)
            try await cluster.expect("-n", "wiz", "patch", "daemonset", "wiz-sensor", "--type", "strategic", "--patch", patch)
            // merged by name into what is there: nothing else was replaced
            let mounts = try await cluster.expect("-n", "wiz", "get", "daemonset", "wiz-sensor", "-o", "jsonpath={.spec.template.spec.containers[*].volumeMounts[*].mountPath}")
            #expect(Set(mounts.split(separator: " ")) == ["/proc", "/wiz-host-cache/", "/wiz-sensor-store/", "/tmp/", "/api-client/", "/etc/wiz-sensor/", "/etc/wiz-sensor-ca/"])
        }
    }

    @Test func theSensorMayReadWorkloadsAndNothingElse() async throws {
        try await DeploymentCluster.run { cluster in
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/namespace.yaml"))
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/rbac.yaml"))
            for (verb, resource) in [("list", "pods"), ("watch", "pods"), ("get", "pods"), ("get", "replicasets.apps"), ("get", "jobs.batch")] {
                #expect(try await cluster.may(Self.sensor, verb, resource), "\(verb) \(resource)")
            }
            for resource in ["pods", "replicasets.apps", "jobs.batch", "deployments.apps", "namespaces", "nodes"] {
                for verb in ["create", "update", "patch", "delete"] { #expect(try await !cluster.may(Self.sensor, verb, resource), "\(verb) \(resource)") }
            }
            for resource in ["secrets", "configmaps", "events", "pods/exec", "pods/log", "nodes/proxy", "serviceaccounts/token"] {
                for verb in ["get", "list", "create"] { #expect(try await !cluster.may(Self.sensor, verb, resource), "\(verb) \(resource)") }
            }
        }
    }

    /// The sensor's own client, as it runs in a pod, with the ClusterRole and nothing else: it sees its node's pod and the Deployment above.
    @Test(.timeLimit(.minutes(1))) func theClusterRoleIsEnoughForTheSensor() async throws {
        try await DeploymentCluster.run { cluster in
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/namespace.yaml"))
            try await cluster.expect("apply", "-f", Self.path("kind-config/manifests/rbac.yaml"))
            let deployment = try await cluster.make("Deployment", "apps/v1", "web", "\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":\(Self.template)}")
            let set = try await cluster.make(
                "ReplicaSet", "apps/v1", "web-1", owner: ("Deployment", "web", deployment), "\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":\(Self.template)}")
            let pod = try await cluster.make(
                "Pod", "v1", "web-1-a", owner: ("ReplicaSet", "web-1", set), #""spec":{"nodeName":"node-1","containers":[{"name":"web","image":"web"}]}"#)
            _ = try await cluster.make("Pod", "v1", "elsewhere", #""spec":{"nodeName":"node-2","containers":[{"name":"web","image":"web"}]}"#)

            let (told, tell) = AsyncStream.makeStream(of: WorkloadResolver.Input.self)
            let service = try KubernetesService(
                configuration: try await cluster.inCluster(), node: "node-1", seed: 1, clock: SystemClock.now, tell: { tell.yield($0) }, report: { _, _ in })
            let running = Task { await service.run() }
            defer { running.cancel() }
            var pods: [String] = []
            for await input in told {
                if case .pod(let seen) = input { pods.append(seen.context.uid) }
                guard case .owners(let owners, above: let controller) = input else { continue }
                #expect(controller == set)
                #expect(owners.map { "\($0.kind)/\($0.name)" } == ["Deployment/web"])
                break
            }
            #expect(pods == [pod])
            #expect(await service.status.failures.isEmpty)
        }
    }

    private static let template = #"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web"}]}}"#

    private static func path(_ name: String) -> String { root.appending(path: name).path }
}

/// An API server of a test's own, in this process, and kubectl with its kubeconfig.
struct DeploymentCluster: Sendable {
    let kubeconfig: String
    let program: String

    struct DidNotStart: Error {}
    struct Refused: Error, CustomStringConvertible { var description: String }

    static func run(_ body: @escaping @Sendable (DeploymentCluster) async throws -> Void) async throws {
        let program = try BackendSubprocess.find("kubectl")
        let folder = try BackendFolder()
        defer { folder.remove() }
        let now = SystemClock.now()
        let directory = try ClusterDirectory(opening: folder.file("cluster").path, at: now.wall)
        let database = try ObjectDatabase(path: directory.databasePath)
        var api = KubeAPI(seed: 1, tokens: directory.tokens, adminToken: directory.adminToken, settings: KubeAPI.Settings(), historyMax: 1000)
        api.bootstrap(at: now)
        var options = KubeServer.Options()
        options.control = nil
        options.kubeconfig = folder.file("kubeconfig").path
        let server = KubeServer(
            directory: directory, hub: APIHub(api, clock: SystemClock.now), database: database, options: options, logger: Logger(label: "kube") { _ in SwiftLogNoOpLogHandler() })
        let (listening, announce) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run(signals: []) { _ in announce.yield(()) }
            }
            guard await listening.first(where: { _ in true }) != nil else {
                try await group.waitForAll()
                throw DidNotStart()
            }
            let result: Result<Void, any Error>
            do {
                try await body(DeploymentCluster(kubeconfig: folder.file("kubeconfig").path, program: program))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
            try result.get()
        }
    }

    func kubectl(_ arguments: String..., input: String = "") async throws -> BackendSubprocess.Outcome { try await kubectl(arguments, input: input) }

    private func kubectl(_ arguments: [String], input: String = "") async throws -> BackendSubprocess.Outcome {
        // the discovery cache would outlive the server whose address it is kept under
        let cache = URL(filePath: kubeconfig).deletingLastPathComponent().appending(path: "cache").path
        return try await BackendSubprocess.run(program, ["--cache-dir", cache] + arguments, input: Data(input.utf8), environment: ["KUBECONFIG": kubeconfig])
    }

    /// What kubectl says when it succeeds, without the last line break.
    @discardableResult
    func expect(_ arguments: String...) async throws -> String { try await expect(arguments) }

    @discardableResult
    func expect(_ arguments: [String]) async throws -> String {
        let outcome = try await kubectl(arguments)
        guard outcome.status == 0 else { throw Refused(description: "kubectl \(arguments.joined(separator: " ")): \(outcome.errors)") }
        return String(decoding: outcome.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Creates an object in the namespace default; returns its uid.
    func make(_ kind: String, _ version: String, _ name: String, owner: (kind: String, name: String, uid: String)? = nil, _ rest: String) async throws -> String {
        let owners = owner.map { #","ownerReferences":[{"apiVersion":"apps/v1","kind":"\#($0.kind)","name":"\#($0.name)","uid":"\#($0.uid)","controller":true}]"# } ?? ""
        let text = #"{"apiVersion":"\#(version)","kind":"\#(kind)","metadata":{"name":"\#(name)","labels":{"app":"web"}\#(owners)},\#(rest)}"#
        let outcome = try await kubectl("create", "-f", "-", "-o", "jsonpath={.metadata.uid}", input: text)
        guard outcome.status == 0 else { throw Refused(description: "\(kind) \(name): \(outcome.errors)") }
        return String(decoding: outcome.output, as: UTF8.self)
    }

    private struct TokenAnswer: Decodable {
        struct Status: Decodable { var token: String }
        var status: Status
    }

    /// What the kubelet gives a pod of the sensor's service account.
    func inCluster() async throws -> KubeConfiguration {
        let folder = URL(filePath: kubeconfig).deletingLastPathComponent().appending(path: "serviceaccount", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let authority = try await expect("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}")
        guard let pem = Data(base64Encoded: authority) else { throw Refused(description: "no authority in the kubeconfig") }
        try pem.write(to: folder.appending(path: "ca.crt"))
        // what `kubectl create token` asks for; older ones do not have it
        let request = #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}"#
        let answer = try await kubectl("create", "--raw", "/api/v1/namespaces/wiz/serviceaccounts/wiz-sensor/token", "-f", "-", input: request)
        let made = try JSONDecoder().decode(TokenAnswer.self, from: answer.output)
        try Data(made.status.token.utf8).write(to: folder.appending(path: "token"))
        let server = try await expect("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
        guard let url = URL(string: server), let host = url.host(), let port = url.port,
            let configuration = try KubeConfiguration.inCluster(environment: ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "\(port)"], directory: folder.path)
        else { throw Refused(description: "'\(server)' is no address") }
        return configuration
    }

    /// `kubectl auth can-i`: the answer, or an error for anything that is none.
    func may(_ user: String, _ verb: String, _ resource: String) async throws -> Bool {
        // `pods/exec` alone would be the pod named exec
        let parts = resource.split(separator: "/").map(String.init)
        let outcome = try await kubectl(["auth", "can-i", verb, parts[0], "--all-namespaces", "--as", user] + parts.dropFirst().map { "--subresource=\($0)" })
        switch String(decoding: outcome.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines).prefix(3) {
        case "yes": return true
        case "no", "no ": return false
        default: throw Refused(description: "auth can-i \(verb) \(resource): \(outcome.errors)")
        }
    }
}
