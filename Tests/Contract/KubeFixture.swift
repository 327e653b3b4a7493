import Clocks
import Foundation
import Foundations
import KubeCore
import KubeServer
import Logging

/// The reference API server in this process, on free ports of the loopback, with a data folder that goes with the test.
struct KubeFixture: Sendable {
    let folder: BackendFolder
    let directory: ClusterDirectory
    let endpoints: KubeServer.Endpoints

    var kubeconfig: String { folder.file("kubeconfig").path }

    struct DidNotStart: Error {}

    /// Runs `body` against a server of its own.
    /// - Parameters:
    ///   - prepare: changes the server's value before it serves.
    ///   - logs: what containers have said, by `namespace/pod/container`.
    ///   - data: the data folder of an earlier run, or nil for a new one.
    static func run(
        controlPlane: Bool = false, logs: [String: String] = [:], data: URL? = nil, historyMax: Int = 50_000, prepare: (inout KubeAPI, Now) -> Void = { _, _ in },
        body: @escaping @Sendable (KubeFixture) async throws -> Void
    ) async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        let now = SystemClock.now()
        let directory = try ClusterDirectory(opening: (data ?? folder.file("data")).path, at: now.wall)
        let database = try ObjectDatabase(path: directory.databasePath)
        var settings = KubeAPI.Settings()
        settings.controlPlane = controlPlane
        settings.authorityPEM = directory.authorityPEM
        settings.logs = logs
        var api = KubeAPI(seed: .random(in: .min ... .max), tokens: directory.tokens, adminToken: directory.adminToken, settings: settings, historyMax: historyMax)
        try database.restore(&api, at: now)
        api.store.keepsUnsaved = true
        api.bootstrap(at: now)
        prepare(&api, now)
        var options = KubeServer.Options()
        options.kubeconfig = folder.file("kubeconfig").path
        let server = KubeServer(
            directory: directory, hub: APIHub(api, clock: SystemClock.now), database: database, options: options, logger: Logger(label: "kube") { _ in SwiftLogNoOpLogHandler() })
        let (listening, announce) = AsyncStream.makeStream(of: KubeServer.Endpoints.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // However it ends, nobody may wait for its ports any longer.
                defer { announce.finish() }
                try await server.run(signals: []) { announce.yield($0) }
            }
            var endpoints: KubeServer.Endpoints?
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
                try await body(KubeFixture(folder: folder, directory: directory, endpoints: endpoints))
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
            try result.get()
        }
    }

    /// Runs kubectl as the administrator, with a discovery cache of its own.
    func kubectl(_ arguments: String..., input: String = "") async throws -> BackendSubprocess.Outcome {
        try await BackendSubprocess.run(
            try BackendSubprocess.find("kubectl"), ["--kubeconfig", kubeconfig] + arguments, input: Data(input.utf8), environment: ["HOME": folder.url.path, "KUBECONFIG": kubeconfig])
    }

    /// Asks the API or the control port.
    func ask(_ method: String, _ path: String, control: Bool = false, headers: [String: String] = [:], body: String? = nil, token: String? = nil) async throws -> BackendCurl.Answer {
        var headers = headers
        if !control { headers["Authorization"] = "Bearer \(token ?? directory.adminToken)" }
        if body != nil, headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
        return try await BackendCurl.send(
            method, (control ? endpoints.control : endpoints.api) + path, ca: control ? nil : directory.url.appending(path: "ca.pem"), headers: headers, body: body.map { Data($0.utf8) })
    }
}

extension BackendSubprocess.Outcome {
    var text: String { String(decoding: output, as: UTF8.self) }
}

extension BackendCurl.Answer {
    /// The body as the core's JSON.
    var json: JSON { (try? JSONParser.parse([UInt8](body))) ?? .null }
}

/// The kubectl at hand. Old ones lack commands and word some refusals themselves.
enum Kubectl {
    /// 20 of 1.20.
    static func minor() async throws -> Int {
        let version = try await BackendSubprocess.run(try BackendSubprocess.find("kubectl"), ["version", "--client", "-o", "json"]).text
        return (try? JSONParser.parse(Array(version.utf8)))?["clientVersion"]?["minor"]?.string.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 0
    }
}
