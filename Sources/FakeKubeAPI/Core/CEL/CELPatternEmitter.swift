/// Writes the program of a pattern.
struct CELPatternEmitter {
    private(set) var program: [CELPattern.Instruction] = []
    /// Repetitions of nothing make no instruction and still take time.
    private var steps = 0

    mutating func emit(_ node: CELPatternNode) throws(CELPattern.Problem) {
        steps += 1
        guard steps <= 4 * CELPattern.instructionsMax, program.count <= CELPattern.instructionsMax else { throw .init(message: "error parsing regexp: expression too large") }
        switch node {
        case .empty: break
        case .set(let set): program.append(.set(set))
        case .assert(let assertion): program.append(.assert(assertion))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let choices):
            var ends: [Int] = []
            for choice in choices.dropLast() {
                let split = program.count
                program.append(.jump(0))
                try emit(choice)
                ends.append(program.count)
                program.append(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
            if let last = choices.last { try emit(last) }
            for end in ends { program[end] = .jump(program.count) }
        case .times(let inner, let low, let high, let isGreedy):
            func fork(_ inside: Int, _ behind: Int) -> CELPattern.Instruction { isGreedy ? .split(inside, behind) : .split(behind, inside) }
            for _ in 0..<low { try emit(inner) }
            if let high {
                var forks: [Int] = []
                for _ in low..<high {
                    forks.append(program.count)
                    program.append(.jump(0))
                    try emit(inner)
                }
                for place in forks { program[place] = fork(place + 1, program.count) }
            } else {
                let place = program.count
                program.append(.jump(0))
                try emit(inner)
                program.append(.jump(place))
                program[place] = fork(place + 1, program.count)
            }
        }
    }
}
