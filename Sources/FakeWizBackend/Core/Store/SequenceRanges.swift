/// The sequence numbers of one stream that were taken, as ranges: a stream in order is one range, however long.
package struct SequenceRanges: Sendable, Hashable, Codable {
    /// Most gaps kept. Beyond, the two lowest ranges are joined, so that a record from the gap between them would count as taken.
    package static let gapsMax = 10_000

    package private(set) var ranges: [ClosedRange<UInt64>] = []
    /// Gaps given up because there were too many.
    package private(set) var gapsForgotten: UInt64 = 0

    package init() {}

    /// The highest number taken; 0 when none was.
    package var watermark: UInt64 { ranges.last?.upperBound ?? 0 }

    /// Takes a number. False when it was taken before.
    package mutating func insert(_ n: UInt64) -> Bool {
        let at = firstRange(endingAtOrAfter: n)
        if at < ranges.count, ranges[at].contains(n) { return false }
        let touchesBefore = at > 0 && ranges[at - 1].upperBound == n &- 1 && n > 0
        let touchesAfter = at < ranges.count && n < .max && ranges[at].lowerBound == n + 1
        switch (touchesBefore, touchesAfter) {
        case (true, true):
            ranges[at - 1] = ranges[at - 1].lowerBound...ranges[at].upperBound
            ranges.remove(at: at)
        case (true, false): ranges[at - 1] = ranges[at - 1].lowerBound...n
        case (false, true): ranges[at] = n...ranges[at].upperBound
        case (false, false):
            ranges.insert(n...n, at: at)
            if ranges.count > Self.gapsMax {
                ranges[1] = ranges[0].lowerBound...ranges[1].upperBound
                ranges.remove(at: 0)
                gapsForgotten += 1
            }
        }
        return true
    }

    private func firstRange(endingAtOrAfter n: UInt64) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < n { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
