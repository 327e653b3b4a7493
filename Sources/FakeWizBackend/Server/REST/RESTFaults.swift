import BackendCore
import Contract
import Foundations
import HTTPTypes
import Hummingbird
import NIOCore

/// What the fault plan does to a REST request, before it takes effect and to its answer.
struct RESTFaults: Sendable {
    let portal: Portal
    let surface: FaultPlan.Surface

    /// - Parameters:
    ///   - bytes: size of the request body, for `throttleBytesPerSecond`.
    ///   - work: the request itself; is handed the effect, because tokens are checked there.
    func answer(
        path: String, sensor: String?, bytes: Int, context: PortalRequestContext, work: (FaultEngine.Effect?) async throws -> Response
    ) async throws -> Response {
        let now = portal.clock()
        let names = if let sensor { try await portal.store.names(of: sensor) } else { [String]() }
        let effect = portal.gate.strike([surface], sensor: names, at: now)
        func record(_ outcome: String) {
            portal.gate.record(.init(at: now.wall.rfc3339, surface: surface.rawValue, method: path, sensor: sensor, outcome: effect?.name ?? outcome))
        }
        do {
            try await before(effect, bytes: bytes, context: context)
            let response = try await work(effect)
            record(String(response.status.code))
            return try await after(effect, response, context: context)
        } catch let refusal as Refusal {
            record(String(refusal.status.code))
            throw refusal
        } catch let diagnostic as Diagnostic {
            record("400")
            throw diagnostic
        } catch {
            record("500")
            throw error
        }
    }

    private func before(_ effect: FaultEngine.Effect?, bytes: Int, context: PortalRequestContext) async throws {
        switch effect {
        case .refuse:
            context.disconnect()
            throw Refusal(.serviceUnavailable, "fault", "refused by the fault plan")
        case .hang:
            try await wait(GRPCRoute.hangMax, context)
            throw Refusal(.serviceUnavailable, "fault", "hung by the fault plan")
        case .delay(let milliseconds): try await wait(.milliseconds(milliseconds), context)
        case .httpStatus(let status, let retryAfter):
            let headers: HTTPFields = retryAfter.map { [.retryAfter: String($0)] } ?? [:]
            throw Refusal(.init(code: status), "fault", "status \(status) by the fault plan", headers: headers)
        case .disableEntitlement where surface == .token: throw Refusal(.forbidden, "access_denied", Portal.Refusal.notEntitled.message)
        case .throttle(let rate): try await wait(.seconds(Double(bytes) / Double(rate)), context)
        default: break
        }
    }

    private func after(_ effect: FaultEngine.Effect?, _ response: Response, context: PortalRequestContext) async throws -> Response {
        switch effect {
        case .dropReply:
            context.disconnect()
            return response
        case .cutMidStream:
            var cut = response
            let claimed = response.body.contentLength ?? 2
            cut.headers[.contentLength] = String(max(claimed, 2))
            cut.body = ResponseBody(contentLength: max(claimed, 2)) { writer in
                try await writer.write(ByteBuffer(string: "{"))
                // The first byte shall reach the wire before the end does.
                try await Task.sleep(for: .milliseconds(20))
                context.disconnect()
                try await writer.finish(nil)
            }
            return cut
        case .badPayload:
            let garbage = "{\"accepted\": \u{1}, not json"
            return Response(
                status: response.status, headers: [.contentType: "application/json", .contentLength: String(garbage.utf8.count)],
                body: .init(byteBuffer: ByteBuffer(string: garbage)))
        case .throttle(let rate):
            try await wait(.seconds(Double(response.body.contentLength ?? 0) / Double(rate)), context)
            return response
        default: return response
        }
    }

    /// Waits, at most ten minutes and no longer than the connection stands.
    private func wait(_ span: Duration, _ context: PortalRequestContext) async throws {
        let channel = context.channel
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Task.sleep(for: min(span, GRPCRoute.hangMax)) }
            group.addTask {
                let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
                channel.closeFuture.whenComplete { _ in continuation.finish() }
                for await _ in stream {}
                try Task.checkCancellation()
                throw Refusal(.serviceUnavailable, "fault", "the client gave up")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
