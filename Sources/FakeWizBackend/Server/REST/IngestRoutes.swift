import BackendCore
import Contract
import Foundation
import Foundations
import HTTPTypes
import Hummingbird

/// `POST /api/v1/ingest/{detections|runtime-data|telemetry}`: batches of sensors, each record taken once.
struct IngestRoutes: Sendable {
    let portal: Portal

    func add(to router: Router<PortalRequestContext>) {
        for stream in UploadStream.allCases {
            router.post("/api/v1/ingest/\(stream.rawValue)") { request, context in try await take(stream, request, context) }
        }
    }

    private struct Envelope: Decodable {
        var sensorId: String
        var batchId: String
    }

    private func take(_ stream: UploadStream, _ request: Request, _ context: PortalRequestContext) async throws -> Response {
        // Refused before the body is read: a stranger shall not make us hold 8 MiB.
        if request.headers[.authorization] == nil { throw Portal.Refusal.noToken.refusal }
        let body: Data
        do {
            body = try await IngestBody.read(request)
        } catch let refusal as Refusal {
            try await refuse(stream, sensor: nil)
            throw refusal
        }
        // Only to tell whose it is: what is wrong with the rest is said after the token was checked.
        let envelope = try? JSONDecoder().decode(Envelope.self, from: body)
        let path = "/api/v1/ingest/\(stream.rawValue)"
        do {
            return try await RESTFaults(portal: portal, surface: .rest).answer(path: path, sensor: envelope?.sensorId, bytes: body.count, context: context) { effect in
                do {
                    try await portal.authorize(request.headers[.authorization], effect: effect)
                } catch let refusal as Portal.Refusal {
                    throw refusal.refusal
                }
                if let sensor = envelope?.sensorId, let seconds = portal.gate.limit(sensor, at: portal.clock()) {
                    throw Refusal(.tooManyRequests, "slow_down", "too many requests of this sensor", headers: [.retryAfter: String(seconds)])
                }
                if let key = request.headers[Self.idempotencyKey], let batchID = envelope?.batchId, key != batchID {
                    throw Refusal(.badRequest, "invalid_request", "batchId is '\(batchID)', the Idempotency-Key header says '\(key)'")
                }
                let outcome = try await portal.store.ingest(stream, body: body, at: portal.clock().wall)
                if outcome.newRecords > 0 { portal.changes.publish(stream == .detections ? .cloudEvents : .runtimeData) }
                if !outcome.newEvents.isEmpty {
                    portal.webhooks.send(outcome.newEvents, rules: try await portal.store.webhooks(), at: portal.clock().wall, page: portal.page.text)
                }
                return try .json(outcome.reply)
            }
        } catch let error where !(error is CancellationError) {
            try await refuse(stream, sensor: envelope?.sensorId)
            throw error
        }
    }

    /// The ledger counts what was refused under the sensor's id, or under `unknown`.
    private func refuse(_ stream: UploadStream, sensor: String?) async throws {
        let isName = sensor.map { (1...128).contains($0.utf8.count) } ?? false
        try await portal.store.countRefused(stream, sensor: isName ? sensor ?? "unknown" : "unknown")
    }

    private static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .eTag
}
