import BackendCore
import Contract

/// `/metrics` in the Prometheus text format. Names no sensor: it is readable without a token.
enum MetricsText {
    struct Figures: Sendable {
        var requests: [String: UInt64]
        var streams: [String: LedgerReport.Stream]
        var sensorsByStatus: [String: Int]
        var cloudEvents: Int
        var openHealthIssues: Int
        var limited: UInt64
        var faultStrikes: Int
        var readers: Int
        var missedChanges: UInt64
        var webhooks: WebhookSender.Counts
    }

    static func render(_ figures: Figures) -> String {
        var out = ""
        func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            out += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            for sample in samples { out += "\(name)\(sample.labels.isEmpty ? "" : "{\(sample.labels)}") \(sample.value)\n" }
        }
        let streams = figures.streams.sorted { $0.key < $1.key }
        family("portal_requests_total", "counter", "Requests of sensors by surface.", figures.requests.sorted { $0.key < $1.key }.map { ("surface=\"\($0.key)\"", "\($0.value)") })
        family("portal_records_received_total", "counter", "Records taken, by stream.", streams.map { ("stream=\"\($0.key)\"", "\($0.value.received)") })
        family("portal_records_duplicate_total", "counter", "Records that came again, by stream.", streams.map { ("stream=\"\($0.key)\"", "\($0.value.duplicates)") })
        family("portal_requests_refused_total", "counter", "Ingest requests answered with an error, by stream.", streams.map { ("stream=\"\($0.key)\"", "\($0.value.refused)") })
        family("portal_sensors", "gauge", "Sensors by status.", figures.sensorsByStatus.sorted { $0.key < $1.key }.map { ("status=\"\($0.key)\"", "\($0.value)") })
        family("portal_cloud_events", "gauge", "Cloud events kept.", [("", "\(figures.cloudEvents)")])
        family("portal_health_issues_open", "gauge", "Open health issues.", [("", "\(figures.openHealthIssues)")])
        family("portal_requests_limited_total", "counter", "Requests answered with 429 by the rate limit.", [("", "\(figures.limited)")])
        family("portal_fault_strikes", "gauge", "Strikes of the fault plan in force.", [("", "\(figures.faultStrikes)")])
        family("portal_event_stream_readers", "gauge", "Readers of the event stream.", [("", "\(figures.readers)")])
        family("portal_event_stream_missed_total", "counter", "Changes that slow readers missed.", [("", "\(figures.missedChanges)")])
        family(
            "portal_webhooks_total", "counter", "Webhook payloads by what became of them.",
            [("outcome=\"delivered\"", "\(figures.webhooks.delivered)"), ("outcome=\"failed\"", "\(figures.webhooks.failed)"), ("outcome=\"dropped\"", "\(figures.webhooks.dropped)")])
        return out
    }

    static func figures(of portal: Portal) async throws -> Figures {
        let now = portal.clock().wall
        var statuses: [String: Int] = ["ACTIVE": 0, "DISCONNECTED": 0, "DEREGISTERED": 0]
        var page = PageRequest(first: PageRequest.firstMax)
        while true {
            let sensors = try await portal.store.sensors(page, at: now)
            for sensor in sensors.nodes { statuses[sensor.status, default: 0] += 1 }
            guard sensors.pageInfo.hasNextPage, let end = sensors.pageInfo.endCursor.flatMap(PageCursor.init) else { break }
            page.after = end
        }
        var streams: [String: LedgerReport.Stream] = [:]
        for sensor in try await portal.store.ledger().values {
            for (name, counts) in sensor {
                streams[name, default: .init()].received += counts.received
                streams[name, default: .init()].duplicates += counts.duplicates
                streams[name, default: .init()].refused += counts.refused
            }
        }
        return Figures(
            requests: portal.gate.counts, streams: streams, sensorsByStatus: statuses,
            cloudEvents: try await portal.store.cloudEvents(CloudEventFilter(), PageRequest(first: 1), at: now).totalCount,
            openHealthIssues: try await portal.store.healthIssues(status: .open, sensor: nil, PageRequest(first: 1)).totalCount,
            limited: portal.gate.limited, faultStrikes: portal.gate.strikes.reduce(0, +), readers: portal.changes.readers, missedChanges: portal.changes.missed,
            webhooks: portal.webhooks.counts)
    }
}
