import AsyncHTTPClient
import BackendCore
import Contract
import Foundations
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Sends new cloud events to the receivers of the webhook rules: at least once while the portal lives, given up after four attempts.
final class WebhookSender: Service, Sendable {
    /// Payloads waiting or on their way; beyond, new ones are dropped and counted.
    static let pendingMax = 1_000
    static let attemptsMax = 4
    static let patience: Duration = .seconds(10)
    /// Before the second attempt; each further pause is four times as long.
    static let firstPause: Duration = .seconds(1)

    struct Counts: Codable, Sendable, Hashable {
        var delivered: UInt64 = 0
        /// Not taken after the last attempt.
        var failed: UInt64 = 0
        /// Not even tried: too many were waiting.
        var dropped: UInt64 = 0
    }

    private struct Delivery: Sendable {
        var rule: WebhookRule
        var payload: [UInt8]
        var event: String
    }

    private let deliveries: AsyncStream<Delivery>
    private let continuation: AsyncStream<Delivery>.Continuation
    private let state = Mutex((counts: Counts(), pending: 0))
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
        (deliveries, continuation) = AsyncStream.makeStream()
    }

    var counts: Counts { state.withLock { $0.counts } }

    /// Queues the events that the rules want.
    func send(_ events: [CloudEvent], rules: WebhookRules, at now: WallInstant, page: String) {
        for event in events {
            for rule in rules.webhooks where rule.wants(event) {
                let hasRoom = state.withLock { state in
                    guard state.pending < Self.pendingMax else {
                        state.counts.dropped += 1
                        return false
                    }
                    state.pending += 1
                    return true
                }
                guard hasRoom else { continue }
                let payload = DetectionPayload.make(event, rule: rule, createdAt: now, page: page).bytes
                continuation.yield(Delivery(rule: rule, payload: Array(payload), event: event.id))
            }
        }
    }

    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await delivery in self.deliveries { group.addTask { await self.deliver(delivery, by: client) } }
            }
        }
        try await client.shutdown()
    }

    private func deliver(_ delivery: Delivery, by client: HTTPClient) async {
        var pause = Self.firstPause
        var reason = ""
        for attempt in 1...Self.attemptsMax {
            do {
                var request = HTTPClientRequest(url: delivery.rule.url)
                request.method = .POST
                request.headers.add(name: "content-type", value: "application/json")
                if let authorization = delivery.rule.authorization { request.headers.add(name: "authorization", value: authorization) }
                request.body = .bytes(delivery.payload)
                let response = try await client.execute(request, timeout: .nanoseconds(Self.patience.nanoseconds))
                if (200..<300).contains(response.status.code) { return finish(delivery, nil) }
                reason = "status \(response.status.code)"
                // What the receiver calls wrong will not become right; busy or broken ones may recover.
                if (400..<500).contains(response.status.code), response.status.code != 429 { break }
            } catch is CancellationError {
                return finish(delivery, "the portal goes down")
            } catch {
                reason = "\(error)"
            }
            guard attempt < Self.attemptsMax, (try? await Task.sleep(for: pause)) != nil else { break }
            pause = pause * 4
        }
        finish(delivery, reason)
    }

    private func finish(_ delivery: Delivery, _ failure: String?) {
        state.withLock { state in
            state.pending -= 1
            if failure == nil { state.counts.delivered += 1 } else { state.counts.failed += 1 }
        }
        if let failure { logger.warning("webhook.failed rule=\(delivery.rule.id) event=\(delivery.event) reason=\(failure)") }
    }
}
