import Foundations
import Testing

@Suite struct BoundedQueueTests {
    @Test func atTheBoundTheNewestIsRefusedAndCounted() {
        var queue = BoundedQueue<Int>(capacity: 3)
        let taken = (1...5).map { queue.push($0) }
        #expect(taken == [true, true, true, false, false])
        #expect(queue.refused == 2)
        #expect(queue.drain() == [1, 2, 3])
        #expect(queue.isEmpty)
    }

    @Test(arguments: UInt64(1)...20) func itIsAQueueWhateverTheOrderOfCalls(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let capacity = Int.random(in: 1...40, using: &random)
        var queue = BoundedQueue<Int>(capacity: capacity)
        var model: [Int] = []
        for n in 0..<500 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0...2:
                let isTaken = queue.push(n)
                #expect(isTaken == (model.count < capacity))
                if isTaken { model.append(n) }
            case 3:
                let first = queue.pop()
                #expect(first == (model.isEmpty ? nil : model.removeFirst()))
            default:
                let limit = Int.random(in: 0...5, using: &random)
                let drained = queue.drain(limit: limit)
                #expect(drained == Array(model.prefix(limit)))
                model.removeFirst(drained.count)
            }
            #expect(queue.count == model.count)
        }
    }

    @Test func aNarrowerBoundKeepsWhatWaitsAndRefusesWhatComes() {
        var queue = BoundedQueue<Int>(capacity: 100)
        for n in 0..<50 { queue.push(n) }
        queue.capacity = 10
        #expect(queue.push(50) == false)
        #expect(queue.drain() == Array(0..<50))
        for n in 0..<12 { #expect(queue.push(n) == (n < 10)) }
        queue.capacity = 100
        for n in 10..<100 { queue.push(n) }
        #expect(queue.drain() == Array(0..<100))
        #expect(queue.refused == 3)
    }
}
