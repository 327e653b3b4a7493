import Foundation
import Foundations
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import KubeCore
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
package import Serving
package import UnixSignals
import Synchronization

/// The whole server: the API over TLS, the control port and the housekeeping, in one service group.
package struct KubeServer: Sendable {
    package struct Options: Sendable {
        package var listen = ListenAddress(host: "127.0.0.1", port: 0)
        /// Nil for no control port.
        package var control: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 0)
        /// Where the kubelet of a node answers, and of which; nil for none.
        package var kubelet: (listen: ListenAddress, node: String)?
        /// Where the kubeconfig goes once the server listens.
        package var kubeconfig: String?
        /// Names the certificate is for, beside those every API server has.
        package var serverNames: [String] = []
        package init() {}
    }

    /// Where the server is reached.
    package struct Endpoints: Sendable, Hashable {
        package var api: String
        package var control: String
        package var kubelet = ""
    }

    private enum Listener: Sendable { case api, control, kubelet }

    private let directory: ClusterDirectory
    private let hub: APIHub
    private let database: ObjectDatabase
    private let options: Options
    private let logger: Logger

    package init(directory: ClusterDirectory, hub: APIHub, database: ObjectDatabase, options: Options, logger: Logger) {
        self.directory = directory
        self.hub = hub
        self.database = database
        self.options = options
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, or until the surrounding task is cancelled.
    /// - Parameter onListening: called once both ports listen and the kubeconfig is written.
    package func run(signals: [UnixSignal] = [.sigterm, .sigint], onListening: @escaping @Sendable (Endpoints) -> Void) async throws {
        let journal = Journal(hub: hub, database: database)
        try await journal.flush()
        let ports = ListeningPorts<Listener>(expected: 1 + (options.control == nil ? 0 : 1) + (options.kubelet == nil ? 0 : 1))
        var services: [any Service] = [Keeper(journal: journal), try secure(.api, options.listen, Gateway(hub: hub, journal: journal, logger: logger), ports)]
        if let (address, node) = options.kubelet {
            services.append(try secure(.kubelet, address, Gateway(hub: hub, journal: journal, logger: logger, kubeletOf: node), ports, names: [node]))
        }
        if let address = options.control { services.append(control(address, ports)) }
        // Services are stopped from the last to the first: the housekeeping ends the watches that the API waits for.
        services += [Housekeeping(hub: hub, journal: journal), announcer(ports, onListening)]
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: signals, logger: logger)
        // A slow watcher must not keep the process.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func secure(_ listener: Listener, _ address: ListenAddress, _ gateway: Gateway, _ ports: ListeningPorts<Listener>, names more: [String] = []) throws -> some Service {
        let names = more + ["localhost", "127.0.0.1", "::1", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"] + options.serverNames
        let host = address.host
        let own = try directory.authority.server(commonName: "kube-apiserver", names: names + (["0.0.0.0", "::"].contains(host) ? [] : [host]), at: hub.clock().wall)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(own.certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(own.key.utf8), format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(directory.authorityPEM.utf8)))
        tls.certificateVerification = .optionalVerification
        return Application(
            responder: gateway, server: .caredFor { [tls] in try HTTP2UpgradeChannel(tlsConfiguration: tls, responder: $0) },
            configuration: .init(address: .hostname(host, port: address.port), serverName: nil, backlog: 4096),
            onServerRunning: { ports.set(listener, $0.localAddress?.port ?? 0) }, logger: quiet)
    }

    /// Connections that end early are every client's right; they are not for the log.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .error)
        return logger
    }

    private func control(_ address: ListenAddress, _ ports: ListeningPorts<Listener>) -> some Service {
        let router = Router(context: BasicRequestContext.self)
        ControlRoutes(hub: hub).add(to: router)
        return Application(
            router: router, server: .caredFor { HTTP1Channel(responder: $0) }, configuration: .init(address: .hostname(address.host, port: address.port), serverName: "fake-kube-api"),
            onServerRunning: { ports.set(.control, $0.localAddress?.port ?? 0) }, logger: quiet)
    }

    private func announcer(_ ports: ListeningPorts<Listener>, _ onListening: @escaping @Sendable (Endpoints) -> Void) -> some Service {
        let (options, directory) = (options, directory)
        return Announcer {
            guard let found = await ports.all() else { return }
            let endpoints = Endpoints(
                api: "https://\(options.listen.reachableHost):\(found[.api] ?? 0)", control: options.control.map { "http://\($0.reachableHost):\(found[.control] ?? 0)" } ?? "",
                kubelet: options.kubelet.map { "https://\($0.listen.reachableHost):\(found[.kubelet] ?? 0)" } ?? "")
            try directory.publish(api: endpoints.api, control: endpoints.control, kubelet: endpoints.kubelet)
            if let path = options.kubeconfig { try directory.writeKubeconfig(to: path, server: endpoints.api) }
            onListening(endpoints)
        }
    }
}

/// Started first, so stopped last: writes what is left and closes the database.
private struct Keeper: Service {
    let journal: Journal

    func run() async throws {
        try? await gracefulShutdown()
        try await journal.close()
    }
}

/// Wakes watchers whose time has come, lets the control plane act, and ends all watches when the server stops.
private struct Housekeeping: Service {
    static let interval = Duration.milliseconds(100)
    static let roundsUntilAll = 20
    let hub: APIHub
    let journal: Journal

    func run() async throws {
        await withGracefulShutdownHandler {
            var rounds = 0
            while !Task.isCancelled && !Task.isShuttingDownGracefully {
                try? await Task.sleep(for: Self.interval)
                rounds += 1
                hub.wakeDue(everybody: rounds % Self.roundsUntilAll == 0)
                let version = hub.with { api, now in
                    api.tick(at: now)
                    return api.store.version
                }
                try? await journal.write(upTo: version)
            }
        } onGracefulShutdown: {
            hub.close()
        }
    }
}
