import Clocks
import Contract
import Foundation
import Foundations
import Glibc
import KubernetesClient
import PortalClient
package import ScenarioRunner

/// Starts a fleet against one portal and one API server, three times over, and reads in their logs what that was like for them.
package struct FleetRun: Sendable {
    /// How long a fleet may take beyond its span until every sensor has settled. Back-off is bounded at half a minute; three handshakes of each sensor
    /// and the answers to them share this machine's cores.
    private var settlingMax: Duration { .seconds(240) + .milliseconds(200) * plan.sensors }

    private let root: PackageRoot
    private let plan: FleetPlan
    private let tell: @Sendable (String) -> Void

    package init(root: PackageRoot, plan: FleetPlan, tell: @escaping @Sendable (String) -> Void = { _ in }) {
        self.root = root
        self.plan = plan
        self.tell = tell
    }

    package func run() async throws -> FleetReport {
        try makeRoom()
        let stack = try Stack(.init(root: root))
        do {
            let (portal, cluster) = try await stack.startServers(kubernetes: ["--nodes", "\(plan.sensors)", "--pods-per-node", "\(plan.podsPerNode)", "--control-plane", "off"])
            var report = FleetReport(sensors: plan.sensors, podsPerNode: plan.podsPerNode)
            tell(FleetReport.heading)
            for phase in FleetPlan.Phase.allCases {
                let done = try await run(phase, portal, cluster, stack)
                report.phases.append(done)
                tell(FleetReport.line(done))
                for problem in done.problems { tell("  BROKEN: \(problem)") }
            }
            for problem in await stack.tearDown() { tell("tear-down: \(problem)") }
            return report
        } catch {
            let logs = await stack.logs()
            _ = await stack.tearDown()
            throw Shell.Failure(description: (["\(error)"] + logs).joined(separator: "\n"))
        }
    }

    /// Every sensor has sockets, event loops and a spool in this process; the servers inherit the limit.
    private func makeRoom() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let needed = UInt64(plan.sensors) * FleetPlan.filesPerSensor + 200
        guard limit.rlim_max >= needed else {
            throw Shell.Failure(description: "\(plan.sensors) sensors need \(needed) open files; this process may have \(limit.rlim_max) (ulimit -Hn)")
        }
    }

    // MARK: A phase

    private func run(_ phase: FleetPlan.Phase, _ portal: PortalView, _ cluster: Cluster, _ stack: Stack) async throws -> FleetReport.Phase {
        let folder = try stack.work.folder("fleet")
        let configuration: KubeConfiguration
        do { configuration = try KubeConfiguration.kubeconfig(path: stack.work.url.appending(path: "kubeconfig").path) } catch { throw Shell.Failure(description: error.description) }
        let way = try self.way(to: portal, stack)
        let (plan, work) = (plan, folder)
        let sensors = try (0..<plan.sensors).map { try FleetSensor(index: $0, phase: phase, plan: plan, kubernetes: configuration, portal: way, folder: work) }
        try await cluster.control.forgetRequests()
        if phase == .faults { try await cluster.control.put(faults: FleetPlan.faults) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let start = SystemClock.now()
            for sensor in sensors { group.addTask { await sensor.run() } }
            let result: Result<FleetReport.Phase, any Error>
            do { result = .success(try await watch(sensors, phase, from: start, portal, cluster)) } catch { result = .failure(error) }
            for sensor in sensors { sensor.stop() }
            if case .failure = result { group.cancelAll() }
            try await group.waitForAll()
            return try result.get()
        }
    }

    private func way(to portal: PortalView, _ stack: Stack) throws -> PortalClientConfiguration {
        func endpoint(_ text: String) throws -> PortalClientConfiguration.Endpoint {
            guard let url = URL(string: text.contains("://") ? text : "https://\(text)"), let host = url.host(), let port = url.port else { throw Shell.Failure(description: "'\(text)' is no endpoint") }
            return .init(host: host, port: port)
        }
        var way = try PortalClientConfiguration(
            grpc: endpoint(portal.endpoints.grpc), http: endpoint(portal.endpoints.http), credentialsDirectory: stack.work.url.appending(path: "credentials").path)
        way.authorityFile = stack.work.url.appending(path: "portal/ca.pem").path
        // A thousand handshakes share the cores with the servers that answer them.
        way.connectTimeout = .seconds(60)
        return way
    }

    private func watch(_ sensors: [FleetSensor], _ phase: FleetPlan.Phase, from start: Now, _ portal: PortalView, _ cluster: Cluster) async throws -> FleetReport.Phase {
        var settledAfter: Double?
        var hasFaults = phase == .faults
        var unsettled = ""
        // Until all have settled and the span is over: what is asked for too often shows after the start too.
        while true {
            let elapsed = SystemClock.now().monotonic - start.monotonic
            if hasFaults, elapsed >= plan.span / 2 {
                try await cluster.control.endFaults()
                hasFaults = false
            }
            if settledAfter == nil, !hasFaults {
                unsettled = await lacking(sensors) ?? ""
                if unsettled.isEmpty { settledAfter = (SystemClock.now().monotonic - start.monotonic).inSeconds }
            }
            if elapsed >= plan.span, settledAfter != nil { break }
            if elapsed >= plan.span + settlingMax { break }
            try await Task.sleep(for: .milliseconds(250))
        }
        var problems = settledAfter == nil ? ["not settled after \(plan.span + settlingMax): \(unsettled)"] : []
        let told = try await changes(sensors, phase, cluster, &problems)
        return try await measured(sensors, phase, from: start, settledAfter: settledAfter, told: told, problems: problems, portal, cluster)
    }

    /// What one sensor still lacks, in words; nil when none lacks anything.
    private func lacking(_ sensors: [FleetSensor]) async -> String? {
        for sensor in sensors {
            let kubernetes = await sensor.kubernetes.status
            if kubernetes.state != .watching { return "\(sensor.node): pods are \(kubernetes.state.rawValue) \(kubernetes.detail)" }
            if sensor.pods != plan.podsPerNode { return "\(sensor.node): knows \(sensor.pods) of \(plan.podsPerNode) pods" }
            if kubernetes.ownerGets < plan.ownersPerNode { return "\(sensor.node): asked for \(kubernetes.ownerGets) of \(plan.ownersPerNode) owners" }
            let portal = await sensor.portal.status()
            if portal.state != .connected { return "\(sensor.node): portal is \(portal.state.rawValue) \(portal.detail)" }
            if portal.spool.records > 0 || portal.inboxDepth > 0 { return "\(sensor.node): \(portal.spool.records) records wait" }
        }
        return nil
    }

    /// Puts a mark on one pod of each node, and waits until its sensor has seen it. Seconds that took, sorted.
    private func changes(_ sensors: [FleetSensor], _ phase: FleetPlan.Phase, _ cluster: Cluster, _ problems: inout [String]) async throws -> [Double] {
        var marked: [(sensor: FleetSensor, at: MonotonicInstant)] = []
        for sensor in sensors {
            guard let pod = sensor.onePod else { continue }
            let at = SystemClock.now().monotonic
            try await cluster.setLabel(FleetSensor.mark, phase.rawValue, onPod: pod.name, in: pod.namespace)
            marked.append((sensor, at))
        }
        let deadline = SystemClock.now().monotonic + .seconds(30)
        while SystemClock.now().monotonic < deadline, marked.contains(where: { $0.sensor.markedAt == nil }) { try await Task.sleep(for: .milliseconds(50)) }
        let told = marked.compactMap { entry in entry.sensor.markedAt.map { ($0 - entry.at).inSeconds } }.sorted()
        if told.count < sensors.count { problems.append("\(sensors.count - told.count) sensors were not told of a change within 30 s") }
        return told
    }

    private func measured(
        _ sensors: [FleetSensor], _ phase: FleetPlan.Phase, from start: Now, settledAfter: Double?, told: [Double], problems known: [String], _ portal: PortalView, _ cluster: Cluster
    ) async throws -> FleetReport.Phase {
        var problems = known
        func seconds(_ text: String) -> Double { WallInstant(rfc3339: text).map { ($0 - start.wall).inSeconds } ?? 0 }
        let asked = try await cluster.control.requests().filter { $0.userAgent == "wiz-sensor" }
        func byNode(_ verb: String) -> [[Double]] {
            Dictionary(grouping: asked.filter { $0.verb == verb && $0.resource == "pods" }, by: \.fieldSelector).mapValues { $0.map { seconds($0.time) } }.sorted { $0.key < $1.key }.map(\.value)
        }
        let (lists, watches) = (byNode("list"), byNode("watch"))
        let owners = asked.filter { $0.verb == "get" }
        let (received, duplicates) = try await delivered(sensors, portal)
        let toPortal = try await portal.requests().requests.map { seconds($0.at) }.filter { $0 >= 0 }
        let listsMost = lists.map(\.count).max() ?? 0
        let watchesMost = watches.map(\.count).max() ?? 0
        // A list keeps ten seconds of distance from the one before; one more for the first, one for a clock that was read late.
        let span = (SystemClock.now().monotonic - start.monotonic).inSeconds
        let listsAllowed = phase == .faults ? 2 + Int(span / 10) : 1
        if lists.count != sensors.count { problems.append("\(lists.count) of \(sensors.count) sensors asked for their pods") }
        if listsMost > listsAllowed { problems.append("a sensor made \(listsMost) lists, at most \(listsAllowed) are allowed") }
        if phase != .faults {
            if watchesMost > 1 || watches.count != sensors.count { problems.append("\(watches.count) sensors made up to \(watchesMost) watches, one each is allowed") }
            if owners.count != sensors.count * plan.ownersPerNode { problems.append("\(owners.count) owners were asked for, \(sensors.count * plan.ownersPerNode) are needed") }
        }
        if phase == .faults, sensors.count >= 10, !asked.contains(where: \.fault) { problems.append("no fault has struck") }
        if asked.contains(where: { $0.status >= 400 && !$0.fault }) { problems.append("the API server refused requests without a fault") }
        if received != sensors.count * plan.records { problems.append("\(received) of \(sensors.count * plan.records) records arrived") }
        func three(_ values: [Double], _ quantiles: [Double]) -> [Double] { quantiles.compactMap { FleetMeasure.quantile($0, of: values) } }
        return FleetReport.Phase(
            name: phase.rawValue, sensors: sensors.count, lists: lists.reduce(0) { $0 + $1.count }, watches: watches.reduce(0) { $0 + $1.count }, ownerGets: owners.count,
            listsMost: listsMost, watchesMost: watchesMost, statuses: Dictionary(asked.map { ("\($0.status)", 1) }, uniquingKeysWith: +),
            kubernetes: FleetMeasure(asked.map { seconds($0.time) }), portal: FleetMeasure(toPortal), listGaps: three(FleetMeasure.gaps(lists), [0, 0.5, 1]),
            watchGaps: three(FleetMeasure.gaps(watches), [0, 0.5, 1]), settledAfter: settledAfter ?? span, told: three(told, [0.5, 0.99, 1]), delivered: received, duplicates: duplicates,
            problems: problems)
    }

    private func delivered(_ sensors: [FleetSensor], _ portal: PortalView) async throws -> (received: Int, duplicates: Int) {
        let ledger = try await portal.ledgerReport().sensors
        var (received, duplicates) = (0, 0)
        for sensor in sensors {
            guard let id = await sensor.portal.status().sensorID, let stream = ledger[id]?[UploadStream.telemetry.rawValue] else { continue }
            received += Int(stream.received)
            duplicates += Int(stream.duplicates)
        }
        return (received, duplicates)
    }
}
