import Clocks
import Enrichment
import Events
import Foundation
import Foundations
import KubeCore
import KubeServer
import KubernetesClient
import Logging
import Serving
import Synchronization

/// The reference API server in this process, on a free loopback port, with TLS and RBAC.
struct KubernetesTestServer: Sendable {
    let hub: APIHub
    let endpoints: KubeServer.Endpoints
    let folder: TestFolder
    let adminToken: String

    static func with<Result: Sendable>(_ body: @escaping @Sendable (KubernetesTestServer) async throws -> Result) async throws -> Result {
        let folder = try TestFolder()
        defer { folder.remove() }
        let directory = try ClusterDirectory(opening: folder.path, at: SystemClock.wall())
        let database = try ObjectDatabase(path: directory.databasePath)
        var api = KubeAPI(seed: 5, tokens: directory.tokens, adminToken: directory.adminToken)
        api.bootstrap(at: SystemClock.now())
        let hub = APIHub(api, clock: SystemClock.now)
        var options = KubeServer.Options()
        options.kubeconfig = "\(folder.path)/kubeconfig"
        options.kubelet = (ListenAddress(host: "127.0.0.1", port: 0), "node-1")
        let server = KubeServer(directory: directory, hub: hub, database: database, options: options, logger: Logger(label: "kube") { _ in SwiftLogNoOpLogHandler() })
        let (found, continuation) = AsyncStream.makeStream(of: KubeServer.Endpoints.self)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                do { try await server.run(signals: []) { continuation.yield($0) } } catch is CancellationError {}
                continuation.finish()
                return nil
            }
            group.addTask {
                guard let endpoints = await found.first(where: { _ in true }) else { throw TestProblem("the API server did not start") }
                return try await body(KubernetesTestServer(hub: hub, endpoints: endpoints, folder: folder, adminToken: directory.adminToken))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw TestProblem("the API server ended before the test")
        }
    }

    /// As the administrator, by the kubeconfig that the server wrote.
    var configuration: KubeConfiguration { get throws { try KubeConfiguration.kubeconfig(path: "\(folder.path)/kubeconfig") } }

    /// The kubelet of node-1, asked as the given configuration asks the API server.
    func kubelet(_ configuration: KubeConfiguration, isForced: Bool = false) throws -> KubernetesService.Kubelet {
        var configuration = configuration
        guard let url = URL(string: endpoints.kubelet) else { throw TestProblem("no kubelet at '\(endpoints.kubelet)'") }
        configuration.server = url
        return .init(configuration: configuration, isForced: isForced)
    }

    // MARK: What a control plane and a kubelet write

    @discardableResult
    func send(_ method: String, _ path: String, _ json: String = "", type: String = "application/json") throws -> JSON {
        let request = APIRequest(method: method, path: path, headers: ["content-type": type], body: Array(json.utf8))
        let answer = hub.with { api, now -> (Int, [UInt8]) in
            guard case .complete(let answer) = api.handle(request, from: .administrator, at: now) else { return (0, []) }
            return (answer.status, answer.body)
        }
        guard (200..<300).contains(answer.0) else { throw TestProblem("\(method) \(path): \(answer.0) \(String(decoding: answer.1, as: UTF8.self))") }
        return try JSONParser.parse(answer.1)
    }

    @discardableResult
    func addPod(_ name: String, node: String, owner: String = "") throws -> String {
        let pod = try send("POST", "/api/v1/namespaces/default/pods", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\(name)","namespace":"default","labels":{"app":"\(name)"}\(owner.isEmpty ? "" : ",\"ownerReferences\":[\(owner)]")},
            "spec":{"nodeName":"\(node)","containers":[{"name":"main","image":"registry.example/\(name):1"}]}}
            """)
        return pod["metadata"]?["uid"]?.string ?? ""
    }

    func run(_ name: String, containerID: String) throws {
        try send("PATCH", "/api/v1/namespaces/default/pods/\(name)/status", """
            {"status":{"phase":"Running","podIP":"10.0.0.7","podIPs":[{"ip":"10.0.0.7"}],"containerStatuses":[{"name":"main","image":"x","imageID":"","ready":true,"restartCount":0,
            "containerID":"containerd://\(containerID)","state":{"running":{"startedAt":"2026-03-01T10:20:30Z"}}}]}}
            """, type: "application/merge-patch+json")
    }

    func put(_ faults: String) throws {
        let plan = try FaultPlan(json: try JSONParser.parse(Array(faults.utf8)))
        hub.with { api, _ in api.faults = plan }
    }

    /// Requests over the socket by the sensor, as `verb resource`.
    func requests() -> [String] {
        hub.with { api, _ in api.log.entries.filter { $0.userAgent == "wiz-sensor" }.map { "\($0.verb) \($0.resource)" } }
    }
}

/// A running Kubernetes client, what it told, and the resolver that learned it.
final class KubernetesWatcher: Sendable {
    let service: KubernetesService
    private struct State {
        var resolver = WorkloadResolver()
        var told: [String] = []
    }
    private let state: Mutex<State>
    private let changes: AsyncStream<Void>

    private init(service: KubernetesService, state: consuming Mutex<State>, changes: AsyncStream<Void>) {
        self.service = service
        self.state = state
        self.changes = changes
    }

    /// Watches as long as the body lasts.
    static func with<Result: Sendable>(
        _ configuration: KubeConfiguration, kubelet: KubernetesService.Kubelet? = nil, node: String = "node-1", tuning change: (inout KubernetesTuning) -> Void = { _ in },
        _ body: @escaping @Sendable (KubernetesWatcher) async throws -> Result
    ) async throws -> Result {
        var tuning = KubernetesTuning()
        tuning.retryInitial = .milliseconds(20)
        tuning.listIntervalMin = .milliseconds(20)
        tuning.kubeletInterval = .milliseconds(50)
        change(&tuning)
        let box = Box()
        let service = try KubernetesService(
            configuration: configuration, kubelet: kubelet, node: node, tuning: tuning, seed: 3, clock: SystemClock.now,
            tell: { box.tell($0) }, report: { state, _ in box.say("state \(state.rawValue)") })
        let watcher = KubernetesWatcher(service: service, state: Mutex(State()), changes: box.changes)
        box.watcher.withLock { $0 = watcher }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            defer { group.cancelAll() }
            return try await body(watcher)
        }
    }

    private final class Box: Sendable {
        let watcher = Mutex<KubernetesWatcher?>(nil)
        let changes: AsyncStream<Void>
        private let change: AsyncStream<Void>.Continuation

        init() { (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        func tell(_ input: WorkloadResolver.Input) {
            let line = switch input {
            case .pod(let pod): "pod \(pod.context.name)"
            case .removed: "removed"
            case .listed(let uids): "listed \(uids.count)"
            case .runtime: "runtime"
            case .owners(let owners, _): "owners \(owners.map { "\($0.kind)/\($0.name)" }.joined(separator: ","))"
            }
            watcher.withLock { $0 }?.state.withLock { state in
                _ = state.resolver.handle(input, at: SystemClock.now())
                state.told.append(line)
            }
            change.yield()
        }

        func say(_ line: String) {
            watcher.withLock { $0 }?.state.withLock { $0.told.append(line) }
            change.yield()
        }
    }

    var told: [String] { state.withLock { $0.told } }

    func complete(_ id: String) -> ContainerContext {
        var context = ContainerContext(id: id)
        state.withLock { $0.resolver.complete(&context) }
        return context
    }

    var pods: Int { state.withLock { $0.resolver.podCount } }

    /// Until the condition holds; looked at after each change.
    func wait(_ what: String, _ holds: @Sendable () async -> Bool) async throws {
        if await holds() { return }
        for await _ in changes { if await holds() { return } }
        throw TestProblem("ended without: \(what): \(told)")
    }
}

