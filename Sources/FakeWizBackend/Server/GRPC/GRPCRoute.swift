import BackendCore
import Contract
import ContractGRPC
import Foundations
import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import SwiftProtobuf

/// Where a handler puts its replies: one for a unary call, any number for a stream.
typealias ReplySink<Reply> = @Sendable (Reply) async throws -> Void

/// Wraps the methods of the services: fault plan first (that is what a broken network or load balancer looks like), then the token, then the handler.
struct GRPCRoute: Sendable {
    /// No fault hangs longer.
    static let hangMax: Duration = .seconds(600)
    let portal: Portal

    func register<Request: SwiftProtobuf.Message & SensorNamed, Reply: SwiftProtobuf.Message>(
        _ method: MethodDescriptor, on surface: FaultPlan.Surface, in router: inout RPCRouter<HTTP2ServerTransport.Posix>,
        handle: @escaping @Sendable (Request, @escaping ReplySink<Reply>) async throws -> Void
    ) {
        router.registerHandler(forMethod: method, deserializer: BoundedDeserializer<Request>(), serializer: SpoiledSerializer<Reply>()) { stream, context in
            let now = portal.clock()
            let request: ServerRequest<Request>
            do {
                request = try await ServerRequest(stream: stream)
            } catch let error as RPCError {
                portal.gate.record(
                    .init(at: now.wall.rfc3339, surface: surface.rawValue, method: method.fullyQualifiedMethod, sensor: nil, outcome: error.code.description))
                throw error
            }
            let names = try await portal.store.names(of: request.message.sensorName)
            let effect = portal.gate.strike([.grpc, surface], sensor: names, at: now)
            @Sendable func record(_ outcome: String) {
                portal.gate.record(
                    .init(
                        at: now.wall.rfc3339, surface: surface.rawValue, method: method.fullyQualifiedMethod, sensor: request.message.sensorName,
                        outcome: effect?.name ?? outcome))
            }
            do {
                try await before(effect, request: request.message, context: context)
                try await authorize(request.metadata, effect: effect)
            } catch let error as RPCError {
                record(error.code.description)
                throw error
            }
            return StreamingServerResponse { writer in
                do {
                    try await produce(effect, context: context, to: writer) { sink in try await handle(request.message, sink) }
                    record("OK")
                } catch let error as RPCError {
                    record(error.code.description)
                    throw error
                } catch {
                    record("INTERNAL")
                    portal.logger.error("rpc.failed method=\(method.fullyQualifiedMethod) error=\(error)")
                    throw RPCError(code: .internalError, message: "the portal failed")
                }
                return [:]
            }
        }
    }

    /// What a fault does before the request takes effect.
    private func before(_ effect: FaultEngine.Effect?, request: some SwiftProtobuf.Message, context: ServerContext) async throws {
        switch effect {
        case .refuse:
            portal.gate.disconnect(context.remotePeer)
            throw RPCError(code: .unavailable, message: "refused by the fault plan")
        case .hang:
            try await wait(Self.hangMax, context)
            throw RPCError(code: .unavailable, message: "hung by the fault plan")
        case .delay(let milliseconds): try await wait(.milliseconds(milliseconds), context)
        case .grpcStatus(let code):
            throw RPCError(code: RPCError.Code(Status.Code(rawValue: code) ?? .unknown) ?? .unknown, message: "status \(code) by the fault plan")
        case .httpStatus(let status, _): throw RPCError(code: Self.code(ofHTTP: status), message: "HTTP status \(status) by the fault plan")
        case .throttle(let rate): try await wait(Self.time(for: request, at: rate), context)
        default: break
        }
    }

    private func authorize(_ metadata: Metadata, effect: FaultEngine.Effect?) async throws {
        do {
            try await portal.authorize(metadata[stringValues: "authorization"].first { _ in true }, effect: effect)
        } catch Portal.Refusal.notEntitled {
            throw RPCError(code: .permissionDenied, message: Portal.Refusal.notEntitled.message)
        } catch let refusal as Portal.Refusal {
            throw RPCError(code: .unauthenticated, message: refusal.message)
        }
    }

    /// Runs the handler, and lets a fault have the replies.
    private func produce<Reply: SwiftProtobuf.Message>(
        _ effect: FaultEngine.Effect?, context: ServerContext, to writer: RPCWriter<Reply>, handle: (@escaping ReplySink<Reply>) async throws -> Void
    ) async throws {
        switch effect {
        case .dropReply:
            try await handle { _ in }
            throw await cut(context)
        case .cutMidStream:
            // Of a stream the first message still arrives, of a single reply only the headers.
            try await handle { reply in
                guard reply is Wizsensor_V1_DefinitionsChunk else { return }
                try await writer.write(reply)
                throw await cut(context)
            }
            throw await cut(context)
        case .badPayload:
            try await handle { reply in
                // Of a package the content is spoiled, so that the sensor's own check is what must notice.
                if var chunk = reply as? Wizsensor_V1_DefinitionsChunk, !chunk.data.isEmpty {
                    chunk.data[chunk.data.startIndex + chunk.data.count / 2] ^= 0x01
                    if let spoiled = chunk as? Reply { return try await writer.write(spoiled) }
                }
                try await ReplySpoiling.$isSpoiling.withValue(true) { try await writer.write(reply) }
            }
        case .throttle(let rate):
            try await handle { reply in
                try await wait(Self.time(for: reply, at: rate), context)
                try await writer.write(reply)
            }
        default: try await handle { try await writer.write($0) }
        }
    }

    /// Ends the connection under a reply that is on its way.
    private func cut(_ context: ServerContext) async -> RPCError {
        // What was written before shall reach the wire: writes are gathered for 100 µs.
        try? await Task.sleep(for: .milliseconds(20))
        portal.gate.disconnect(context.remotePeer)
        return RPCError(code: .unavailable, message: "cut by the fault plan")
    }

    /// Waits, but no longer than the client does.
    private func wait(_ span: Duration, _ context: ServerContext) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Task.sleep(for: span) }
            group.addTask {
                try await context.cancellation.cancelled
                throw RPCError(code: .cancelled, message: "the client gave up")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func time(for message: some SwiftProtobuf.Message, at bytesPerSecond: Int) -> Duration {
        let bytes: [UInt8] = (try? message.serializedBytes()) ?? []
        return min(.seconds(Double(bytes.count) / Double(bytesPerSecond)), hangMax)
    }

    /// The status a gRPC client makes of an HTTP status ("HTTP to gRPC Status Code Mapping" of the gRPC documentation).
    private static func code(ofHTTP status: Int) -> RPCError.Code {
        switch status {
        case 400: .internalError
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }
}
