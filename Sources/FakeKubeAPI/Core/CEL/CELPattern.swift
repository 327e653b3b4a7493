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

/// Characters of a class such as `[a-z\d]` or `\pL`.
struct CELCharacterSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Unicode categories: `L`, `Lu`.
    var categories: [(name: String, isNegated: Bool)] = []
    var isNegated = false
    var ignoresCase = false

    static let digit = CELCharacterSet(ranges: [0x30...0x39])
    static let word = CELCharacterSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CELCharacterSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let any = CELCharacterSet(isNegated: true)
    static let anyButNewline = CELCharacterSet(ranges: [0x0A...0x0A], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isIn = has(scalar)
        if !isIn, ignoresCase {
            isIn = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].contains { $0.unicodeScalars.count == 1 && $0.unicodeScalars.first.map(has) == true }
        }
        return isIn != isNegated
    }

    private func has(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } || categories.contains { Self.code(scalar).hasPrefix($0.name) != $0.isNegated }
    }

    /// The two letters of a character's category.
    private static func code(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        default: "Co"
        }
    }

    static let categoryNames: Set = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co"]

    /// `[:alpha:]` and its like.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F], "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F],
        "digit": [0x30...0x39], "graph": [0x21...0x7E], "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A], "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
