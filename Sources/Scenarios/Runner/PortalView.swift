package import Contract
package import Foundation
package import ScenarioModel

/// The portal as its users and its operators see it: the public API and the control port.
package struct PortalView: Sendable {
    package let endpoints: BackendEndpoints
    private let api: WebClient
    private let control: WebClient

    package init(endpoints: BackendEndpoints, authority: Data) throws {
        self.endpoints = endpoints
        api = try WebClient(base: endpoints.http, authority: authority)
        control = try WebClient(base: endpoints.control)
    }

    package func close() async {
        await api.close()
        await control.close()
    }

    /// All pages of a list; at most `nodesMax` elements.
    package func all(_ path: String, nodesMax: Int = 50_000) async throws -> [JSONValue] {
        var nodes: [JSONValue] = []
        var after: String?
        repeat {
            let cursor = after.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }.map { "&after=\($0)" } ?? ""
            let page = try await api.get("\(path)?first=500\(cursor)")
            let found = page["nodes"]?.elements ?? page.elements ?? []
            nodes += found
            after = page["pageInfo"]?["hasNextPage"] == .bool(true) && !found.isEmpty ? page["pageInfo"]?["endCursor"]?.text : nil
        } while after != nil && nodes.count < nodesMax
        return nodes
    }

    package func cloudEvents() async throws -> [JSONValue] { try await all("/api/v1/cloud-events") }
    /// The newest ones alone.
    package func latestCloudEvents(_ count: Int) async throws -> [JSONValue] { try await api.get("/api/v1/cloud-events?first=\(count)")["nodes"]?.elements ?? [] }
    package func cloudEvent(_ id: String) async throws -> JSONValue { try await api.get("/api/v1/cloud-events/\(id)") }
    package func healthIssues() async throws -> [JSONValue] { try await all("/api/v1/health-issues") }
    package func sensors() async throws -> [JSONValue] { try await all("/api/v1/sensors") }

    /// Of all sensors.
    package func heartbeats() async throws -> [JSONValue] {
        var found: [JSONValue] = []
        for sensor in try await sensors() {
            guard let id = sensor["id"]?.text else { continue }
            found += try await all("/api/v1/sensors/\(id)/heartbeats")
        }
        return found
    }

    /// By sensor and stream.
    package func ledgerReport() async throws -> LedgerReport { try JSONDecoder().decode(LedgerReport.self, from: await control.send("GET", "/control/v1/ledger")) }

    /// What the portal was asked, as far back as it remembers.
    package func requests() async throws -> RequestReport { try JSONDecoder().decode(RequestReport.self, from: await control.send("GET", "/control/v1/requests")) }

    /// The ledger's counters by stream, summed over sensors.
    package func ledger() async throws -> JSONValue {
        let report = try await ledgerReport()
        var streams: [String: LedgerReport.Stream] = [:]
        for sensor in report.sensors.values {
            for (name, counts) in sensor {
                var sum = streams[name] ?? .init()
                sum.received += counts.received
                sum.duplicates += counts.duplicates
                sum.refused += counts.refused
                sum.outOfOrder += counts.outOfOrder
                streams[name] = sum
            }
        }
        return try JSONValue(json: JSONEncoder().encode(streams))
    }

    package func put(_ plan: FaultPlan) async throws { try await control.send("PUT", "/control/v1/faults", body: JSONEncoder().encode(plan)) }
    package func endFaults() async throws { try await control.send("DELETE", "/control/v1/faults") }

    package func add(_ indicators: IndicatorImport) async throws {
        try await control.send("POST", "/control/v1/indicators", body: JSONEncoder().encode(indicators))
    }

    /// Refuses every connection on every surface.
    package static let outage = FaultPlan(faults: FaultPlan.Surface.allCases.map { .init(match: .init(surface: $0), fault: .init(refuse: true)) })
}
