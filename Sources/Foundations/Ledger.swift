/// Why something that was accepted will not arrive. The name is what people see in statistics and heartbeats.
package struct LossCause: Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let name: String

    package init(_ name: String) { self.name = name }
    package init(stringLiteral value: StaticString) { name = "\(value)" }

    package var description: String { name }
    package static func < (a: Self, b: Self) -> Bool { a.name < b.name }

    package init(from decoder: any Decoder) throws { name = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// Counted losses: every bound in the system that drops, evicts or truncates writes here, by place and cause.
///
/// A place is a queue, stream or event kind (`exec`, `detections`, `handover`), a cause says what happened at its bound
/// (`ringBuffer`, `spoolFull`, `stale`). Counters only grow; sums over causes are what a heartbeat reports.
package struct Ledger: Sendable, Equatable {
    package private(set) var counts: [String: [LossCause: UInt64]] = [:]

    package init() {}

    package mutating func count(_ cause: LossCause, at place: String, by n: UInt64 = 1) {
        guard n > 0 else { return }
        counts[place, default: [:]][cause, default: 0] += n
    }

    package func lost(at place: String) -> UInt64 { counts[place, default: [:]].values.reduce(0, +) }
    package func lost(at place: String, _ cause: LossCause) -> UInt64 { counts[place]?[cause] ?? 0 }

    package mutating func merge(_ other: Ledger) {
        for (place, causes) in other.counts {
            for (cause, n) in causes { count(cause, at: place, by: n) }
        }
    }
}
