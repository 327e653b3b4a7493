/// A regular expression in the syntax and with the matches of RE2, as `matches` and the schemas' `pattern` mean them: searched for, the leftmost
/// match, earlier alternatives first. Takes time linear in the text: all states are followed at once (Cox, "Regular Expression Matching: the
/// Virtual Machine Approach").
struct CELPattern: Sendable {
    enum Instruction: Sendable {
        case set(CELCharacterSet)
        /// The first is preferred.
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    enum Assertion: Sendable { case textStart, textEnd, lineStart, lineEnd, wordEdge, noWordEdge }

    struct Problem: Error { var message: String }

    static let instructionsMax = 10_000
    static let depthMax = 100
    /// Of one repetition, as in RE2.
    static let repetitionMax: Int = 1000

    private let program: [Instruction]

    init(_ pattern: String) throws(Problem) {
        var parser = CELPatternParser(pattern)
        program = try parser.program()
    }

    /// The leftmost match that begins at `from` or behind it.
    func find(in text: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        var threads = Threads(program.count)
        var following = Threads(program.count)
        var best: Range<Int>?
        var at = start
        while at <= text.count {
            // A later beginning has no chance once there is a match.
            if best == nil { add(0, begin: at, to: &threads, at, text) }
            if threads.list.isEmpty, best != nil { break }
            thread: for (state, begin) in threads.list {
                switch program[state] {
                case .set(let set): if at < text.count, set.contains(text[at]) { add(state + 1, begin: begin, to: &following, at + 1, text) }
                case .match:
                    best = begin..<at
                    break thread
                default: break
                }
            }
            swap(&threads, &following)
            following.clear()
            at += 1
        }
        return best
    }

    func matches(_ text: String) -> Bool { find(in: Array(text.unicodeScalars), from: 0) != nil }

    /// States in the order of preference, each once.
    private struct Threads {
        var list: [(state: Int, begin: Int)] = []
        private var marked: [Int] = []
        private var isIn: [Bool]
        init(_ count: Int) { isIn = [Bool](repeating: false, count: count) }

        mutating func mark(_ state: Int) -> Bool {
            if isIn[state] { return false }
            isIn[state] = true
            marked.append(state)
            return true
        }

        mutating func clear() {
            list.removeAll(keepingCapacity: true)
            for state in marked { isIn[state] = false }
            marked.removeAll(keepingCapacity: true)
        }
    }

    private func add(_ start: Int, begin: Int, to threads: inout Threads, _ at: Int, _ text: [Unicode.Scalar]) {
        var work = [start]
        while let state = work.popLast() {
            guard threads.mark(state) else { continue }
            switch program[state] {
            case .jump(let target): work.append(target)
            case .split(let first, let second):
                work.append(second)
                work.append(first)
            case .assert(let assertion): if holds(assertion, at, text) { work.append(state + 1) }
            case .set, .match: threads.list.append((state, begin))
            }
        }
    }

    private func holds(_ assertion: Assertion, _ at: Int, _ text: [Unicode.Scalar]) -> Bool {
        func isWord(_ index: Int) -> Bool { text.indices.contains(index) && CELCharacterSet.word.contains(text[index]) }
        switch assertion {
        case .textStart: return at == 0
        case .textEnd: return at == text.count
        case .lineStart: return at == 0 || text[at - 1] == "\n"
        case .lineEnd: return at == text.count || text[at] == "\n"
        case .wordEdge: return isWord(at - 1) != isWord(at)
        case .noWordEdge: return isWord(at - 1) == isWord(at)
        }
    }
}
