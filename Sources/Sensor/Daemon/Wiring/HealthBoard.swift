import PortalClient
import Synchronization

/// Lets the portal's client, which is made first, ask the statistics, which are made last.
final class HealthBoard: Sendable {
    private let source = Mutex<(@Sendable () async -> SensorHealth)?>(nil)

    func ask(_ source: @escaping @Sendable () async -> SensorHealth) { self.source.withLock { $0 = source } }

    func health() async -> SensorHealth {
        let ask = source.withLock { $0 }
        return await ask?() ?? SensorHealth()
    }
}
