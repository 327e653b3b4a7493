import ArgumentParser
import BackendCore
import Clocks
import Contract
import Foundation
import Foundations
import Serving

struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads a node's runtime data from its disk and hands it to the portal.",
        discussion: """
            The agentless scanner: it needs no sensor that runs, only the folder the sensor left. Nothing is written there. Who it is for the portal: \
            --data with the portal's data folder (certificate authority, client id and secret), or --ca-cert with WIZ_API_CLIENT_ID and \
            WIZ_API_CLIENT_SECRET in the environment, or WIZ_API_CONFIG_DIR with the files clientId and clientToken.
            """)

    @Option(help: "The sensor's host store on the node's disk.") var hostStore: String
    @Option(help: "The portal, https://HOST:PORT.") var httpEndpoint: String
    @Option(help: "The portal's data folder, when it is on this machine.") var data: String?
    @Option(help: "A PEM file of the authority that vouches for the portal, beside the system's.") var caCert: String?
    @Flag(help: "The answer as JSON.") var json = false

    /// Records in one request; the portal takes 5,000.
    private static let recordsPerRequest = 2_000

    func run() async throws {
        guard let url = URL(string: httpEndpoint), url.scheme == "https", url.host != nil else { throw ValidationError("--http-endpoint '\(httpEndpoint)' is not of the form https://HOST:PORT") }
        let credentials = try ScannerCredentials(data: data, environment: ProcessInfo.processInfo.environment)
        let authority = caCert ?? data.map { URL(filePath: $0).appending(path: "ca.pem").path }
        // What runs on a node is nobody else's business: the copy is for its owner only, and goes when it is read.
        let scratch = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: scratch) }
        let content = try await HostStoreReader(folder: hostStore, scratch: scratch).read(at: SystemClock.now().wall) { try await Task.sleep(for: .milliseconds(5 * $0)) }
        for diagnostic in content.diagnostics { FileHandle.standardError.write(Data("\(diagnostic)\n".utf8)) }
        var total = RuntimeScanReply(sensorId: content.persistentID, rows: 0, new: 0)
        try await PortalAPI.with(endpoint: httpEndpoint, authority: authority) { portal in
            let token = try await portal.token(credentials)
            for start in stride(from: 0, to: max(1, content.records.count), by: Self.recordsPerRequest) {
                let part = Array(content.records.dropFirst(start).prefix(Self.recordsPerRequest))
                let reply: RuntimeScanReply = try await portal.post(
                    "/api/v1/scan/runtime-data", RuntimeScan(persistentId: content.persistentID, scannedAt: SystemClock.now().wall.rfc3339, records: part), token: token)
                total.sensorId = reply.sensorId
                total.rows += reply.rows
                total.new += reply.new
            }
        }
        if json {
            print(String(decoding: try JSONBody.encode(total), as: UTF8.self))
        } else {
            print("scanned \(total.rows) rows of sensor \(total.sensorId), \(total.new) new to the portal, left out \(content.diagnostics.count)")
        }
        if !content.diagnostics.isEmpty { throw ExitCode(1) }
    }
}
