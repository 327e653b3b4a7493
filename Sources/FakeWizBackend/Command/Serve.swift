import ArgumentParser
import BackendServer
import Clocks
import Foundation
import Foundations
import Logging
import Serving

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves gRPC, REST, the web page and the control port.",
        discussion: """
            The data folder is made at the first start: a certificate authority, the keys, one service account of the type SENSOR. endpoints.json \
            in it says where the ports are, and is written anew at each start.
            """)

    @Option(help: "The data folder.") var data: String
    @Option(help: "HOST:PORT of gRPC; port 0 takes a free one.") var grpcListen = "127.0.0.1:0"
    @Option(help: "HOST:PORT of HTTPS: token, ingest, API, page.") var httpListen = "127.0.0.1:0"
    @Option(help: "HOST:PORT of the control port, without authentication; 'off' for none.") var controlListen = "127.0.0.1:0"
    @Option(name: .customLong("server-name"), help: "A name or address the server certificate is for, beside localhost, 127.0.0.1 and ::1; may be repeated.")
    var serverNames: [String] = []
    @Flag(help: "Opens the API and the page to everybody; the page's fault switches then only when HTTPS listens on the loopback.") var noAuthWeb = false
    @Option(help: "Seconds an access token is valid.") var tokenLifetime = 3600
    @Option(help: "Ingest requests a sensor may make per second, on average; bursts are ten times that.") var requestsPerSecond = 50.0
    @Option(help: "Sensors older than this version are refused.") var minimumSensorVersion: String?
    @Option(help: "Sensors whose clock is further off than so many seconds are refused.") var clockSkewMax = 3600
    @Option(help: "The portal's clock is so many seconds ahead of this machine's, for trying out what sensors make of it; negative: behind.") var clockAhead = 0
    @Option(help: "trace, debug, info, notice, warning or error.") var logLevel = "notice"

    func run() async throws {
        var options = BackendServer.Options()
        options.grpc = try address("--grpc-listen", grpcListen)
        options.http = try address("--http-listen", httpListen)
        options.control = controlListen == "off" ? nil : try address("--control-listen", controlListen)
        options.serverNames = serverNames
        options.webNeedsToken = !noAuthWeb
        guard tokenLifetime >= 1 else { throw ValidationError("--token-lifetime must be at least 1") }
        options.tokenLifetime = .seconds(tokenLifetime)
        guard requestsPerSecond > 0 else { throw ValidationError("--requests-per-second must be more than 0") }
        options.requestsPerSecond = requestsPerSecond
        options.requestBurst = requestsPerSecond * 10
        if let version = minimumSensorVersion {
            guard version.wholeMatch(of: /\d{1,9}(\.\d{1,9}){0,3}/) != nil else { throw ValidationError("--minimum-sensor-version '\(version)' is not of the form 1.2.3") }
            options.demands.versionMin = version
        }
        guard clockSkewMax >= 1 else { throw ValidationError("--clock-skew-max must be at least 1") }
        options.demands.clockSkewMax = .seconds(clockSkewMax)
        guard abs(clockAhead) <= 31_536_000 else { throw ValidationError("--clock-ahead must be within a year") }
        let ahead = Duration.seconds(clockAhead)
        let clock: @Sendable () -> Now = {
            let now = SystemClock.now()
            return Now(monotonic: now.monotonic, wall: now.wall + ahead)
        }
        guard let level = Logger.Level(rawValue: logLevel) else { throw ValidationError("--log-level '\(logLevel)' is unknown") }
        var logger = Logger(label: "fake-wiz-backend", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level

        let directory = try DataDirectory(opening: data, at: clock().wall)
        let opensWeb = noAuthWeb
        try await BackendServer(directory: directory, options: options, clock: clock, logger: logger).run { endpoints in
            var lines = ["grpc     \(endpoints.grpc)", "http     \(endpoints.http)"]
            if !endpoints.control.isEmpty { lines.append("control  \(endpoints.control)") }
            lines.append("page     \(endpoints.http)/\(opensWeb ? "" : "  (any user, password in viewer-token)")")
            // Written past the buffer of print: whoever starts this through a pipe waits for the ports.
            FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        }
    }

    private func address(_ flag: String, _ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValidationError("\(flag) '\(text)' is not of the form HOST:PORT") }
        return address
    }
}
