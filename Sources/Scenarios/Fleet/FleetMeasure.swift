/// Figures out of instants: how many a second, how far apart. Takes seconds since some moment, in any order.
package struct FleetMeasure: Sendable, Hashable, Codable {
    package var count: Int
    /// In the fullest second of those that begin with a request.
    package var peakPerSecond: Int
    /// From the first to the last, over at least a second.
    package var meanPerSecond: Double
    /// How many began in each second, from the first one on; at most `secondsMax`.
    package var perSecond: [Int]

    package static let secondsMax = 600

    package init(_ instants: [Double]) {
        let times = instants.sorted()
        count = times.count
        guard let first = times.first, let last = times.last else {
            (peakPerSecond, meanPerSecond, perSecond) = (0, 0, [])
            return
        }
        var peak = 0
        var end = 0
        for (begin, time) in times.enumerated() {
            while end < times.count, times[end] < time + 1 { end += 1 }
            peak = max(peak, end - begin)
        }
        peakPerSecond = peak
        meanPerSecond = Double(count) / max(1, last - first)
        perSecond = [Int](repeating: 0, count: min(Self.secondsMax, Int(last - first) + 1))
        for time in times where Int(time - first) < perSecond.count { perSecond[Int(time - first)] += 1 }
    }

    /// Between one and the next of the same sensor.
    package static func gaps(_ instants: [[Double]]) -> [Double] {
        instants.flatMap { times in
            let sorted = times.sorted()
            return zip(sorted, sorted.dropFirst()).map { $1 - $0 }
        }.sorted()
    }

    /// Of sorted values; nil when there is none.
    package static func quantile(_ q: Double, of sorted: [Double]) -> Double? {
        sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(Double(sorted.count) * q))]
    }
}
