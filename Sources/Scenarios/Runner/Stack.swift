package import Contract
import Foundation
import Glibc
package import ScenarioModel

/// Everything a scenario runs against: portal, Kubernetes API server, sensor, container host. All on free ports and in one folder.
package actor Stack {
    package struct Options: Sendable {
        package var root: PackageRoot
        /// Record what the sensor sends.
        package var audit: Bool
        /// Of the sensor's clock.
        package var timeScale: Double
        /// nil: no others than the sensor's own.
        package var limits: SensorLimits?
        /// A way to the portal that can be broken.
        package var hasFaultyLink: Bool
        /// The sensor's store on a file system of its own that can be filled.
        package var hasSmallStore: Bool
        package init(
            root: PackageRoot, audit: Bool = false, timeScale: Double = 1, limits: SensorLimits? = nil, hasFaultyLink: Bool = false, hasSmallStore: Bool = false
        ) {
            self.root = root
            self.audit = audit
            self.timeScale = timeScale
            self.limits = limits
            self.hasFaultyLink = hasFaultyLink
            self.hasSmallStore = hasSmallStore
        }
    }

    /// What the node is called in the API server and in the portal.
    package static let node = "scenario-node"
    static let smallStoreMebibytes: UInt32 = 8

    package nonisolated let work: WorkFolder
    private let options: Options
    var hasSmallStore: Bool { options.hasSmallStore }
    private var servers: [Subprocess] = []
    private(set) var portal: PortalView?
    private(set) var cluster: Cluster?
    private(set) var sensor: SensorProgram?
    private var host: ContainerHost?
    private(set) var wire: WireAudit?
    private(set) var cgroup: SensorCgroup?
    private(set) var portalServer: Subprocess?
    private(set) var road: PortalRoad?
    /// Another portal with an authority of its own.
    var impostor: BackendEndpoints?

    package init(_ options: Options) throws {
        self.options = options
        work = try WorkFolder()
    }

    /// Starts portal and API server; returns when both listen.
    /// - Parameter kubernetes: arguments of `fake-kube-api serve` beside the usual ones.
    @discardableResult
    package func startServers(kubernetes arguments: [String] = []) async throws -> (PortalView, Cluster) {
        async let portal = startPortal()
        async let cluster = startCluster(arguments)
        return try await (portal, cluster)
    }

    /// Starts portal, API server and sensor; returns when the sensor is ready.
    package func start() async throws {
        let (view, kubernetes) = try await startServers()
        try await kubernetes.addNode()
        var settings = SensorProgram.Settings(
            executable: try options.root.executable("wiz-sensor"), work: work, grpcEndpoint: view.endpoints.grpc, httpEndpoint: view.endpoints.http,
            authority: work.url.appending(path: "portal/ca.pem"), kubeconfig: work.url.appending(path: "kubeconfig"), node: Self.node)
        if options.hasFaultyLink {
            guard !options.audit else { throw Shell.Failure(description: "a scenario has either 'audit' or 'link' steps") }
            let road = try PortalRoad(endpoints: view.endpoints, work: work)
            settings.grpcEndpoint = road.grpcEndpoint
            settings.httpEndpoint = road.httpEndpoint
            settings.prefix = road.commandPrefix
            self.road = road
        }
        if options.hasSmallStore { try mountSmallStore() }
        if options.audit {
            let audit = try WireAudit(endpoints: [view.endpoints.grpc, view.endpoints.http, kubernetes.server], file: work.url.appending(path: "sensor.pcap"))
            settings.prefix = audit.commandPrefix
            wire = audit
        }
        if let limits = options.limits {
            let group = try SensorCgroup(memoryMiB: limits.memory, name: "wiz-scenario-\(work.url.lastPathComponent)")
            cgroup = group
            try work.record(cgroup: group.directory)
            settings.prefix = group.commandPrefix + settings.prefix
            settings.environment = ["POD_MEM_LIMITS": "\(limits.memory)", "POD_CPU_LIMITS": "\(limits.cpu)"]
        }
        let sensor = try SensorProgram(settings)
        await sensor.setTimeScale(options.timeScale)
        self.sensor = sensor
        try await sensor.start()
    }

    private func startPortal() async throws -> PortalView {
        let data = try work.folder("portal")
        let endpoints = try await servePortal(in: data)
        let program = try options.root.executable("fake-wiz-backend")
        let rules = try options.root.rules().map(\.path)
        try await Shell.check([program.path, "definitions", "publish", "--data", data.path, "--version", "1.0.0", "--rules"] + rules, folder: work.url, limit: .seconds(60))
        let credentials = try work.folder("credentials")
        for (from, to) in [("client-id", "clientId"), ("client-secret", "clientToken")] {
            try FileManager.default.copyItem(at: data.appending(path: from), to: credentials.appending(path: to))
        }
        // Kept at once: whatever else does not start, the tear-down closes it.
        let view = try PortalView(endpoints: endpoints, authority: Data(contentsOf: data.appending(path: "ca.pem")))
        portal = view
        return view
    }

    /// Starts a portal on free ports, or on those that it had.
    func servePortal(in data: URL, on ports: BackendEndpoints? = nil) async throws -> BackendEndpoints {
        let file = data.appending(path: "endpoints.json")
        try? FileManager.default.removeItem(at: file)
        let listen = try ports.map { try [$0.grpc, $0.http, $0.control].map { "127.0.0.1:\(try WireAudit.side($0).port)" } } ?? Array(repeating: "127.0.0.1:0", count: 3)
        let server = try launch(data.lastPathComponent, options.root.executable("fake-wiz-backend"), [
            "serve", "--data", data.path, "--grpc-listen", listen[0], "--http-listen", listen[1], "--control-listen", listen[2], "--server-name", PortalRoad.name, "--no-auth-web",
        ])
        if data.lastPathComponent == "portal" { portalServer = server }
        return try await whenThere(file, of: server) { try JSONDecoder().decode(BackendEndpoints.self, from: Data(contentsOf: file)) }
    }

    /// - Parameter address: where it listens; port 0 takes a free one.
    private func startCluster(_ arguments: [String] = [], at address: String = "127.0.0.1:0") async throws -> Cluster {
        let kubeconfig = work.url.appending(path: "kubeconfig")
        let data = try work.folder("kubernetes")
        // What an earlier server wrote must not be taken for this one's.
        try? FileManager.default.removeItem(at: kubeconfig)
        let server = try launch("fake-kube-api", options.root.executable("fake-kube-api"), [
            "serve", "--data", data.path, "--listen", address, "--control-listen", "127.0.0.1:0", "--kubeconfig-out", kubeconfig.path,
        ] + arguments)
        // A hundred thousand pods take their time.
        let found = try await whenThere(kubeconfig, of: server, within: .seconds(300)) { try Cluster(kubeconfig: kubeconfig, data: data, node: Self.node) }
        cluster = found
        return found
    }

    /// Ends the API server by SIGKILL, as a machine does that loses power.
    func killCluster() async throws {
        guard let index = servers.lastIndex(where: { $0.name == "fake-kube-api" }) else { throw Shell.Failure(description: "no API server runs") }
        let server = servers.remove(at: index)
        server.send(SIGKILL)
        guard await server.exit(within: .seconds(10)) != nil else { throw Shell.Failure(description: "the API server did not end") }
    }

    /// Starts the API server again: same address, same data.
    func reviveCluster() async throws {
        guard let old = cluster else { throw Shell.Failure(description: "no API server was started") }
        guard !servers.contains(where: { $0.name == "fake-kube-api" }) else { return }
        await old.close()
        _ = try await startCluster(at: String(old.server.dropFirst("https://".count)))
    }

    private func launch(_ name: String, _ executable: URL, _ arguments: [String]) throws -> Subprocess {
        let server = try Subprocess(name, executable: executable, arguments: arguments, folder: work.url, log: work.url.appending(path: "\(name).log"))
        servers.append(server)
        try work.record(server.pid)
        return server
    }

    /// Reads what a server writes once it listens; half-written files are read again.
    private func whenThere<Value>(_ file: URL, of server: Subprocess, within limit: Duration = .seconds(60), _ read: () throws -> Value) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, server.isRunning {
            if FileManager.default.fileExists(atPath: file.path), let value = try? read() { return value }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Shell.Failure(description: "\(server.name) \(server.isRunning ? "did not write \(file.lastPathComponent)" : "ended")\n\(server.tail().joined(separator: "\n"))")
    }

    /// Starts a container with its pod, and the host that holds containers with the first one.
    package func startContainer(_ spec: ContainerSpec) async throws {
        let host: ContainerHost
        if let running = self.host {
            host = running
        } else {
            host = try await ContainerHost(work: work)
            self.host = host
        }
        let container = try await host.start(spec)
        try await cluster?.addPod(of: container)
    }

    func containerHost() throws -> ContainerHost {
        guard let host else { throw Shell.Failure(description: "no container was started") }
        return host
    }

    /// What can be seen from outside at this moment.
    package func observe(needingHeartbeats: Bool, statistics: Bool) async throws -> Observation {
        guard let portal else { throw Shell.Failure(description: "the stack is not up") }
        // a portal that a step has ended shows nothing
        guard portalServer?.isRunning == true else {
            return Observation(statistics: statistics ? await sensor?.statistics() ?? .null : .null, containers: await host?.ids ?? [:], runnerPID: Int(getpid()), workFolder: work.url.path)
        }
        let heartbeats = needingHeartbeats ? try await portal.heartbeats() : []
        return Observation(
            cloudEvents: try await portal.cloudEvents(), healthIssues: try await portal.healthIssues(), heartbeats: heartbeats.count,
            lastHeartbeat: heartbeats.max { ($0["receivedAt"]?.text ?? "") < ($1["receivedAt"]?.text ?? "") } ?? .null,
            ledger: try await portal.ledger(), statistics: statistics ? await sensor?.statistics() ?? .null : .null, containers: await host?.ids ?? [:],
            runnerPID: Int(getpid()), workFolder: work.url.path)
    }

    package func endpoints() -> BackendEndpoints? { portal?.endpoints }

    /// Of the running sensor; nil when none runs.
    package func sensorPID() async -> Int32? { await sensor?.pid }

    /// Of the running API server; nil when none runs.
    package func clusterPID() -> Int32? { servers.last { $0.name == "fake-kube-api" && $0.isRunning }?.pid }

    /// The ends of all logs, for the report of a scenario that did not pass.
    package func logs() async -> [String] {
        var lines: [String] = []
        for server in servers { lines += ["--- \(server.name)"] + server.tail(lines: 12) }
        if let sensor { lines += ["--- wiz-sensor"] + (await sensor.tail()) }
        return lines
    }

    /// Ends everything and removes its traces; nothing of it throws, so that one failure does not keep the rest. Returns what went wrong.
    package func tearDown() async -> [String] {
        var problems: [String] = []
        do { try await sensor?.stop() } catch { problems.append("\(error)") }
        wire?.close()
        road?.close()
        await host?.stopAll()
        await portal?.close()
        await cluster?.close()
        for server in servers where await server.stop(within: .seconds(10)) == nil { problems.append("\(server.name) did not end") }
        do { try cgroup?.remove() } catch { problems.append("\(error)") }
        do { try work.remove() } catch { problems.append("\(error)") }
        return problems
    }
}
