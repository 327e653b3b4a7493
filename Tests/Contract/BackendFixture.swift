import BackendCore
import BackendServer
import Clocks
import Contract
import Foundation
import Foundations
import Logging

/// The whole backend in this process, on free ports of the loopback, with a data folder that goes with the test.
struct BackendFixture: Sendable {
    let directory: DataDirectory
    let endpoints: BackendEndpoints

    var ca: URL { directory.url.appending(path: "ca.pem") }
    var grpcPort: UInt16 { UInt16(endpoints.grpc.split(separator: ":").last ?? "") ?? 0 }
    var httpPort: UInt16 { UInt16(endpoints.http.split(separator: ":").last ?? "") ?? 0 }

    struct DidNotStart: Error {}

    /// Runs `body` against a backend of its own.
    static func run(
        _ configure: (inout BackendServer.Options) -> Void = { _ in }, body: @escaping @Sendable (BackendFixture) async throws -> Void
    ) async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        let directory = try DataDirectory(opening: folder.url.path, at: SystemClock.wall())
        var options = BackendServer.Options()
        configure(&options)
        let server = BackendServer(directory: directory, options: options, clock: SystemClock.now, logger: Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() })
        let (listening, announce) = AsyncStream.makeStream(of: BackendEndpoints.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // However it ends, nobody may wait for its ports any longer.
                defer { announce.finish() }
                try await server.run { announce.yield($0) }
            }
            var endpoints: BackendEndpoints?
            for await found in listening {
                endpoints = found
                break
            }
            guard let endpoints else {
                try await group.waitForAll()
                throw DidNotStart()
            }
            let result: Result<Void, any Error>
            do {
                try await body(BackendFixture(directory: directory, endpoints: endpoints))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
            try result.get()
        }
    }

    // MARK: Requests

    func send(_ method: String, _ path: String, headers: [String: String] = [:], body: Data? = nil, options: [String] = []) async throws -> BackendCurl.Answer {
        try await BackendCurl.send(method, endpoints.http + path, ca: ca, headers: headers, body: body, options: options)
    }

    func control(_ method: String, _ path: String, body: String? = nil) async throws -> BackendCurl.Answer {
        try await BackendCurl.send(
            method, "\(endpoints.control)/control/v1\(path)", ca: nil, headers: body == nil ? [:] : ["content-type": "application/json"], body: body.map { Data($0.utf8) })
    }

    /// - Parameter secret: another than the account's own to be refused.
    func askToken(clientID: String? = nil, secret: String? = nil, audience: String = "wiz-agent-api") async throws -> BackendCurl.Answer {
        let form = "grant_type=client_credentials&client_id=\(clientID ?? directory.clientID)&client_secret=\(secret ?? directory.clientSecret)&audience=\(audience)"
        return try await send("POST", "/oauth/token", headers: ["content-type": "application/x-www-form-urlencoded"], body: Data(form.utf8))
    }

    func token() async throws -> String { try await askToken().decoded(TokenReply.self).access_token }

    func ingest(_ stream: UploadStream, _ body: Data, token: String, key: String) async throws -> BackendCurl.Answer {
        try await send(
            "POST", "/api/v1/ingest/\(stream.rawValue)",
            headers: ["authorization": "Bearer \(token)", "content-type": "application/json", "idempotency-key": key], body: body)
    }
}

/// Cloud events for contract tests.
enum BackendSample {
    static func event(id: String, sensor: String, name: String = "Reverse shell opened", severity: Severity = .critical, count: Int = 1) -> CloudEvent {
        let container = ProcessNode.Container(
            id: String(repeating: "8f2c", count: 16), name: "web", image: .init(externalId: "registry.example/shop/web:2.8.1"),
            pod: .init(name: "shop-web-x2k4p", ips: ["10.244.1.23"], namespace: "shop"), kubernetesController: .init(name: "shop-web", type: "Deployment"),
            serviceAccount: "shop-web")
        return CloudEvent(
            id: id, name: name, description: "A shell talks to the network.", timestamp: SystemClock.wall().rfc3339, severity: severity,
            matchedRules: [MatchedRule(id: "reverse_shell", name: name, version: "1.0.0")], aggregatedEventDetails: .init(eventsCount: count),
            runtimeDetails: RuntimeDetails(
                sensor: .init(id: sensor, name: "node-1", sensorVersion: "0.1.0", definitionsVersion: "1.0.0"),
                processTree: [
                    ProcessNode(id: "4003:3", pid: 4003, name: "bash", command: "bash -i", path: "/usr/bin/bash", userName: "www-data", userId: "33", hash: String(repeating: "a", count: 40), container: container),
                    ProcessNode(id: "4001:1", pid: 4001, name: "nginx", command: "nginx: worker process", path: "/usr/sbin/nginx", userName: "www-data", userId: "33", container: container),
                    ProcessNode(id: "4000:0", pid: 4000, name: "containerd-shim", command: "containerd-shim-runc-v2", path: "/usr/bin/containerd-shim-runc-v2", userName: "root", userId: "0"),
                ], host: .init(hostname: "node-1", kernelVersion: "6.1.0"), context: EventContext(type: "NetworkConnectContext", remoteIP: "198.51.100.23", remotePort: 4444)),
            mitreTactics: ["TA0002", "TA0011"], mitreTechniques: ["T1059.004"], output: "shell on the network (user=www-data command=bash -i)", tags: ["container"])
    }

    static func batch(_ events: [CloudEvent], sensor: String, id: String, from sequence: UInt64 = 1) throws -> Data {
        try JSONBody.encode(UploadBatch(sensorId: sensor, batchId: id, items: events.enumerated().map { .init(sequence: sequence + UInt64($0), record: $1) }))
    }
}
