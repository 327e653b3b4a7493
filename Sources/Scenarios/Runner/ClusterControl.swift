import Foundation
package import ScenarioModel

/// The control port of a stack's Kubernetes API server: what it was asked, and what it is to do wrong.
package struct ClusterControl: Sendable {
    /// One request as the server noted it.
    package struct Asked: Sendable, Decodable {
        /// RFC 3339 with microseconds.
        package var time: String
        package var verb: String
        package var resource: String
        package var fieldSelector: String
        package var userAgent: String
        package var status: Int
        package var fault: Bool
    }

    private struct Endpoints: Decodable { var control: String }

    private let client: WebClient

    /// - Parameter data: the server's data folder.
    init(data: URL) throws {
        let endpoints = try JSONDecoder().decode(Endpoints.self, from: Data(contentsOf: data.appending(path: "endpoints.json")))
        client = try WebClient(base: endpoints.control)
    }

    func close() async { await client.close() }

    package func requests() async throws -> [Asked] { try JSONDecoder().decode([Asked].self, from: await client.send("GET", "/control/v1/requests")) }
    package func forgetRequests() async throws { try await client.send("DELETE", "/control/v1/requests") }
    package func statistics() async throws -> JSONValue { try await client.get("/control/v1/statistics") }
    package func put(faults: JSONValue) async throws { try await client.send("PUT", "/control/v1/faults", json: faults) }
    package func endFaults() async throws { try await client.send("DELETE", "/control/v1/faults") }
}
