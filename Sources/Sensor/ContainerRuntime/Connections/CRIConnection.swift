internal import ContractGRPC
internal import Enrichment
internal import Foundations
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
internal import NIOCore
internal import NIOPosix
internal import SwiftProtobuf
internal import Synchronization

/// Kubernetes's Container Runtime Interface, `runtime.v1`, over a unix socket.
///
/// One HTTP/2 connection without reconnects of its own: when to try again is decided above.
struct CRIConnection: RuntimeConnection {
    typealias Transport = HTTP2ClientTransport.WrappedChannel

    /// A list of containers; the kubelet takes as much.
    static let messageBytesMax = 16 << 20

    private let channel: any Channel
    private let client: GRPCClient<Transport>
    private let runtime: Runtime_V1_RuntimeService.Client<Transport>
    private let timeout: Duration

    /// Connects; asks nothing yet.
    static func open(path: String, group: any EventLoopGroup, timeout: Duration) async throws(RuntimeFailure) -> CRIConnection {
        let config = Transport.Config.defaults { config in
            // what gRPC sends for unix sockets, where a path is no authority
            config.http2.authority = "localhost"
            config.http2.targetWindowSize = 1 << 20
        }
        do {
            let opened = Mutex<(any Channel)?>(nil)
            let transport = try await Transport.wrapping(config: config) { configure in
                let configured = try await ClientBootstrap(group: group).connectTimeout(.nanoseconds(timeout.nanoseconds)).connect(unixDomainSocketPath: path) { configure($0) }
                opened.withLock { $0 = configured.channel }
                return configured
            }
            guard let channel = opened.withLock({ $0 }) else { throw RuntimeFailure(.unreachable, "no channel") }
            let client = GRPCClient(transport: transport)
            return CRIConnection(channel: channel, client: client, runtime: .init(wrapping: client), timeout: timeout)
        } catch { throw UnixSocket.name(error) }
    }

    func run() async { try? await client.runConnections() }

    func close() async {
        client.beginGracefulShutdown()
        try? await channel.close()
    }

    func name() async throws(RuntimeFailure) -> String {
        let reply = try await call { runtime, options in try await runtime.version(Runtime_V1_VersionRequest(), options: options) }
        // containerd, cri-o, docker
        return reply.runtimeName
    }

    func list() async throws(RuntimeFailure) -> [RuntimeContainer] {
        let name = try await name()
        let sandboxes = try await call { runtime, options in try await runtime.listPodSandbox(Runtime_V1_ListPodSandboxRequest(), options: options).items }
        let containers = try await call { runtime, options in try await runtime.listContainers(Runtime_V1_ListContainersRequest(), options: options).containers }
        let pods = Dictionary(sandboxes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return sandboxes.map { RuntimeContainer($0, runtime: name) } + containers.map { RuntimeContainer($0, in: pods[$0.podSandboxID], runtime: name) }
    }

    func find(_ id: String) async throws(RuntimeFailure) -> RuntimeContainer? {
        let name = try await name()
        let containers = try await call { runtime, options in try await runtime.listContainers(.with { $0.filter.id = id }, options: options).containers }
        // a filter takes the beginning of an id too
        guard let container = containers.first(where: { $0.id == id }) else { return try await sandbox(id).map { RuntimeContainer($0, runtime: name) } }
        return try await details(of: RuntimeContainer(container, in: try await sandbox(container.podSandboxID), runtime: name))
    }

    func details(of container: RuntimeContainer) async throws(RuntimeFailure) -> RuntimeContainer? {
        guard container.name != nil else { return container }
        let id = container.id
        let status = try await missing { runtime, options in try await runtime.containerStatus(.with { $0.containerID = id }, options: options).status }
        guard let status else { return nil }
        var out = container
        out.add(status)
        return out
    }

    func events(_ onEvent: @escaping @Sendable (RuntimeEvent) async -> Void) async throws(RuntimeFailure) {
        do {
            try await runtime.getContainerEvents(Runtime_V1_GetEventsRequest()) { reply in
                for try await event in reply.messages { if let known = RuntimeEvent(event) { await onEvent(known) } }
            }
        } catch { throw Self.name(error, isBroken: false) }
    }

    // MARK: Calls

    private func call<Reply: Sendable>(_ body: @Sendable (Runtime_V1_RuntimeService.Client<Transport>, CallOptions) async throws -> Reply) async throws(RuntimeFailure) -> Reply {
        var options = CallOptions.defaults
        options.timeout = timeout
        options.maxResponseMessageBytes = Self.messageBytesMax
        do { return try await body(runtime, options) } catch { throw Self.name(error, isBroken: !channel.isActive) }
    }

    /// nil for what the runtime does not have.
    private func missing<Reply: Sendable>(_ body: @Sendable (Runtime_V1_RuntimeService.Client<Transport>, CallOptions) async throws -> Reply) async throws(RuntimeFailure) -> Reply? {
        try await call { runtime, options in
            do { return try await body(runtime, options) } catch let error as RPCError where error.code == .notFound { return nil }
        }
    }

    private func sandbox(_ id: String) async throws(RuntimeFailure) -> Runtime_V1_PodSandbox? {
        try await call { runtime, options in try await runtime.listPodSandbox(.with { $0.filter.id = id }, options: options).items.first { $0.id == id } }
    }

    private static func name(_ error: any Error, isBroken: Bool) -> RuntimeFailure {
        if let failure = error as? RuntimeFailure { return failure }
        guard let error = error as? RPCError else { return RuntimeFailure(.badReply, String("\(error)".prefix(200)), isBroken: isBroken) }
        let detail = "\(error.code.description.lowercased()): \(error.message.prefix(200))"
        if let cause = error.cause, cause is BinaryDecodingError || cause is SwiftProtobufError { return RuntimeFailure(.badReply, "a message that cannot be read", isBroken: isBroken) }
        return switch error.code {
        case .unimplemented: RuntimeFailure(.unsupported, detail, isBroken: isBroken)
        case .deadlineExceeded: RuntimeFailure(.timedOut, detail)
        case .permissionDenied, .unauthenticated: RuntimeFailure(.refused, detail, isBroken: isBroken)
        case .unavailable, .cancelled: RuntimeFailure(.unreachable, detail)
        default: RuntimeFailure(.badReply, detail, isBroken: isBroken)
        }
    }
}

extension RuntimeEvent {
    /// nil for what says nothing new.
    fileprivate init?(_ event: Runtime_V1_ContainerEventResponse) {
        guard !event.containerID.isEmpty else { return nil }
        switch event.containerEventType {
        case .containerCreatedEvent, .containerStartedEvent: self = .begun(id: event.containerID)
        case .containerDeletedEvent: self = .removed(id: event.containerID)
        case .containerStoppedEvent, .UNRECOGNIZED: return nil
        }
    }
}
