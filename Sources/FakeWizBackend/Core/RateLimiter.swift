package import Foundations

/// A token bucket for each key.
package struct RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: MonotonicInstant
    }

    package let perSecond: Double
    package let burst: Double
    /// Most keys remembered; beyond, buckets that are full again are forgotten, and when none is, the whole table.
    package let keysMax: Int
    /// Requests refused.
    package private(set) var refused: UInt64 = 0
    private var buckets: [String: Bucket] = [:]

    package init(perSecond: Double, burst: Double, keysMax: Int = 10_000) {
        self.perSecond = perSecond
        self.burst = burst
        self.keysMax = keysMax
    }

    /// Takes one token.
    /// - Returns: nil when the request may pass, else the whole seconds after which one would.
    package mutating func take(_ key: String, at now: MonotonicInstant) -> Int? {
        if buckets[key] == nil, buckets.count >= keysMax {
            buckets = buckets.filter { refilled($0.value, at: now) < burst }
            if buckets.count >= keysMax { buckets = [:] }
        }
        var bucket = buckets[key] ?? Bucket(tokens: burst, at: now)
        bucket.tokens = refilled(bucket, at: now)
        bucket.at = now
        defer { buckets[key] = bucket }
        guard bucket.tokens < 1 else {
            bucket.tokens -= 1
            return nil
        }
        refused += 1
        return max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
    }

    private func refilled(_ bucket: Bucket, at now: MonotonicInstant) -> Double {
        min(burst, bucket.tokens + max(0, (now - bucket.at).inSeconds) * perSecond)
    }
}
