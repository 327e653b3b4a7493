/// Makes the program of a pattern; refusals in the words of Go's regexp.
struct CELPatternParser {
    private typealias Problem = CELPattern.Problem
    private typealias Node = CELPatternNode

    private struct Flags { var ignoresCase = false, isMultiline = false, dotTakesNewline = false, isLazy = false }

    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private var flags = Flags()

    init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

    mutating func program() throws(CELPattern.Problem) -> [CELPattern.Instruction] {
        let node = try alternation()
        if at < text.count { throw failed("unexpected )", shown(0)) }
        var emitter = CELPatternEmitter()
        try emitter.emit(node)
        return emitter.program + [.match]
    }

    private func failed(_ what: String, _ part: String) -> Problem { Problem(message: "error parsing regexp: \(what): `\(part)`") }
    private func shown(_ start: Int) -> String { String(String.UnicodeScalarView(text[min(start, text.count)...])) }
    private func shown(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(text[range])) }
    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? { at + ahead < text.count ? text[at + ahead] : nil }
    private func starts(with word: String) -> Bool { text[at...].starts(with: word.unicodeScalars) }

    // MARK: Structure

    private mutating func alternation() throws(CELPattern.Problem) -> Node {
        depth += 1
        defer { depth -= 1 }
        if depth > CELPattern.depthMax { throw Problem(message: "error parsing regexp: expression nests too deeply") }
        var choices = [try sequence()]
        while peek() == "|" {
            at += 1
            choices.append(try sequence())
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(CELPattern.Problem) -> Node {
        var parts: [Node] = []
        while let next = peek(), next != "|", next != ")" {
            let start = at
            guard var node = try atom() else { continue }
            if let (low, high, isGreedy) = try repetition(start) {
                node = .times(node, low, high, isGreedy: isGreedy)
                let second = at
                if try repetition(start) != nil { throw failed("invalid nested repetition operator", shown(second - 1..<at)) }
            }
            parts.append(node)
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition(_ start: Int) throws(CELPattern.Problem) -> (Int, Int?, isGreedy: Bool)? {
        var bounds: (Int, Int?)
        switch peek() {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{":
            guard let (low, high, end) = counts() else { return nil }
            guard low <= CELPattern.repetitionMax, high ?? 0 <= CELPattern.repetitionMax, high.map({ $0 >= low }) ?? true else { throw failed("invalid repeat count", shown(at..<end + 1)) }
            bounds = (low, high)
            at = end
        default: return nil
        }
        at += 1
        var isGreedy = !flags.isLazy
        if peek() == "?" {
            isGreedy.toggle()
            at += 1
        }
        return (bounds.0, bounds.1, isGreedy)
    }

    /// The bounds in braces, and where the closing one is; nil when the brace is only a brace.
    private func counts() -> (Int, Int?, end: Int)? {
        guard let end = text[at...].firstIndex(of: "}"), end - at < 12 else { return nil }
        let parts = shown(at + 1..<end).split(separator: ",", omittingEmptySubsequences: false)
        guard let low = Int(parts[0]), low >= 0, parts[0].allSatisfy(\.isNumber), parts.count <= 2 else { return nil }
        if parts.count == 1 { return (low, low, end) }
        if parts[1].isEmpty { return (low, nil, end) }
        guard let high = Int(parts[1]), parts[1].allSatisfy(\.isNumber) else { return nil }
        return (low, high, end)
    }

    /// nil for what only sets flags.
    private mutating func atom() throws(CELPattern.Problem) -> Node? {
        let start = at
        guard let first = peek() else { return .empty }
        at += 1
        switch first {
        case "(": return try group(start)
        case ".": return .set(flags.dotTakesNewline ? .any : .anyButNewline)
        case "^": return .assert(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assert(flags.isMultiline ? .lineEnd : .textEnd)
        case "[": return .set(try characterClass(start))
        case "\\": return try escape(start)
        case "*", "+", "?": throw failed("missing argument to repetition operator", String(Character(first)))
        default: return .set(single(first))
        }
    }

    private mutating func group(_ start: Int) throws(CELPattern.Problem) -> Node? {
        let outside = flags
        if peek() == "?" {
            if starts(with: "?P<") || starts(with: "?<"), !starts(with: "?<="), !starts(with: "?<!") {
                guard let end = text[at...].firstIndex(of: ">") else { throw failed("invalid named capture", shown(start)) }
                at = end + 1
            } else {
                at += 1
                var isOn = true
                while let flag = peek(), flag != ":", flag != ")" {
                    at += 1
                    switch flag {
                    case "i": flags.ignoresCase = isOn
                    case "m": flags.isMultiline = isOn
                    case "s": flags.dotTakesNewline = isOn
                    case "U": flags.isLazy = isOn
                    case "-" where isOn: isOn = false
                    default: throw failed("invalid or unsupported Perl syntax", shown(start..<at))
                    }
                }
                guard let end = peek() else { throw failed("missing closing )", shown(0)) }
                at += 1
                // Without a colon the flags hold until the group around ends.
                if end == ")" { return nil }
            }
        }
        let inner = try alternation()
        guard peek() == ")" else { throw failed("missing closing )", shown(0)) }
        at += 1
        flags = outside
        return inner
    }

    // MARK: Characters

    private func single(_ scalar: Unicode.Scalar) -> CELCharacterSet { CELCharacterSet(ranges: [scalar.value...scalar.value], ignoresCase: flags.ignoresCase) }

    private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = ["a": "\u{7}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}"]

    private mutating func escape(_ start: Int) throws(CELPattern.Problem) -> Node {
        switch peek() {
        case nil: throw failed("trailing backslash at end of expression", "")
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordEdge)
        case "B": return assertion(.noWordEdge)
        case "Q":
            at += 1
            let end = (at..<text.count).first { text[$0] == "\\" && $0 + 1 < text.count && text[$0 + 1] == "E" } ?? text.count
            let quoted = text[at..<end].map { Node.set(single($0)) }
            at = min(end + 2, text.count)
            return .sequence(quoted)
        default:
            if let set = try escapedClass(start) { return .set(set) }
            return .set(single(try escapedScalar(start)))
        }
    }

    private mutating func assertion(_ assertion: CELPattern.Assertion) -> Node {
        at += 1
        return .assert(assertion)
    }

    /// `\d`, `\W`, `\pL`, `\p{Lu}`; nil when something else is escaped.
    private mutating func escapedClass(_ start: Int) throws(CELPattern.Problem) -> CELCharacterSet? {
        guard let kind = peek() else { return nil }
        let known: [Unicode.Scalar: CELCharacterSet] = ["d": .digit, "w": .word, "s": .space]
        let lower = Unicode.Scalar(kind.value | 0x20) ?? kind
        if var set = known[lower], kind.isASCII, kind.properties.isAlphabetic {
            at += 1
            set.isNegated = kind != lower
            return set
        }
        guard kind == "p" || kind == "P" else { return nil }
        at += 1
        var name = peek().map { String(Character($0)) } ?? ""
        at += 1
        if name == "{" {
            guard let end = text[min(at, text.count)...].firstIndex(of: "}") else { throw failed("invalid character class range", shown(start)) }
            name = shown(at..<end)
            at = end + 1
        }
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard CELCharacterSet.categoryNames.contains(name) else { throw failed("invalid character class range", shown(start..<min(at, text.count))) }
        return CELCharacterSet(categories: [(name, (kind == "P") != isNegated)])
    }

    private mutating func escapedScalar(_ start: Int) throws(CELPattern.Problem) -> Unicode.Scalar {
        guard let kind = peek() else { throw failed("trailing backslash at end of expression", "") }
        at += 1
        if let plain = Self.plainEscapes[kind] { return plain }
        if kind == "x" {
            var digits = ""
            if peek() == "{", let end = text[at...].firstIndex(of: "}") {
                digits = shown(at + 1..<end)
                at = end + 1
            } else if at + 2 <= text.count {
                digits = shown(at..<at + 2)
                at += 2
            }
            if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) { return scalar }
            throw failed("invalid escape sequence", shown(start..<min(at, text.count)))
        }
        if ("0"..."7").contains(kind) {
            // Octal, and no reference back: `\0`, `\101`.
            var digits = String(Character(kind))
            while digits.count < 3, let next = peek(), ("0"..."7").contains(next) {
                digits.append(Character(next))
                at += 1
            }
            if kind == "0" || digits.count == 3, let value = UInt32(digits, radix: 8), let scalar = Unicode.Scalar(value) { return scalar }
            throw failed("invalid escape sequence", shown(start..<at))
        }
        if kind.properties.isAlphabetic || ("8"..."9").contains(kind) { throw failed("invalid escape sequence", shown(start..<at)) }
        return kind
    }

    private mutating func characterClass(_ start: Int) throws(CELPattern.Problem) -> CELCharacterSet {
        var set = CELCharacterSet(ignoresCase: flags.ignoresCase)
        if peek() == "^" {
            set.isNegated = true
            at += 1
        }
        var isFirst = true
        while let next = peek(), next != "]" || isFirst {
            isFirst = false
            if starts(with: "[:"), let end = (at..<text.count).first(where: { text[$0] == ":" && $0 > at + 1 && $0 + 1 < text.count && text[$0 + 1] == "]" }) {
                var name = shown(at + 2..<end)
                let isNegated = name.hasPrefix("^")
                if isNegated { name.removeFirst() }
                guard let ranges = CELCharacterSet.named[name] else { throw failed("invalid character class range", shown(at..<end + 2)) }
                set.ranges += isNegated ? Self.inverted(ranges) : ranges
                at = end + 2
                continue
            }
            let place = at
            at += 1
            var low = next
            if next == "\\" {
                if let inner = try escapedClass(place) {
                    set.ranges += inner.isNegated ? Self.inverted(inner.ranges) : inner.ranges
                    set.categories += inner.categories
                    continue
                }
                low = try escapedScalar(place)
            }
            var high = low
            if peek() == "-", let end = peek(1), end != "]" {
                at += 2
                high = end == "\\" ? try escapedScalar(at - 1) : end
            }
            guard low <= high else { throw failed("invalid character class range", shown(place..<at)) }
            set.ranges.append(low.value...high.value)
        }
        guard peek() == "]" else { throw failed("missing closing ]", shown(start)) }
        at += 1
        return set
    }

    private static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var out: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { out.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        return out + [next...0x10FFFF]
    }
}
