import Contract
import Foundation
import Glibc
import ScenarioModel

/// A way to the portal that can be broken: relays before its gRPC and HTTPS ports, and a name for it that only the sensor can resolve.
///
/// The name stands in a hosts file of the work folder, which the sensor sees as /etc/hosts in a mount namespace of its own.
final class PortalRoad: Sendable {
    /// In a top-level domain that no resolver knows (RFC 6761).
    static let name = "portal.wiz-scenarios.test"

    let grpcEndpoint: String
    let httpEndpoint: String
    private let relay: PortRelay
    private let hosts: URL
    private let resolver: URL

    init(endpoints: BackendEndpoints, work: WorkFolder) throws {
        let targets = [endpoints.grpc, endpoints.http]
        let listeners = try targets.map { _ in try PortRelay.listenAnywhere() }
        relay = PortRelay(listeners: try zip(listeners, targets).map { (fd: $0.fd, port: try WireAudit.side($1).port) })
        grpcEndpoint = "\(Self.name):\(listeners[0].port)"
        httpEndpoint = "https://\(Self.name):\(listeners[1].port)"
        hosts = work.url.appending(path: "hosts")
        resolver = work.url.appending(path: "resolv.conf")
        for file in [hosts, resolver] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        // nobody answers there: what is not in the hosts file is not found, at once
        try write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", to: resolver)
        try nameLeads(true)
    }

    /// Put before the sensor's command line; the process stays the same one.
    var commandPrefix: [String] {
        let script = "mount --bind '\(hosts.path)' /etc/hosts && { [ ! -e /etc/resolv.conf ] || mount --bind '\(resolver.path)' /etc/resolv.conf; } && exec \"$@\""
        return ["unshare", "--mount", "sh", "-c", script, "sh"]
    }

    /// - Parameter impostor: the other portal, where `impostor` leads.
    func set(_ condition: LinkCondition, impostor: BackendEndpoints?) throws {
        try nameLeads(condition != .noName)
        relay.set(condition, detours: try impostor.map { try [WireAudit.side($0.grpc).port, WireAudit.side($0.http).port] })
    }

    func close() { relay.stop() }

    private func nameLeads(_ isThere: Bool) throws { try write("127.0.0.1 localhost\n" + (isThere ? "127.0.0.1 \(Self.name)\n" : ""), to: hosts) }

    // in place: another file of the same name would not be the one that is mounted
    private func write(_ text: String, to file: URL) throws {
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
    }
}
