import ServiceLifecycle

/// Says once that everything listens, then waits for the end.
package struct Announcer: Service {
    private let announce: @Sendable () async throws -> Void

    package init(_ announce: @escaping @Sendable () async throws -> Void) {
        self.announce = announce
    }

    package func run() async throws {
        try await cancelWhenGracefulShutdown { try await announce() }
        try await gracefulShutdown()
    }
}
