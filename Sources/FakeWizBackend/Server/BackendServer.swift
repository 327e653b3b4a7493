package import BackendCore
package import Contract
import Foundation
package import Foundations
package import Logging
import NIOSSL
import ServiceLifecycle
package import Serving
import Synchronization

/// The whole backend: three listeners and the housekeeping, in one service group.
package struct BackendServer: Sendable {
    package struct Options: Sendable {
        package var grpc = ListenAddress(host: "127.0.0.1", port: 0)
        package var http = ListenAddress(host: "127.0.0.1", port: 0)
        /// Nil for no control port; the page has no switches then.
        package var control: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 0)
        /// Names the server certificate is for, beside localhost, 127.0.0.1 and ::1.
        package var serverNames: [String] = []
        package var webNeedsToken = true
        package var tokenLifetime: Duration = .hours(1)
        package var requestsPerSecond = 50.0
        package var requestBurst = 500.0
        package var demands = SensorDemands()
        package init() {}

        /// Whether the page may change the fault plan: not when there is no control port, and never for everybody on the network.
        package var hasSwitches: Bool { control != nil && (webNeedsToken || http.isLoopback) }
    }

    private enum Listener: Sendable { case grpc, http, control }

    private let directory: DataDirectory
    private let options: Options
    private let clock: @Sendable () -> Now
    private let logger: Logger

    /// - Parameter clock: the machine's clocks; the core never reads them itself.
    package init(directory: DataDirectory, options: Options, clock: @escaping @Sendable () -> Now, logger: Logger) {
        self.directory = directory
        self.options = options
        self.clock = clock
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT.
    /// - Parameter onListening: called once all ports listen and `endpoints.json` is written.
    package func run(onListening: @escaping @Sendable (BackendEndpoints) -> Void) async throws {
        let now = clock()
        let store = try PortalStore(path: directory.databasePath)
        if try await store.account(clientID: directory.clientID) == nil {
            try await store.addAccount(
                ServiceAccount(clientID: directory.clientID, type: "SENSOR", entitled: true), secret: directory.clientSecret, at: now.wall)
        }
        let portal = Portal(
            store: store, directory: directory, tokens: try await TokenIssuer(keyPEM: directory.tokenKeyPEM, lifetime: options.tokenLifetime),
            gate: Gate(requestsPerSecond: options.requestsPerSecond, burst: options.requestBurst), demands: options.demands, changes: ChangeFeed(), webhooks: WebhookSender(logger: logger),
            page: PageAddress(), clock: clock, logger: logger)

        let names = ["localhost", "127.0.0.1", "::1"] + options.serverNames
        let good = try directory.authority.server(commonName: "fake-wiz-backend", names: names, at: now.wall)
        let expired = try directory.authority.server(
            commonName: "fake-wiz-backend", names: names, validity: (from: .hours(-48), to: .hours(-24)), at: now.wall)
        func certificate(_ surfaces: Set<FaultPlan.Surface>) throws -> HandshakeCertificate {
            let clock = clock
            return try HandshakeCertificate(good: good, expired: expired) { portal.gate.strikesHandshake(surfaces, at: clock()) }
        }

        let ports = ListeningPorts<Listener>(expected: options.control == nil ? 2 : 3)
        let grpc = try GRPCListener(portal: portal, address: options.grpc, certificate: certificate(Gate.grpcSurfaces))
        var services: [any Service] = [
            EndingConnections(listener: grpc) { portal.gate.closeConnections() },
            try HTTPListener.portal(
                portal, address: options.http, tls: certificate([.rest, .token]).serverConfiguration(),
                viewerToken: options.webNeedsToken ? directory.viewerToken : nil, hasSwitches: options.hasSwitches
            ) { ports.set(.http, $0) },
            Housekeeping(portal: portal), portal.webhooks,
        ]
        if let control = options.control { services.append(HTTPListener.control(portal, address: control) { ports.set(.control, $0) }) }
        services.append(
            Announcer {
                ports.set(.grpc, try await grpc.port)
                guard let found = await ports.all() else { return }
                let endpoints = BackendEndpoints(
                    grpc: "\(options.grpc.reachableHost):\(found[.grpc] ?? 0)", http: "https://\(options.http.reachableHost):\(found[.http] ?? 0)",
                    control: options.control.map { "http://\($0.reachableHost):\(found[.control] ?? 0)" } ?? "")
                portal.page.set(endpoints.http)
                try directory.publish(endpoints)
                onListening(endpoints)
            })
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // A hanging request of a fault plan must not keep the process.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        let isEnding = Atomic(false)
        configuration.services.append(.init(service: EndNotice { isEnding.store(true, ordering: .relaxed) }))
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch where isEnding.load(ordering: .relaxed) {
            // Asked to end, and something had to be cut short at the cap: what it throws then is no failure of the server.
            logger.info("server.cutShort error=\(error)")
        }
    }
}

/// Notes that the group was asked to end. The last service: it is asked first.
private struct EndNotice: Service {
    let note: @Sendable () -> Void

    func run() async throws {
        try await gracefulShutdown()
        note()
    }
}
