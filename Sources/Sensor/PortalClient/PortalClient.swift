package import Foundations
internal import Contract
internal import ContractGRPC
internal import NIOPosix
package import Portal
internal import Spool

/// Performs what the conversation asks, over gRPC and HTTPS: one answer for each request, a named failure included.
///
/// Decides nothing: no retry, no timetable, no state but the access token and the connections.
package actor PortalClient {
    /// What the conversation knows at the moment of a request and the request does not carry.
    package struct Context: Sendable {
        package var persistentID: String
        package var sensorID: String
        package var definitionsVersion: String
        package var pinnedVersion: String
        package var settingsRevision: UInt64
        package var issues: [PortalHealthIssue]
        package var spool: SpoolFigures

        package struct SpoolFigures: Sendable, Hashable {
            package var records: Int = 0
            package var bytes: Int = 0
            package var oldest: Duration = .zero
            package var evicted: [String: UInt64] = [:]
            package var accepted: [String: UInt64] = [:]
            package var delivered: [String: UInt64] = [:]
            package init() {}
        }

        package init(
            persistentID: String, sensorID: String = "", definitionsVersion: String = "", pinnedVersion: String = "", settingsRevision: UInt64 = 0,
            issues: [PortalHealthIssue] = [], spool: SpoolFigures = SpoolFigures()
        ) {
            self.persistentID = persistentID
            self.sensorID = sensorID
            self.definitionsVersion = definitionsVersion
            self.pinnedVersion = pinnedVersion
            self.settingsRevision = settingsRevision
            self.issues = issues
            self.spool = spool
        }
    }

    package nonisolated let configuration: PortalClientConfiguration
    private let facts: SensorFacts
    private let health: @Sendable () async -> SensorHealth
    private let wall: @Sendable () -> WallInstant
    private let rest: RESTPortal
    private let grpc: GRPCPortal
    private let restLink: HTTPLink
    private nonisolated let grpcLink: GRPCLink
    private var token = ""
    private var requestsOut = 0
    private var quiet: [CheckedContinuation<Void, Never>] = []
    /// One thread for all connections.
    private nonisolated let group: MultiThreadedEventLoopGroup

    /// - Parameters:
    ///   - wall: for the time of heartbeats and for telling an expired certificate from an unknown one.
    ///   - health: asked at each heartbeat.
    package init(
        configuration: PortalClientConfiguration, facts: SensorFacts, wall: @escaping @Sendable () -> WallInstant,
        health: @escaping @Sendable () async -> SensorHealth
    ) {
        self.configuration = configuration
        self.facts = facts
        self.health = health
        self.wall = wall
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let opener = ConnectionOpener(configuration: configuration, group: group, trust: TrustStore(), wall: wall)
        restLink = HTTPLink(opener: opener)
        grpcLink = GRPCLink(opener: opener)
        rest = RESTPortal(link: restLink, configuration: configuration)
        grpc = GRPCPortal(link: grpcLink, facts: facts)
    }

    /// Runs the connections that requests open; returns after `close`. Once in a client's life.
    package func run() async {
        await grpcLink.run()
        // the threads outlive whoever still waits for something on them
        while requestsOut > 0 { await withCheckedContinuation { quiet.append($0) } }
        try? await group.shutdownGracefully()
    }

    private func began() { requestsOut += 1 }

    private func ended() {
        requestsOut -= 1
        guard requestsOut == 0 else { return }
        for waiter in quiet { waiter.resume() }
        quiet = []
    }

    package func close() async {
        await grpcLink.finish()
        await restLink.close()
    }

    /// Performs one request. Cancelling the task ends it as `timedOut`.
    package func perform(_ request: PortalRequest, context: Context) async -> PortalReply {
        began()
        defer { ended() }
        do throws(PortalFailure) {
            switch request {
            case .token:
                let given = try await rest.token()
                token = given.text
                return .token(validFor: given.life)
            case .register:
                let reply = try await grpc.register(persistentID: context.persistentID, definitionsVersion: context.definitionsVersion, token: token)
                return .registered(sensorID: reply.sensorID, reply.1)
            case .heartbeat(let sequence):
                let reply = try await grpc.heartbeat(await heartbeat(sequence, context), token: token)
                return .heartbeat(definitionsVersion: reply.definitionsVersion, reply.1)
            case .currentDefinitions:
                return .definitions(
                    try await grpc.currentDefinitions(
                        sensorID: context.sensorID, have: context.definitionsVersion, pinned: context.pinnedVersion, token: token))
            case .download(let offer): return .downloaded(try await grpc.download(offer, sensorID: context.sensorID, token: token))
            case .upload(let upload): return .uploaded(try await rest.upload(upload, token: token))
            case .deregister:
                try await grpc.deregister(sensorID: context.sensorID, reason: "the sensor was told to stop", token: token)
                return .deregistered
            }
        } catch { return .failed(error) }
    }

    /// What the reputation service says; an answer may be missing for a query that it passed over.
    package func lookUp(_ queries: [ReputationQuery], sensorID: String) async throws(PortalFailure) -> [ReputationAnswer] {
        began()
        defer { ended() }
        return try await grpc.lookUp(queries, sensorID: sensorID, token: token)
    }

    private func heartbeat(_ sequence: UInt64, _ context: Context) async -> Wizsensor_V1_HeartbeatRequest {
        let health = await health()
        let (facts, sent, proxy) = (facts, wall(), configuration.proxy)
        return .with {
            $0.sensorID = context.sensorID
            $0.sequence = sequence
            $0.sentUnixNanos = sent.nanoseconds
            $0.versions = GRPCPortal.versions(facts, context.definitionsVersion)
            $0.hookSet = health.hookSet
            $0.visibilityLevel = health.visibilityLevel
            $0.uptimeSeconds = UInt64(max(0, health.uptime.components.seconds))
            $0.events = Self.counters(health)
            $0.queues = health.queues.map { queue in
                .with {
                    $0.name = queue.name
                    $0.depth = UInt64(queue.depth)
                    $0.capacity = UInt64(queue.capacity)
                    $0.dropped = queue.dropped
                }
            }
            $0.spool = .with {
                $0.records = UInt64(context.spool.records)
                $0.bytes = UInt64(context.spool.bytes)
                $0.oldestSeconds = UInt64(max(0, context.spool.oldest.components.seconds))
                $0.evicted = context.spool.evicted
                $0.accepted = context.spool.accepted
                $0.delivered = context.spool.delivered
            }
            $0.healthIssues = context.issues.map { issue in
                .with {
                    $0.code = issue.code
                    $0.severity = issue.severity.rawValue
                    $0.message = issue.message
                    $0.sinceUnixNanos = issue.since.nanoseconds
                }
            }
            $0.proxy = .with {
                guard let proxy, proxy.applies(to: configuration.grpc.host) else { return }
                $0.used = true
                $0.url = proxy.displayURL
                $0.authenticated = proxy.credentials != .none
                $0.ownCa = proxy.authorityFile != nil
            }
            $0.residentBytes = health.residentBytes
            $0.cpuMillicores = health.cpuMillicores
            $0.settingsRevision = context.settingsRevision
        }
    }

    // One counter a kind or place: what was seen, and what was lost by cause.
    private static func counters(_ health: SensorHealth) -> [Wizsensor_V1_Counter] {
        Set(health.seen.keys).union(health.losses.counts.keys).sorted().map { kind in
            .with {
                $0.kind = kind
                $0.seen = health.seen[kind] ?? 0
                for (cause, n) in health.losses.counts[kind] ?? [:] { $0.dropped[cause.name] = n }
            }
        }
    }
}
