import CLibpcap
import CNamespaces
package import Foundation
import Glibc
package import ScenarioModel

/// Records everything the sensor sends, by construction: the sensor runs in a network namespace in which only it talks, and in which
/// only the configured endpoints exist, as listeners that relay to the real ones. libpcap captures the namespace's loopback device.
package final class WireAudit: Sendable {
    /// Put before the sensor's command line.
    package let commandPrefix: [String]
    private let endpoints: [WireReport.Side]
    private let relay: PortRelay
    private let capture: PacketCapture
    private let namespace: Int32

    /// - Parameters:
    ///   - endpoints: `127.0.0.1:PORT` or URLs with such an authority.
    ///   - file: gets the packets, for whoever wants to look at them.
    package init(endpoints: [String], file: URL) throws {
        let sides = try endpoints.map(Self.side)
        // namespaces belong to threads: one thread enters the new one, and what it opens there stays there
        let made = try Self.onOwnThread { () throws -> (Int32, [Int32], PacketCapture) in
            let entered = namespace_new_network()
            guard entered == 0 else { throw Shell.Failure(description: "new network namespace: \(String(cString: strerror(-entered)))") }
            let namespace = namespace_open_own_network()
            guard namespace >= 0 else { throw Shell.Failure(description: "network namespace: \(String(cString: strerror(-namespace)))") }
            return (namespace, try sides.map { try PortRelay.listen(port: $0.port) }, try PacketCapture(device: "lo", file: file))
        }
        namespace = made.0
        capture = made.2
        relay = PortRelay(listeners: zip(made.1, sides).map { (fd: $0.0, port: $0.1.port) })
        self.endpoints = sides
        commandPrefix = ["nsenter", "--net=/proc/\(getpid())/fd/\(namespace)"]
    }

    /// Ends capture and relay; what was captured is held against the endpoints. To be called once, after the sensor ended.
    package func finish() throws -> [Check] {
        relay.stop()
        let (packets, dropped) = try capture.finish()
        var report = WireReport()
        for packet in packets { report.add(ip: packet) }
        return report.checks(endpoints: endpoints, dropped: dropped)
    }

    package func close() {
        relay.stop()
        capture.stop()
        Glibc.close(namespace)
    }

    static func side(_ endpoint: String) throws -> WireReport.Side {
        let authority = endpoint.split(separator: "/").last.map(String.init) ?? endpoint
        let parts = authority.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw Shell.Failure(description: "no endpoint HOST:PORT: \(endpoint)") }
        return .init(address: parts[0] == "localhost" ? "127.0.0.1" : String(parts[0]), port: port)
    }

    private static func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let box = ResultBox<Value>()
        let thread = Thread {
            box.result = Result { try body() }
            done.signal()
        }
        thread.start()
        done.wait()
        guard let result = box.result else { throw Shell.Failure(description: "a thread ended without a result") }
        return try result.get()
    }

    // written by one thread before, read by the other after the semaphore
    private final class ResultBox<Value>: @unchecked Sendable { var result: Result<Value, any Error>? }
}
