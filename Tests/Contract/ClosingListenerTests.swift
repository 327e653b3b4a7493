import Foundation
import Synchronization
import Testing

/// A connection accepted while its listener closes must not end the server (NIOAsyncWriter traps when it is dropped unfinished).
struct ClosingListenerTests {
    @Test func connectionsAcceptedWhileTheListenerClosesAreEndedQuietly() async throws {
        let accepted = Counter()
        for _ in 0..<15 {
            let done = Counter()
            try await KubeFixture.run { kube in
                for endpoint in [kube.endpoints.api, kube.endpoints.control] {
                    let port = try #require(UInt16(endpoint.split(separator: ":").last ?? ""))
                    for _ in 0..<2 { Self.keepConnecting(to: port, accepted, done) }
                }
                // Connections are under way when the server is told to end.
                let before = accepted.value.load(ordering: .relaxed)
                while accepted.value.load(ordering: .relaxed) < before + 20 { await Task.yield() }
            }
            // They end by being refused.
            while done.value.load(ordering: .relaxed) < 4 { await Task.yield() }
        }
        #expect(accepted.value.load(ordering: .relaxed) >= 300)
    }

    private final class Counter: Sendable { let value = Atomic(0) }

    /// Connects and hangs up from a thread of its own until nobody listens any more; 100,000 times at most.
    private static func keepConnecting(to port: UInt16, _ accepted: Counter, _ done: Counter) {
        Thread.detachNewThread {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            for _ in 0..<100_000 {
                let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                defer { close(handle) }
                let result = withUnsafePointer(to: address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } }
                guard result == 0 else { break }
                accepted.value.add(1, ordering: .relaxed)
            }
            done.value.add(1, ordering: .relaxed)
        }
    }
}
