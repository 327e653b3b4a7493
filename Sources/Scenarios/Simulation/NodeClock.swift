import Foundations

/// The clocks of one simulated machine, as they really are: boot time that begins anew at each boot and counts while the machine is
/// suspended (`CLOCK_BOOTTIME`), and a wall clock that administrators step and that drifts.
struct NodeClock: Sendable {
    /// 2026-01-01T00:00:00Z, the wall time at which a run begins.
    static let epoch = WallInstant(nanoseconds: 1_767_225_600_000_000_000)

    private(set) var boots = 1
    private var bootedAt: WorldTime
    /// What a machine's boot clock shows when its sensor starts for the first time.
    private var uptimeAtStart: Duration
    /// Wall clock minus world time.
    private(set) var wallError: Duration = .zero
    /// Wall seconds gained in a million seconds.
    private var drift: Double
    private var driftSince: WorldTime = .zero

    init(uptime: Duration, driftPerMillion: Double) {
        bootedAt = .zero
        uptimeAtStart = uptime
        drift = driftPerMillion
    }

    /// The wall clock goes at the right speed (it may be off by a constant).
    var isTrue: Bool { drift == 0 }
    var bootID: String { "boot-\(boots)" }

    func monotonic(at world: WorldTime) -> MonotonicInstant { MonotonicInstant.zero + uptimeAtStart + (world - bootedAt) }

    func now(at world: WorldTime) -> Now {
        let drifted = Duration.nanoseconds(Int64(Double((world - driftSince).nanoseconds) * drift / 1e6))
        return Now(monotonic: monotonic(at: world), wall: Self.epoch + .nanoseconds(world.nanoseconds) + wallError + drifted)
    }

    /// The world's time when this machine's boot clock shows `instant`.
    func world(of instant: MonotonicInstant) -> WorldTime { bootedAt + (instant - (MonotonicInstant.zero + uptimeAtStart)) }

    mutating func stepWall(by span: Duration) { wallError += span }

    mutating func reboot(at world: WorldTime) {
        boots += 1
        bootedAt = world
        // kernels count from zero; the sensor starts a little later
        uptimeAtStart = .seconds(3)
    }

    /// The wall clock shows the right time from now on.
    mutating func synchronise(at world: WorldTime) {
        wallError = .zero
        drift = 0
        driftSince = world
    }
}
