/// A regular expression that matches in time linear in the text, whatever the text: attackers choose command lines.
///
/// The pattern becomes a little program whose states are followed all at once (Thompson, 1968; Cox, "Regular Expression Matching:
/// the Virtual Machine Approach"). As in RE2 there are no back references and no look-around; the whole text has to match.
///
///     alternation = sequence , { "|" , sequence } ;
///     sequence    = { atom , [ "*" | "+" | "?" | "{" , number , [ "," , [ number ] ] , "}" ] , [ "?" ] } ;
///     atom        = "." | "^" | "$" | "(" , [ "?:" | "?i:" | "?P<name>" ] , alternation , ")" | "[" , set , "]" | "\" , escape | byte ;
struct RegularExpression: Sendable {
    enum Instruction: Sendable {
        case set([UInt64])
        case split(Int, Int)
        case jump(Int)
        case atStart, atEnd
        case match
    }

    struct Problem: Error {
        var offset: Int
        var message: String
    }

    /// Instructions of one pattern; `{1000}{1000}` does not get far.
    static let instructionsMax = 10_000
    static let depthMax = 50

    let program: [Instruction]

    init(_ pattern: [UInt8]) throws(Problem) {
        var parser = RegularExpressionParser(pattern)
        program = try parser.program()
    }

    /// Whether the whole text matches.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var threads = ThreadList(program.count)
        var following = ThreadList(program.count)
        add(0, to: &threads, at: 0, text.count)
        for (at, byte) in text.enumerated() {
            if threads.states.isEmpty { return false }
            for state in threads.states {
                if case .set(let bits) = program[state], Self.contains(bits, byte) {
                    add(state + 1, to: &following, at: at + 1, text.count)
                }
            }
            swap(&threads, &following)
            following.clear()
        }
        return threads.states.contains { if case .match = program[$0] { true } else { false } }
    }

    static func contains(_ set: [UInt64], _ byte: UInt8) -> Bool { set[Int(byte) >> 6] >> UInt64(byte & 63) & 1 == 1 }

    // MARK: For the automaton

    /// The states that are reached without taking a byte, ascending.
    func reached(from states: [Int], isAtStart: Bool, isAtEnd: Bool) -> [Int] {
        var list = ThreadList(program.count)
        // as `add` sees it: at the start nothing was taken, at the end all was
        for state in states { add(state, to: &list, at: isAtStart ? 0 : 1, isAtEnd ? (isAtStart ? 0 : 1) : 2) }
        return list.states.sorted()
    }

    /// Where the byte leads from any of the states.
    func taken(_ byte: UInt8, from states: [Int]) -> [Int] {
        states.compactMap { if case .set(let bits) = program[$0], Self.contains(bits, byte) { $0 + 1 } else { nil } }
    }

    /// Whether a text that ends in these states matches.
    func matches(from states: [Int], isAtStart: Bool) -> Bool {
        reached(from: states, isAtStart: isAtStart, isAtEnd: true).contains { if case .match = program[$0] { true } else { false } }
    }

    private struct ThreadList {
        var states: [Int] = []
        private var isIn: [Bool]
        init(_ count: Int) { isIn = [Bool](repeating: false, count: count) }
        mutating func insert(_ state: Int) -> Bool {
            if isIn[state] { return false }
            isIn[state] = true
            states.append(state)
            return true
        }
        mutating func clear() {
            for state in states { isIn[state] = false }
            states.removeAll(keepingCapacity: true)
        }
    }

    // follows what takes no byte; the work list is explicit, so that no pattern is too deep for the stack
    private func add(_ start: Int, to list: inout ThreadList, at: Int, _ count: Int) {
        var work = [start]
        while let state = work.popLast() {
            guard list.insert(state) else { continue }
            switch program[state] {
            case .jump(let target): work.append(target)
            case .split(let first, let second):
                work.append(second)
                work.append(first)
            case .atStart: if at == 0 { work.append(state + 1) }
            case .atEnd: if at == count { work.append(state + 1) }
            case .set, .match: break
            }
        }
    }
}
