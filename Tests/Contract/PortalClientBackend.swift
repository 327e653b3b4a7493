import AsyncHTTPClient
import BackendServer
import Clocks
import Contract
import Foundation
import Foundations
import Logging
import NIOCore
import NIOHTTP1
import Portal
import PortalClient
import Serving
import Synchronization

/// A folder of its own below the temporary directory, gone with the test.
struct TestFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "contract-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// The reference portal in this process, on free loopback ports, with a portal client's way to it.
struct PortalClientBackend: Sendable {
    let endpoints: BackendEndpoints
    let folder: TestFolder

    /// Runs the backend for as long as the body lasts.
    static func with<Result: Sendable>(
        host: String = "127.0.0.1", tokenLifetime: Duration = .hours(1), _ body: @escaping @Sendable (PortalClientBackend) async throws -> Result
    ) async throws -> Result {
        let folder = try TestFolder()
        defer { folder.remove() }
        let directory = try DataDirectory(opening: folder.path, at: SystemClock.wall())
        _ = try folder.write(directory.clientID, to: "api/clientId")
        _ = try folder.write(directory.clientSecret + "\n", to: "api/clientToken")
        var options = BackendServer.Options()
        options.grpc = ListenAddress(host: host, port: 0)
        options.http = ListenAddress(host: host, port: 0)
        options.tokenLifetime = tokenLifetime
        let server = BackendServer(directory: directory, options: options, clock: SystemClock.now, logger: Logger(label: "backend") { _ in SwiftLogNoOpLogHandler() })
        let (found, continuation) = AsyncStream.makeStream(of: BackendEndpoints.self)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                do { try await server.run { continuation.yield($0) } } catch is CancellationError {}
                continuation.finish()
                return nil
            }
            group.addTask {
                guard let endpoints = await found.first(where: { _ in true }) else { throw TestProblem("the backend did not start") }
                return try await body(PortalClientBackend(endpoints: endpoints, folder: folder))
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw TestProblem("the backend ended before the test")
        }
    }

    var grpc: PortalClientConfiguration.Endpoint { Self.endpoint(endpoints.grpc) }
    var http: PortalClientConfiguration.Endpoint { Self.endpoint(String(endpoints.http.dropFirst("https://".count))) }

    static func endpoint(_ text: String) -> PortalClientConfiguration.Endpoint {
        let colon = text.lastIndex(of: ":") ?? text.endIndex
        return .init(host: String(text[..<colon]), port: Int(text[colon...].dropFirst()) ?? 0)
    }

    /// As a sensor that trusts this backend's authority and has its credentials.
    var configuration: PortalClientConfiguration {
        var configuration = PortalClientConfiguration(grpc: grpc, http: http, credentialsDirectory: "\(folder.path)/api")
        configuration.authorityFile = "\(folder.path)/ca.pem"
        configuration.connectTimeout = .seconds(5)
        return configuration
    }

    // MARK: The control port

    func put(_ faults: [FaultPlan.Rule]) async throws { _ = try await control(.PUT, "faults", FaultPlan(faults: faults)) }

    func put(_ settings: SensorSettings) async throws { _ = try await control(.PUT, "settings", settings) }

    func publish(_ version: String, rules: String = "- list: none\n  items: []\n") async throws {
        _ = try await control(.POST, "definitions", DefinitionsPublication(version: version, rules: [.init(name: "test.yaml", content: rules)]))
    }

    func add(_ indicators: [IndicatorImport.Entry]) async throws { _ = try await control(.POST, "indicators", IndicatorImport(indicators: indicators)) }

    func addAccount(_ request: AccountRequest) async throws -> AccountReply {
        try JSONDecoder().decode(AccountReply.self, from: await control(.POST, "accounts", request))
    }

    func ledger() async throws -> LedgerReport { try JSONDecoder().decode(LedgerReport.self, from: await control(.GET, "ledger", nil as String?)) }

    func requests() async throws -> [RequestReport.Entry] {
        try JSONDecoder().decode(RequestReport.self, from: await control(.GET, "requests", nil as String?)).requests
    }

    private func control(_ method: HTTPMethod, _ path: String, _ body: (some Encodable)?) async throws -> Data {
        var request = HTTPClientRequest(url: "\(endpoints.control)/control/v1/\(path)")
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        guard (200..<300).contains(Int(response.status.code)) else { throw TestProblem("\(method) \(path): \(response.status.code) \(String(decoding: bytes, as: UTF8.self))") }
        return bytes
    }
}

struct TestProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A portal client that is run and closed around the body.
enum RunningClient {
    static func with<Result: Sendable>(
        _ configuration: PortalClientConfiguration, health: SensorHealth = SensorHealth(), clockIsOffBy offset: Duration = .zero, _ body: @escaping @Sendable (PortalClient) async throws -> Result
    ) async throws -> Result {
        var facts = SensorFacts(name: "node-1", sensorVersion: "1.2.3")
        facts.hostname = "node-1.example"
        facts.cores = 4
        let client = PortalClient(configuration: configuration, facts: facts, wall: { SystemClock.wall() + offset }, health: { health })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client.run() }
            do {
                let result = try await body(client)
                await client.close()
                return result
            } catch {
                await client.close()
                throw error
            }
        }
    }
}

extension PortalClient {
    /// The answer, or `timedOut` after the span: what the conversation's shell does with each request.
    func answer(_ request: PortalRequest, _ context: Context = Context(persistentID: "persistent-1"), within span: Duration = .seconds(20)) async -> PortalReply {
        await withTaskGroup(of: PortalReply?.self) { group in
            group.addTask { await self.perform(request, context: context) }
            group.addTask {
                do { try await Task.sleep(for: span) } catch {}
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            return (await group.next() ?? nil) ?? .failed(PortalFailure(.timedOut))
        }
    }

    /// Token and registration.
    func join(persistentID: String = "persistent-1") async throws -> Context {
        var context = Context(persistentID: persistentID)
        guard case .token = await answer(.token) else { throw TestProblem("no token") }
        guard case .registered(let id, _) = await answer(.register, context) else { throw TestProblem("not registered") }
        context.sensorID = id
        return context
    }
}

extension PortalReply {
    var failure: PortalFailure? { if case .failed(let failure) = self { failure } else { nil } }
    /// The portal's state that the failure names.
    var failedState: PortalState? { if case .state(let state)? = failure?.kind { state } else { nil } }
}
