import Foundation
import Logging
import NIOCore
import NIOConcurrencyHelpers
import NIOPosix
import ServiceLifecycle

/// Answers subcommands on a unix socket that only its owner and root can open.
///
/// At most `clientsMax` at once (`tooManyClients`); a request is one line of at most 64 KiB.
struct ControlServer: Service {
    let path: String
    let logger: Logger
    /// Streams the answer's lines; ends when there are no more, or never for live events.
    let answer: @Sendable (ControlRequest) async -> AsyncStream<String>

    static let requestBytesMax = 64 << 10
    static let clientsMax = 16

    func run() async throws {
        try prepare()
        // whoever connects between bind and chmod would be too early
        let mask = umask(0o177)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        umask(mask)
        defer { unlink(path) }
        logger.info("control.listening", metadata: ["path": "\(path)"])
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { clients in
                    var limit = ClientLimit(most: Self.clientsMax)
                    for try await client in clients {
                        guard limit.admit() else {
                            try? await client.executeThenClose { _, outbound in try await outbound.write(ByteBuffer(string: #"{"error":"tooManyClients"}"# + "\n")) }
                            continue
                        }
                        let ticket = limit.ticket
                        group.addTask {
                            try? await serve(client)
                            ticket.release()
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }

    private func prepare() throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await client.executeThenClose { inbound, outbound in
            var request = ByteBuffer()
            for try await part in inbound {
                request.writeImmutableBuffer(part)
                if request.readableBytesView.contains(10) || request.readableBytes > Self.requestBytesMax { break }
            }
            guard let line = request.readableBytesView.split(separator: 10, maxSplits: 1).first,
                let parsed = try? JSONDecoder().decode(ControlRequest.self, from: Data(line))
            else {
                try await outbound.write(ByteBuffer(string: #"{"error":"malformedRequest"}"# + "\n"))
                return
            }
            for await text in await answer(parsed) { try await outbound.write(ByteBuffer(string: text + "\n")) }
        }
    }
}

/// Counts the clients that are connected.
private struct ClientLimit {
    let ticket: Ticket
    let most: Int

    init(most: Int) {
        self.most = most
        ticket = Ticket()
    }

    mutating func admit() -> Bool { ticket.take(most: most) }

    final class Ticket: Sendable {
        private let taken = NIOLockedValueBox(0)
        func take(most: Int) -> Bool {
            taken.withLockedValue {
                guard $0 < most else { return false }
                $0 += 1
                return true
            }
        }
        func release() { taken.withLockedValue { $0 -= 1 } }
    }
}
