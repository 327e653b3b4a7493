import Clocks
import ContainerRuntime
import ContractGRPC
import Enrichment
import Foundation
import Foundations
import GRPCCore
import GRPCNIOTransportHTTP2
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// A folder for sockets, short enough for their addresses.
final class SocketFolder {
    let url: URL
    init() throws {
        url = URL(fileURLWithPath: "/tmp/wiz-cri-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }
}

/// A runtime that speaks CRI: holds what a test put there.
final class FakeCRI: Sendable, Runtime_V1_RuntimeService.SimpleServiceProtocol {
    private struct State {
        var sandboxes: [String: Runtime_V1_PodSandbox] = [:]
        var containers: [String: Runtime_V1_Container] = [:]
        var streams: [AsyncStream<Runtime_V1_ContainerEventResponse>.Continuation] = []
    }
    let path: String
    private let hasEvents: Bool
    private let state = Mutex(State())

    private init(path: String, hasEvents: Bool) { (self.path, self.hasEvents) = (path, hasEvents) }

    /// Serves as long as the body lasts.
    static func with(path given: String? = nil, hasEvents: Bool, _ body: @escaping @Sendable (FakeCRI) async throws -> Void) async throws {
        let folder = try SocketFolder()
        let path = given ?? folder.url.path + "/cri.sock"
        let runtime = FakeCRI(path: path, hasEvents: hasEvents)
        let server = GRPCServer(transport: .http2NIOPosix(address: .unixDomainSocket(path: path), transportSecurity: .plaintext), services: [runtime])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            _ = try await server.listeningAddress
            let result: Result<Void, any Error>
            do { result = .success(try await body(runtime)) } catch { result = .failure(error) }
            runtime.state.withLock { for stream in $0.streams { stream.finish() } }
            // a runtime that is ended leaves its clients without a word
            group.cancelAll()
            while await group.nextResult() != nil {}
            unlink(path)
            try result.get()
        }
        withExtendedLifetime(folder) {}
    }

    func addPod(_ id: String, name: String, namespace: String, uid: String, labels: [String: String]) {
        state.withLock { state in
            state.sandboxes[id] = .with {
                $0.id = id
                $0.metadata = .with { ($0.name, $0.namespace, $0.uid) = (name, namespace, uid) }
                $0.labels = labels
                $0.createdAt = 500
            }
        }
    }

    func addContainer(_ id: String, in sandbox: String, name: String) {
        state.withLock { state in
            state.containers[id] = .with {
                $0.id = id
                $0.podSandboxID = sandbox
                $0.metadata.name = name
                // as the kubelet asks for it: by the image's id
                $0.image.image = "sha256:" + String(repeating: "e", count: 64)
                $0.createdAt = 1_000
                $0.labels = ["own": name]
            }
        }
    }

    func remove(_ id: String) { state.withLock { _ = $0.containers.removeValue(forKey: id) } }

    func announce(_ id: String, _ type: Runtime_V1_ContainerEventType) {
        state.withLock { for stream in $0.streams { stream.yield(.with { ($0.containerID, $0.containerEventType) = (id, type) }) } }
    }

    func version(request: Runtime_V1_VersionRequest, context: ServerContext) async throws -> Runtime_V1_VersionResponse {
        .with { ($0.runtimeName, $0.runtimeApiVersion) = ("containerd", "v1") }
    }

    func listPodSandbox(request: Runtime_V1_ListPodSandboxRequest, context: ServerContext) async throws -> Runtime_V1_ListPodSandboxResponse {
        let all = state.withLock { $0.sandboxes.values.filter { request.filter.id.isEmpty || $0.id.hasPrefix(request.filter.id) } }
        return .with { $0.items = all }
    }

    func listContainers(request: Runtime_V1_ListContainersRequest, context: ServerContext) async throws -> Runtime_V1_ListContainersResponse {
        let all = state.withLock { $0.containers.values.filter { request.filter.id.isEmpty || $0.id.hasPrefix(request.filter.id) } }
        return .with { $0.containers = all }
    }

    func containerStatus(request: Runtime_V1_ContainerStatusRequest, context: ServerContext) async throws -> Runtime_V1_ContainerStatusResponse {
        guard let container = state.withLock({ $0.containers[request.containerID] }) else { throw RPCError(code: .notFound, message: "no container \(request.containerID)") }
        return .with {
            $0.status = .with {
                $0.id = container.id
                $0.metadata = container.metadata
                $0.createdAt = container.createdAt
                $0.startedAt = 2_000
                $0.image.image = "registry.example/\(container.metadata.name):1"
                $0.imageRef = "registry.example/\(container.metadata.name)@sha256:" + String(repeating: "d", count: 64)
                $0.mounts = [.with { ($0.hostPath, $0.containerPath, $0.readonly, $0.propagation) = ("/srv", "/data", true, .propagationBidirectional) }]
            }
        }
    }

    func getContainerEvents(request: Runtime_V1_GetEventsRequest, response: RPCWriter<Runtime_V1_ContainerEventResponse>, context: ServerContext) async throws {
        guard hasEvents else { throw RPCError(code: .unimplemented, message: "unknown method GetContainerEvents") }
        let (events, continuation) = AsyncStream.makeStream(of: Runtime_V1_ContainerEventResponse.self)
        state.withLock { $0.streams.append(continuation) }
        for await event in events { try await response.write(event) }
    }
}

/// A server that speaks HTTP over a unix socket and gives one answer for each path, 404 for others.
final class FakeDocker: Sendable {
    let path: String
    private init(path: String) { self.path = path }

    static func with(answers: [String: String], _ body: (FakeDocker) async throws -> Void) async throws {
        let folder = try SocketFolder()
        let docker = FakeDocker(path: folder.url.path + "/docker.sock")
        let server = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answering(answers))
                }
            }
            .bind(unixDomainSocketPath: docker.path).get()
        do { try await body(docker) } catch {
            try await server.close()
            throw error
        }
        try await server.close()
        withExtendedLifetime(folder) {}
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answers: [String: String]
        private var path = ""

        init(_ answers: [String: String]) { self.answers = answers }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): path = String(head.uri.prefix { $0 != "?" })
            case .body: break
            case .end:
                let answer = answers[path]
                let body = context.channel.allocator.buffer(string: answer ?? "{}")
                let isStream = path == "/events" && answer != nil
                var head = HTTPResponseHead(version: .http1_1, status: answer == nil ? .notFound : .ok)
                if isStream { head.headers.add(name: "Transfer-Encoding", value: "chunked") } else { head.headers.add(name: "Content-Length", value: "\(body.readableBytes)") }
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
                // a stream of events stays open
                if !isStream { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
            }
        }
    }
}

/// A running client of container runtimes, and what it told.
final class RuntimeListener: Sendable {
    let service: ContainerRuntimeService
    private let box: Box

    private final class Box: Sendable {
        let inputs = Mutex<[RuntimeContainers.Input]>([])
        let states = Mutex<[RuntimeState]>([])
        let changes: AsyncStream<Void>
        let change: AsyncStream<Void>.Continuation
        init() { (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }
    }

    private init(_ service: ContainerRuntimeService, _ box: Box) { (self.service, self.box) = (service, box) }

    /// Asks as long as the body lasts.
    static func with(_ paths: [String], _ body: @escaping @Sendable (RuntimeListener) async throws -> Void) async throws {
        var tuning = RuntimeTuning()
        tuning.retryInitial = .milliseconds(20)
        tuning.retryMax = .milliseconds(100)
        tuning.eventsProven = .milliseconds(50)
        let box = Box()
        let service = ContainerRuntimeService(
            sockets: paths.compactMap(RuntimeSocket.init), roots: [""], tuning: tuning, seed: 3, group: NIOSingletons.posixEventLoopGroup, clock: SystemClock.now,
            tell: { input in
                box.inputs.withLock { $0.append(input) }
                box.change.yield()
            },
            report: { state, _ in
                box.states.withLock { $0.append(state) }
                box.change.yield()
            })
        let listener = RuntimeListener(service, box)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            defer { group.cancelAll() }
            try await body(listener)
        }
    }

    var inputs: [RuntimeContainers.Input] { box.inputs.withLock { $0 } }
    var states: [RuntimeState] { box.states.withLock { $0 } }

    /// The last that was told of it.
    func container(_ id: String) -> RuntimeContainer? {
        inputs.reversed().lazy.compactMap { if case .container(let container) = $0, container.id == id { container } else { nil } }.first
    }

    /// Until the condition holds; looked at after each change.
    func wait(_ what: String, _ holds: @Sendable () async -> Bool) async throws {
        if await holds() { return }
        for await _ in box.changes { if await holds() { return } }
        throw TestProblem("ended without: \(what): \(states) \(inputs)")
    }
}
