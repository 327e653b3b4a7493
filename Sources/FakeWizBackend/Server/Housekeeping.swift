import Foundations
import ServiceLifecycle

/// What happens without a request: sensors fall silent, events expire, the event stream is kept alive, and publications of other processes are noticed.
struct Housekeeping: Service {
    static let period: Duration = .seconds(1)
    static let keepAliveTicks = 15
    static let expiryTicks = 60
    let portal: Portal

    func run() async throws {
        var newest = try await portal.store.newestDefinitionsVersion()
        var tick = 0
        await withGracefulShutdownHandler {
            while !Task.isShuttingDownGracefully && !Task.isCancelled {
                do {
                    let now = portal.clock().wall
                    let silent = try await portal.store.noticeSilence(at: now)
                    for id in silent { portal.logger.info("sensor.silent id=\(id)") }
                    if !silent.isEmpty {
                        portal.changes.publish(.sensors)
                        portal.changes.publish(.healthIssues)
                    }
                    let version = try await portal.store.newestDefinitionsVersion()
                    if version != newest {
                        newest = version
                        portal.changes.publish(.definitions)
                    }
                    if tick % Self.keepAliveTicks == 0 { portal.changes.publish(.keepAlive) }
                    if tick % Self.expiryTicks == 0 {
                        let expired = try await portal.store.expire(at: now)
                        if expired > 0 { portal.changes.publish(.cloudEvents) }
                    }
                } catch {
                    // The next tick tries again; the requests that need the database say what is wrong with it.
                    portal.logger.error("housekeeping.failed error=\(error)")
                }
                tick += 1
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.period) }
            }
        } onGracefulShutdown: {
            portal.changes.close()
        }
    }
}
