import Clocks
import CPlatform
import Foundations
import Governor
import Host
import Logging
import PortalClient
import ServiceLifecycle
import Synchronization

/// The shell of the governor: reads what the sensor uses once a second, carries out what is decided.
final class GovernorService: Service {
    private let sensor: SensorThread
    private let files: FileWorkers
    private let runtimeData: RuntimeDataStore
    private let portal: PortalService?
    private let log: Logger
    private let governor: Mutex<Governor>
    private let cgroup: OwnCgroup
    private let sharesCgroup: Bool

    private static let interval: Duration = .seconds(1)

    init(
        limits: ResourceLimits, cgroup: OwnCgroup, tuning: GovernorTuning, sensor: SensorThread, files: FileWorkers, runtimeData: RuntimeDataStore, portal: PortalService?,
        log: Logger
    ) {
        governor = Mutex(Governor(limits: limits, tuning: tuning))
        self.cgroup = cgroup
        sharesCgroup = !cgroup.limits().isOwn
        (self.sensor, self.files, self.runtimeData, self.portal, self.log) = (sensor, files, runtimeData, portal, log)
    }

    struct Status: Sendable {
        var level: VisibilityLevel
        var limits: ResourceLimits
        var pressure: [Governor.Resource: Double]
    }

    var status: Status { governor.withLock { Status(level: $0.level, limits: $0.limits, pressure: $0.pressure) } }

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let (readings, now) = (readings(), SystemClock.monotonic())
            for effect in governor.withLock({ $0.handle(readings, at: now) }) { perform(effect) }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    private func readings() -> GovernorReadings {
        var out = GovernorReadings()
        out.cpuNanoseconds = OwnUsage.cpuNanoseconds()
        out.residentBytes = OwnUsage.residentBytes()
        out.cgroupBytes = sharesCgroup ? nil : cgroup.memoryBytes()
        out.ringFill = sensor.takeRingFill()
        out.ringLost = sensor.figures.counters.values.reduce(0) { $0 + ($1.lost["ringBuffer"] ?? 0) + ($1.lost["ringReserve"] ?? 0) }
        out.queues = queues()
        return out
    }

    /// The queues between the sensor's threads.
    func queues() -> [GovernorReadings.Queue] {
        var out: [GovernorReadings.Queue] = []
        func add(_ name: String, _ depth: Int, _ capacity: Int, _ refused: UInt64) { out.append(.init(name: name, depth: depth, capacity: capacity, refused: refused)) }
        let (inputs, effects) = (sensor.inbox.depth, sensor.outbox.depth)
        add("inputs", inputs.depth, inputs.capacity, inputs.refused)
        add("effects", effects.depth, effects.capacity, effects.refused)
        for (name, queue) in files.depths.sorted(by: { $0.key < $1.key }) { add(name, queue.depth, queue.capacity, queue.refused) }
        let rows = runtimeData.depth
        add("runtime-data", rows.depth, rows.capacity, rows.refused)
        return out
    }

    private func perform(_ effect: Governor.Effect) {
        switch effect {
        case .level(let level):
            log.warning("visibility.changed", metadata: ["level": "\(level.name)"])
            sensor.look(level)
            sensor.inbox.keep(share: level.queueShare)
            sensor.outbox.keep(share: level.queueShare)
            files.keep(share: level.queueShare)
            runtimeData.keep(share: level.queueShare)
        case .dropCaches:
            sensor.dropCaches()
            files.dropCaches()
            _ = platform_trim_heap()
        case .issue(let code, let severity, let message):
            portal?.report(issue: code, severity, message)
        }
    }
}
