import Foundations
import Testing

@Suite struct SeededGeneratorTests {
    @Test func theNumbersAreThoseOfThePublishedAlgorithm() {
        // xoshiro256** over SplitMix64(0), computed by an independent implementation
        var random = SeededGenerator(seed: 0)
        let drawn = (0..<4).map { _ in random.next() }
        #expect(drawn == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0, 0x6AA5_94F1_262D_2D2C])
    }

    @Test func equalSeedsGiveEqualNumbersAndOthersDoNot() {
        func draw(_ seed: UInt64) -> [UInt64] {
            var random = SeededGenerator(seed: seed)
            return (0..<100).map { _ in random.next() }
        }
        #expect(draw(7) == draw(7))
        #expect(draw(7) != draw(8))
        #expect(Set(draw(7)).count == 100)
    }

    @Test func theNumbersAreSpreadEvenly() {
        var random = SeededGenerator(seed: 3)
        var buckets = [Int](repeating: 0, count: 16)
        for _ in 0..<160_000 { buckets[Int.random(in: 0..<16, using: &random)] += 1 }
        #expect(buckets.allSatisfy { abs($0 - 10_000) < 500 })
    }
}
