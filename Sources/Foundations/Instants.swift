/// Time since boot, suspend included, as the kernel stamps probe messages (`bpf_ktime_get_boot_ns`). Nanoseconds.
///
/// The three kinds of instant are types of their own so that a stamp from the kernel, a deadline and a time for the wire
/// are never compared with one another by accident.
package struct BootInstant: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
}

/// Time that only moves forward and that no administrator can step (`CLOCK_BOOTTIME` of the running process). Nanoseconds.
/// Deadlines, back-off and outages are counted in it; it means nothing on another machine or after a reboot.
package struct MonotonicInstant: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let zero = MonotonicInstant(nanoseconds: 0)
    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func + (a: Self, b: Duration) -> Self { .init(nanoseconds: a.nanoseconds &+ b.nanoseconds) }
    package static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }
}

/// Wall-clock time for the wire, for people and for what must survive a restart. Nanoseconds since 1970-01-01T00:00:00Z.
/// May step in either direction; nothing that must not be lost may depend on its order.
package struct WallInstant: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    package init(secondsSince1970 seconds: Double) { nanoseconds = Int64(seconds * 1e9) }

    package var secondsSince1970: Double { Double(nanoseconds) / 1e9 }
    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func + (a: Self, b: Duration) -> Self { .init(nanoseconds: a.nanoseconds &+ b.nanoseconds) }
    package static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds &- b.nanoseconds) }
    package static func - (a: Self, b: Duration) -> Self { .init(nanoseconds: a.nanoseconds &- b.nanoseconds) }
}

/// The instant at which a room handles an input, on both clocks. Made by the shell, handed in, never fetched.
package struct Now: Hashable, Sendable {
    package var monotonic: MonotonicInstant
    package var wall: WallInstant

    package init(monotonic: MonotonicInstant, wall: WallInstant) {
        self.monotonic = monotonic
        self.wall = wall
    }

    /// Both clocks moved on by the same span: what a simulator does between two steps.
    package func advanced(by span: Duration) -> Now { .init(monotonic: monotonic + span, wall: wall + span) }
}

extension Duration {
    /// The span in nanoseconds; spans beyond 292 years saturate.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return scaled &+ attoseconds / 1_000_000_000
    }

    /// The span in seconds, for arithmetic that may round.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }

    package static func minutes(_ n: Int64) -> Duration { .seconds(n * 60) }
    package static func hours(_ n: Int64) -> Duration { .seconds(n * 3600) }
}
