import BackendCore
import Foundations
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Serving

/// The HTTPS port (token, ingest, API, page) and the control port, as Hummingbird applications.
enum HTTPListener {
    /// - Parameter viewerToken: nil leaves the API and the page open.
    static func portal(
        _ portal: Portal, address: ListenAddress, tls: TLSConfiguration, viewerToken: String?, hasSwitches: Bool, onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some Service {
        let router = Router(context: PortalRequestContext.self)
        let connections = OpenConnections()
        router.add(middleware: ConnectionMiddleware(connections: connections))
        router.add(middleware: ErrorMiddleware(logger: portal.logger))
        router.get("/healthz") { _, _ in try Response.json(["status": "ok"]) }
        router.get("/metrics") { _, _ in
            let text = MetricsText.render(try await MetricsText.figures(of: portal))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .contentLength: String(text.utf8.count)],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        TokenRoute(portal: portal).add(to: router)
        IngestRoutes(portal: portal).add(to: router)
        ScanRoute(portal: portal).add(to: router)
        let viewers = router.group().add(middleware: ViewerAuth(token: viewerToken))
        PortalRoutes(portal: portal).add(to: viewers.group("/api/v1"))
        WebRoutes(portal: portal, hasSwitches: hasSwitches).add(page: viewers)
        let application = Application(
            router: router, server: .caredFor { try HTTP2UpgradeChannel(tlsConfiguration: tls, responder: $0) },
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "fake-wiz-backend"),
            onServerRunning: { onListening($0.localAddress?.port ?? 0) }, logger: portal.logger)
        return EndingConnections(listener: application) { connections.closeAll() }
    }

    static func control(_ portal: Portal, address: ListenAddress, onListening: @escaping @Sendable (Int) -> Void) -> some Service {
        let router = Router(context: PortalRequestContext.self)
        let connections = OpenConnections()
        router.add(middleware: ConnectionMiddleware(connections: connections))
        router.add(middleware: ErrorMiddleware(logger: portal.logger))
        router.get("/healthz") { _, _ in try Response.json(["status": "ok"]) }
        ControlRoutes(portal: portal).add(to: router)
        let application = Application(
            router: router, server: .caredFor { HTTP1Channel(responder: $0) },
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "fake-wiz-backend"),
            onServerRunning: { onListening($0.localAddress?.port ?? 0) }, logger: portal.logger)
        return EndingConnections(listener: application) { connections.closeAll() }
    }
}
