import Contract
import Foundations
import GRPCCore
import GRPCNIOTransportHTTP2
import ServiceLifecycle
import Serving

/// The gRPC port: TLS 1.2 or newer, ALPN required.
struct GRPCListener: Service {
    private let server: GRPCServer<HTTP2ServerTransport.Posix>

    init(portal: Portal, address: ListenAddress, certificate: HandshakeCertificate) throws {
        var router = RPCRouter<HTTP2ServerTransport.Posix>()
        let route = GRPCRoute(portal: portal)
        FleetService(portal: portal).register(with: route, in: &router)
        DefinitionsService(portal: portal).register(with: route, in: &router)
        ReputationService(portal: portal).register(with: route, in: &router)
        let security = try HTTP2ServerTransport.Posix.TransportSecurity.tls(certificateReloader: certificate) { $0.requireALPN = true }
        let configuration = HTTP2ServerTransport.Posix.Config.defaults { configuration in
            // Sensors ping when idle to notice a dead path; the default would answer with GOAWAY "too_many_pings".
            configuration.connection.keepalive.clientBehavior = .init(minPingIntervalWithoutCalls: .seconds(5), allowWithoutCalls: true)
            // Four times what is taken: a message in between is refused with its status, one beyond by a reset.
            configuration.rpc.maxRequestPayloadSize = 16 * 1024 * 1024
            configuration.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
                portal.gate.accepted(channel, at: portal.clock())
                return channel.eventLoop.makeSucceededVoidFuture()
            }
        }
        server = GRPCServer(
            transport: .http2NIOPosix(
                address: address.host.contains(":") ? .ipv6(host: address.host, port: address.port) : .ipv4(host: address.host, port: address.port),
                transportSecurity: security, config: configuration), router: router)
    }

    /// The port it got; waits until it listens.
    var port: Int {
        get async throws {
            let address = try await server.listeningAddress
            return address?.ipv4?.port ?? address?.ipv6?.port ?? 0
        }
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.serve()
        } onGracefulShutdown: {
            server.beginGracefulShutdown()
        }
    }
}
