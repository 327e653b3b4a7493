import BackendCore
import Contract
import ContractGRPC
import Foundation
import Foundations
import GRPCCore
import GRPCNIOTransportHTTP2

/// Registration, heartbeats and deregistration.
struct FleetService: Sendable {
    let portal: Portal

    func register(with route: GRPCRoute, in router: inout RPCRouter<HTTP2ServerTransport.Posix>) {
        typealias Method = Wizsensor_V1_Fleet.Method
        route.register(Method.Register.descriptor, on: .grpc, in: &router, handle: register)
        route.register(Method.Heartbeat.descriptor, on: .grpc, in: &router, handle: heartbeat)
        route.register(Method.Deregister.descriptor, on: .grpc, in: &router, handle: deregister)
    }

    @Sendable private func register(_ request: Wizsensor_V1_RegisterRequest, reply: ReplySink<Wizsensor_V1_RegisterReply>) async throws {
        guard (1...256).contains(request.persistentID.utf8.count) else {
            throw RPCError(code: .invalidArgument, message: "persistent_id must be 1 to 256 bytes")
        }
        guard (1...256).contains(request.name.utf8.count) else { throw RPCError(code: .invalidArgument, message: "name must be 1 to 256 bytes") }
        do throws(SensorDemands.Refusal) { try portal.demands.check(version: request.versions.sensor) } catch { throw RPCError(error) }
        let id = try await portal.store.register(
            SensorRegistration(
                persistentID: request.persistentID, name: request.name, cluster: request.clusterName, hostname: request.host.hostname,
                kernelVersion: request.host.kernelVersion, machineID: request.host.machineID, bootID: request.host.bootID, externalID: request.host.externalID,
                sensorVersion: request.versions.sensor, definitionsVersion: request.versions.definitions),
            newID: UUID().uuidString.lowercased(), at: portal.clock().wall)
        portal.changes.publish(.sensors)
        let settings = try await portal.store.settings()
        try await reply(
            .with {
                $0.sensorID = id
                $0.settings = .init(settings)
                $0.entitlements = ["runtime-detection", "runtime-data", "reputation"]
            })
    }

    @Sendable private func heartbeat(_ request: Wizsensor_V1_HeartbeatRequest, reply: ReplySink<Wizsensor_V1_HeartbeatReply>) async throws {
        let now = portal.clock().wall
        do throws(SensorDemands.Refusal) {
            try portal.demands.check(version: request.versions.sensor, sent: WallInstant(nanoseconds: request.sentUnixNanos), at: now)
        } catch { throw RPCError(error) }
        let issues = request.healthIssues.map {
            ReportedIssue(code: $0.code, severity: $0.severity, message: $0.message, since: WallInstant(nanoseconds: $0.sinceUnixNanos))
        }
        guard try await portal.store.heartbeat(HeartbeatView(request, receivedAt: now), from: request.sensorID, issues: issues, at: now) else {
            throw RPCError(code: .notFound, message: "no sensor '\(request.sensorID)' is registered")
        }
        portal.changes.publish(.sensors)
        if !issues.isEmpty { portal.changes.publish(.healthIssues) }
        let settings = try await portal.store.settings()
        let newest = try await portal.store.newestDefinitionsVersion()
        try await reply(
            .with {
                $0.settings = .init(settings)
                $0.settingsChanged = (settings.revision ?? 0) != request.settingsRevision
                $0.definitionsVersion = newest
            })
    }

    @Sendable private func deregister(_ request: Wizsensor_V1_DeregisterRequest, reply: ReplySink<Wizsensor_V1_DeregisterReply>) async throws {
        guard try await portal.store.deregister(request.sensorID, at: portal.clock().wall) else {
            throw RPCError(code: .notFound, message: "no sensor '\(request.sensorID)' is registered")
        }
        portal.changes.publish(.sensors)
        portal.changes.publish(.healthIssues)
        try await reply(.init())
    }
}

extension RPCError {
    fileprivate init(_ refusal: SensorDemands.Refusal) {
        self.init(code: .failedPrecondition, message: refusal.message, metadata: [SensorRefusal.metadataKey: "\(refusal.reason.rawValue)"])
    }
}

extension Wizsensor_V1_Settings {
    fileprivate init(_ settings: SensorSettings) {
        self = .with {
            $0.revision = settings.revision ?? 0
            $0.heartbeatSeconds = settings.heartbeatSeconds ?? 0
            $0.uploadBytesPerHour = settings.uploadBytesPerHour ?? 0
            $0.reputationBatch = settings.reputationBatch ?? 0
            $0.runtimeDataSeconds = settings.runtimeDataSeconds ?? 0
        }
    }
}

extension HeartbeatView {
    fileprivate init(_ request: Wizsensor_V1_HeartbeatRequest, receivedAt: WallInstant) {
        self.init(
            receivedAt: receivedAt.rfc3339, sentAt: WallInstant(nanoseconds: request.sentUnixNanos).rfc3339, sequence: request.sequence,
            sensorVersion: request.versions.sensor, definitionsVersion: request.versions.definitions, hookSet: request.hookSet,
            visibilityLevel: request.visibilityLevel, uptimeSeconds: request.uptimeSeconds, residentBytes: request.residentBytes,
            cpuMillicores: request.cpuMillicores, settingsRevision: request.settingsRevision,
            events: Dictionary(request.events.map { ($0.kind, Counts(seen: $0.seen, dropped: $0.dropped)) }) { _, last in last },
            queues: Dictionary(request.queues.map { ($0.name, Queue(depth: $0.depth, capacity: $0.capacity, dropped: $0.dropped)) }) { _, last in last },
            spool: request.hasSpool
                ? Spool(
                    records: request.spool.records, bytes: request.spool.bytes, oldestSeconds: request.spool.oldestSeconds, evicted: request.spool.evicted,
                    accepted: request.spool.accepted, delivered: request.spool.delivered) : nil,
            proxy: request.proxy.used ? Proxy(url: request.proxy.url, authenticated: request.proxy.authenticated, ownCA: request.proxy.ownCa) : nil,
            healthIssues: request.healthIssues.map(\.code))
    }
}
