import BackendCore
import Foundations
import Testing

@Suite("Sequence ranges")
struct SequenceRangesTests {
    @Test func agreesWithASetWhateverTheOrder() {
        for seed in UInt64(1)...20 {
            var (generator, ranges, model) = (SeededGenerator(seed: seed), SequenceRanges(), Set<UInt64>())
            for _ in 0..<400 {
                let n = UInt64.random(in: 0...150, using: &generator)
                #expect(ranges.insert(n) == model.insert(n).inserted)
                #expect(ranges.watermark == model.max())
            }
            #expect(ranges.ranges.reduce(0) { $0 + $1.count } == model.count)
            #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }, "ranges are apart and in order")
        }
    }

    @Test func aStreamInOrderIsOneRange() {
        var ranges = SequenceRanges()
        for n in UInt64(1)...10_000 { _ = ranges.insert(n) }
        #expect(ranges.ranges == [1...10_000])
    }

    @Test func theEndsOfTheNumbersAreNoTrap() {
        var ranges = SequenceRanges()
        let taken = [UInt64.max, 0, .max - 1, 1, .max, 0].map { ranges.insert($0) }
        #expect(taken == [true, true, true, true, false, false])
        #expect(ranges.ranges == [0...1, (.max - 1)...UInt64.max])
    }

    @Test func tooManyGapsJoinTheLowestAndAreCounted() {
        var ranges = SequenceRanges()
        for n in 0...UInt64(SequenceRanges.gapsMax) { _ = ranges.insert(n * 2 + 1) }
        #expect(ranges.ranges.count == SequenceRanges.gapsMax && ranges.gapsForgotten == 1)
        let isNew = ranges.insert(2)
        #expect(!isNew, "the number in the forgotten gap counts as taken")
    }
}
