import Foundation
import Glibc

/// Tinyproxy, and stunnel before it for TLS: programs that this project did not write, on the loopback, with a configuration of their own.
struct DebianProxy: Sendable {
    struct Rules: Sendable {
        var user: String?
        var password = ""
        /// Ports to which it opens a tunnel; nil: every port.
        var ports: [Int]?
        /// Certificate and key for TLS; nil: plain.
        var certificate: (chain: String, key: String)?
        /// The one client certificate that is let in.
        var client: String?
    }

    /// Where a sensor connects.
    let port: Int
    private let log: String

    /// What it was asked to reach.
    func targets() throws -> Set<String> {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        return Set(text.matches(of: /CONNECT ([0-9.]+:[0-9]+) HTTP/).map { String($0.output.1) })
    }

    /// Runs the proxy for as long as the body lasts.
    static func with<Result: Sendable>(_ rules: Rules, folder: TestFolder, _ body: (DebianProxy) async throws -> Result) async throws -> Result {
        let name = "tinyproxy-\(UUID().uuidString.prefix(8))"
        let log = "\(folder.path)/\(name).log"
        var (processes, port) = ([Process](), 0)
        defer { for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        func start(_ program: String, _ arguments: (String) -> [String], configuration: (Int) -> String) async throws {
            // a port that is free now may be taken when the program binds it
            for attempt in 1...5 {
                port = try freePort()
                let file = try folder.write(configuration(port), to: "\(name)-\(program)-\(attempt).conf")
                let process = Process()
                process.executableURL = URL(filePath: try BackendSubprocess.find(program))
                process.arguments = arguments(file)
                let output = "\(folder.path)/\(name)-\(program)-\(attempt).out"
                _ = FileManager.default.createFile(atPath: output, contents: nil)
                process.standardOutput = FileHandle(forWritingAtPath: output)
                process.standardError = FileHandle(forWritingAtPath: output)
                try process.run()
                processes.append(process)
                if try await listens(process, port) { return }
                if attempt == 5 { throw TestProblem("\(program) does not listen: \((try? String(contentsOfFile: output, encoding: .utf8)) ?? "")") }
            }
        }
        try await start("tinyproxy", { ["-d", "-c", $0] }) { port in
            var lines = ["Port \(port)", "Listen 127.0.0.1", "Timeout 60", "MaxClients 50", "LogLevel Connect", "LogFile \"\(log)\""]
            if let user = rules.user { lines.append("BasicAuth \(user) \(rules.password)") }
            for allowed in rules.ports ?? [] { lines.append("ConnectPort \(allowed)") }
            return lines.joined(separator: "\n") + "\n"
        }
        if let certificate = rules.certificate {
            let inner = port
            try await start("stunnel4", { [$0] }) { port in
                var lines = ["foreground = yes", "pid =", "syslog = no", "[proxy]", "accept = 127.0.0.1:\(port)", "connect = 127.0.0.1:\(inner)"]
                lines += ["cert = \(certificate.chain)", "key = \(certificate.key)"]
                if let client = rules.client { lines += ["verifyPeer = yes", "CAfile = \(client)"] }
                return lines.joined(separator: "\n") + "\n"
            }
        }
        return try await body(DebianProxy(port: port, log: log))
    }

    private static func freePort() throws -> Int {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(fd) }
        guard let port = withAddress(0, { address, size in bind(fd, address, size) == 0 && getsockname(fd, address, &size) == 0 }) else { throw TestProblem("no free port") }
        return port
    }

    /// Waits until it listens; false when it ended instead.
    private static func listens(_ process: Process, _ port: Int) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while process.isRunning, ContinuousClock.now < deadline {
            let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(fd) }
            if withAddress(port, { address, size in connect(fd, address, size) == 0 }) != nil { return process.isRunning }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// Calls with 127.0.0.1:port; gives the port that the address has afterwards, nil when the call says no.
    private static func withAddress(_ port: Int, _ call: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Bool) -> Int? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let succeeded = withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &size) } }
        return succeeded ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
