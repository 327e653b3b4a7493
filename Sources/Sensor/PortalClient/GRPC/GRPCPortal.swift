import Contract
import ContractGRPC
import Foundation
import Foundations
import GRPCCore
import GRPCNIOTransportHTTP2
import Portal
import Spool

/// The gRPC half of the conversation: registration, heartbeats, definitions, reputation.
struct GRPCPortal: Sendable {
    typealias Transport = HTTP2ClientTransport.WrappedChannel

    let link: GRPCLink
    let facts: SensorFacts

    // MARK: Fleet

    func register(persistentID: String, definitionsVersion: String, token: String) async throws(PortalFailure) -> (sensorID: String, PortalSettingsUpdate) {
        let facts = facts
        let reply = try await link.call { client in
            try await Wizsensor_V1_Fleet.Client(wrapping: client).register(
                request: ClientRequest(message: .with {
                    $0.persistentID = persistentID
                    $0.name = facts.name
                    $0.clusterName = facts.clusterName
                    $0.labels = facts.labels
                    $0.versions = Self.versions(facts, definitionsVersion)
                    $0.host = .with {
                        $0.hostname = facts.hostname
                        $0.os = facts.operatingSystem
                        $0.kernelVersion = facts.kernelVersion
                        $0.architecture = facts.architecture
                        $0.cpuCores = UInt32(clamping: facts.cores)
                        $0.memoryBytes = facts.memoryBytes
                        $0.machineID = facts.machineID
                        $0.externalID = facts.externalID
                        $0.bootID = facts.bootID
                    }
                }, metadata: Self.metadata(token)))
        }
        guard !reply.sensorID.isEmpty, reply.sensorID.utf8.count <= 128 else { throw PortalFailure(.badReply, detail: "the registration names no sensor id") }
        return (reply.sensorID, PortalSettingsUpdate(reply.settings))
    }

    func heartbeat(_ heartbeat: Wizsensor_V1_HeartbeatRequest, token: String) async throws(PortalFailure) -> (definitionsVersion: String, PortalSettingsUpdate) {
        do throws(PortalFailure) {
            let reply = try await link.call { client in
                try await Wizsensor_V1_Fleet.Client(wrapping: client).heartbeat(request: ClientRequest(message: heartbeat, metadata: Self.metadata(token)))
            }
            return (reply.definitionsVersion, PortalSettingsUpdate(reply.settings))
        } catch { throw Self.ofTheSensor(error) }
    }

    func deregister(sensorID: String, reason: String, token: String) async throws(PortalFailure) {
        do throws(PortalFailure) {
            _ = try await link.call { client in
                try await Wizsensor_V1_Fleet.Client(wrapping: client).deregister(
                    request: ClientRequest(message: .with {
                        $0.sensorID = sensorID
                        $0.reason = reason
                    }, metadata: Self.metadata(token)))
            }
        } catch { throw Self.ofTheSensor(error) }
    }

    // NOT_FOUND of the fleet service: "tells the sensor to register again".
    private static func ofTheSensor(_ failure: PortalFailure) -> PortalFailure {
        failure.kind == .notFound ? PortalFailure(.notRegistered, detail: failure.detail) : failure
    }

    // MARK: Definitions

    /// - Returns: nil when the portal has none.
    func currentDefinitions(sensorID: String, have: String, pinned: String, token: String) async throws(PortalFailure) -> DefinitionsOffer? {
        let reply = try await link.call { client in
            try await Wizsensor_V1_Definitions.Client(wrapping: client).current(
                request: ClientRequest(message: .with {
                    $0.sensorID = sensorID
                    $0.haveVersion = have
                    $0.pinnedVersion = pinned
                }, metadata: Self.metadata(token)))
        }
        guard !reply.version.isEmpty else { return nil }
        let proof = DefinitionsProof(
            manifest: SignedDocument(reply.manifest), signingKey: SignedDocument(reply.signingKey), roots: reply.roots.map { SignedDocument($0) })
        return DefinitionsOffer(version: reply.version, size: Int(clamping: reply.size), proof: proof)
    }

    /// The parts' bytes, unchecked but never more than the offer said.
    func download(_ offer: DefinitionsOffer, sensorID: String, token: String) async throws(PortalFailure) -> Data {
        try await link.call { client in
            try await Wizsensor_V1_Definitions.Client(wrapping: client).download(
                request: ClientRequest(message: .with {
                    $0.sensorID = sensorID
                    $0.version = offer.version
                }, metadata: Self.metadata(token))
            ) { response in
                var out = Data(capacity: min(offer.size, DefinitionsPolicy.bytesMax))
                for try await chunk in response.messages {
                    guard chunk.offset == UInt64(out.count), out.count + chunk.data.count <= offer.size else {
                        throw PortalFailure(.badReply, detail: "definitions \(offer.version): a chunk at \(chunk.offset) does not follow the \(out.count) bytes so far")
                    }
                    out.append(chunk.data)
                }
                return out
            }
        }
    }

    // MARK: Reputation

    func lookUp(_ queries: [ReputationQuery], sensorID: String, token: String) async throws(PortalFailure) -> [ReputationAnswer] {
        let reply = try await link.call { client in
            try await Wizsensor_V1_Reputation.Client(wrapping: client).lookup(
                request: ClientRequest(message: .with {
                    $0.sensorID = sensorID
                    $0.indicators = queries.map { query in
                        .with {
                            $0.kind = query.kind.wire
                            $0.value = query.value
                        }
                    }
                }, metadata: Self.metadata(token)))
        }
        let asked = Set(queries)
        return reply.verdicts.compactMap { verdict in
            guard let kind = ReputationQuery.Kind(verdict.indicator.kind), let disposition = ReputationAnswer.Disposition(verdict.disposition) else { return nil }
            let query = ReputationQuery(kind, verdict.indicator.value)
            // a verdict on something that nobody asked about is nobody's
            guard asked.contains(query) else { return nil }
            return ReputationAnswer(
                query: query, disposition: disposition, family: verdict.family, matched: verdict.matched, source: verdict.source, validity: .seconds(verdict.validSeconds))
        }
    }

    static func versions(_ facts: SensorFacts, _ definitionsVersion: String) -> Wizsensor_V1_Versions {
        .with {
            $0.sensor = facts.sensorVersion
            $0.definitions = definitionsVersion
            $0.protocol = facts.protocolVersion
        }
    }

    private static func metadata(_ token: String) -> Metadata { ["authorization": "Bearer \(token)"] }
}

extension PortalSettingsUpdate {
    fileprivate init(_ settings: Wizsensor_V1_Settings) {
        self.init(
            revision: settings.revision, heartbeatSeconds: settings.heartbeatSeconds, uploadBytesPerHour: settings.uploadBytesPerHour,
            reputationBatch: settings.reputationBatch, runtimeDataSeconds: settings.runtimeDataSeconds)
    }
}

extension SignedDocument {
    fileprivate init(_ message: Wizsensor_V1_SignedDocument) { self.init(document: message.document, signatures: message.signatures) }
}
