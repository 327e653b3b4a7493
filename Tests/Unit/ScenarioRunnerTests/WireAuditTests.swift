import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

@Suite(.serialized, .enabled(if: canRunContainers, "needs root"), .timeLimit(.minutes(1)))
struct WireAuditTests {
    /// Runs shell text inside the audited network against a server outside, and gives the checks.
    private func audit(_ text: (UInt16) -> String, server: [String], port: UInt16) async throws -> [Check] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        async let serving = Shell.run(server, folder: folder, limit: .seconds(10))
        let audit = try WireAudit(endpoints: ["127.0.0.1:\(port)"], file: folder.appending(path: "x.pcap"))
        defer { audit.close() }
        let client = try await Shell.run(audit.commandPrefix + ["/bin/sh", "-c", text(port)], folder: folder, limit: .seconds(10))
        #expect(client.status == 0, "\(client.output)")
        _ = try await serving
        let checks = try audit.finish()
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "x.pcap").path))
        return checks
    }

    /// A port that nobody listens on at this moment.
    private func freePort() -> UInt16 { UInt16.random(in: 20_000...29_999) }

    @Test func plainTextIsFound() async throws {
        let port = freePort()
        let checks = try await audit({ "for i in 1 2 3 4 5 6 7 8 9 10; do printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 1 127.0.0.1 \($0) && break; sleep 0.2; done" }, server: ["busybox", "timeout", "8", "busybox", "nc", "-l", "-p", "\(port)", "-w", "2"], port: port)
        let tls = try #require(checks.first { $0.name.contains("TLS records") })
        #expect(!tls.passed)
        #expect(tls.detail.contains("no TLS record type"))
        let others = checks.filter { !$0.name.contains("TLS records") && !$0.passed }
        #expect(others.isEmpty, "\(others)")
    }

    @Test func anotherDestinationIsFound() async throws {
        let port = freePort()
        let other = port + 1
        let checks = try await audit({ _ in "busybox nc -w 1 127.0.0.1 \(other) </dev/null; true" }, server: ["true"], port: port)
        let strangers = try #require(checks.first { $0.name.contains("only the configured endpoints") })
        #expect(!strangers.passed)
        #expect(strangers.detail.contains("127.0.0.1:\(other)"))
        let silent = try #require(checks.first { $0.name.contains("each configured endpoint") })
        #expect(!silent.passed)
    }
}
