/// Makes the program of a RegularExpression.
struct RegularExpressionParser {
    private typealias Instruction = RegularExpression.Instruction
    private typealias Problem = RegularExpression.Problem
    private indirect enum Node {
        case empty
        case set([UInt64])
        case atStart, atEnd
        case sequence([Node])
        case choice([Node])
        case times(Node, Int, Int?)
    }

    private let pattern: [UInt8]
    private var at = 0
    private var depth = 0
    private var isCaseInsensitive = false
    /// Repetitions of nothing make no instruction and still take time.
    private var steps = 0

    init(_ pattern: [UInt8]) { self.pattern = pattern }

    mutating func program() throws(RegularExpression.Problem) -> [RegularExpression.Instruction] {
        if starts(with: "(?i)") {
            isCaseInsensitive = true
            at += 4
        }
        let node = try alternation()
        if at < pattern.count { throw Problem(offset: at, message: "')' closes nothing") }
        var out: [Instruction] = []
        try emit(node, into: &out)
        out.append(.match)
        return out
    }

    private func starts(with text: String) -> Bool { pattern[at...].starts(with: text.utf8) }

    private mutating func alternation() throws(RegularExpression.Problem) -> Node {
        depth += 1
        if depth > RegularExpression.depthMax { throw Problem(offset: at, message: "groups nested too deeply") }
        var choices = [try sequence()]
        while at < pattern.count, pattern[at] == 0x7C {
            at += 1
            choices.append(try sequence())
        }
        depth -= 1
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(RegularExpression.Problem) -> Node {
        var parts: [Node] = []
        while at < pattern.count, pattern[at] != 0x7C, pattern[at] != 0x29 {
            var node = try atom()
            while let (low, high) = try repetition() { node = .times(node, low, high) }
            parts.append(node)
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repetition() throws(RegularExpression.Problem) -> (Int, Int?)? {
        guard at < pattern.count else { return nil }
        var out: (Int, Int?)
        switch pattern[at] {
        case 0x2A: out = (0, nil)
        case 0x2B: out = (1, nil)
        case 0x3F: out = (0, 1)
        case 0x7B:
            let start = at
            at += 1
            guard let low = number() else {
                // as in RE2, a brace that counts nothing is a brace
                at = start
                return nil
            }
            var high: Int? = low
            if at < pattern.count, pattern[at] == 0x2C {
                at += 1
                high = number()
            }
            guard at < pattern.count, pattern[at] == 0x7D else { throw Problem(offset: start, message: "'{' without '}'") }
            if let high, high < low { throw Problem(offset: start, message: "the bounds of a repetition are the wrong way round") }
            out = (low, high)
        default: return nil
        }
        at += 1
        // lazy repetitions match the same texts
        if at < pattern.count, pattern[at] == 0x3F { at += 1 }
        return out
    }

    private mutating func number() -> Int? {
        var value: Int?
        while at < pattern.count, pattern[at] >= 0x30, pattern[at] <= 0x39, (value ?? 0) < 100_000 {
            value = (value ?? 0) * 10 + Int(pattern[at] - 0x30)
            at += 1
        }
        return value
    }

    private mutating func atom() throws(RegularExpression.Problem) -> Node {
        let start = at
        let byte = pattern[at]
        at += 1
        switch byte {
        case 0x28: return try group(start)
        case 0x2E: return .set(ByteClass.all.removing(0x0A).bits)
        case 0x5E: return .atStart
        case 0x24: return .atEnd
        case 0x5B: return .set(try set(start))
        case 0x5C: return try escape(start)
        case 0x2A, 0x2B, 0x3F: throw Problem(offset: start, message: "'\(Character(UnicodeScalar(byte)))' repeats nothing")
        default: return .set(single(byte))
        }
    }

    private mutating func group(_ start: Int) throws(RegularExpression.Problem) -> Node {
        let wasInsensitive = isCaseInsensitive
        if at < pattern.count, pattern[at] == 0x3F {
            if starts(with: "?:") {
                at += 2
            } else if starts(with: "?i:") {
                at += 3
                isCaseInsensitive = true
            } else if starts(with: "?P<") || starts(with: "?<") , let end = pattern[at...].firstIndex(of: 0x3E), !starts(with: "?<="), !starts(with: "?<!") {
                at = end + 1
            } else {
                throw Problem(offset: start, message: "look-around and other groups that begin with '(?' are not part of the language")
            }
        }
        let inner = try alternation()
        guard at < pattern.count, pattern[at] == 0x29 else { throw Problem(offset: start, message: "'(' is never closed") }
        at += 1
        isCaseInsensitive = wasInsensitive
        return inner
    }

    private func single(_ byte: UInt8) -> [UInt64] {
        var set = ByteClass.none
        set.insert(byte)
        if isCaseInsensitive, ConditionScanner.isLetter(byte) { set.insert(byte ^ 0x20) }
        return set.bits
    }

    private mutating func escape(_ start: Int) throws(RegularExpression.Problem) -> Node {
        guard at < pattern.count else { throw Problem(offset: start, message: "a backslash at the end") }
        let byte = pattern[at]
        at += 1
        if let set = ByteClass.escaped(byte) { return .set(set.bits) }
        switch byte {
        case 0x6E: return .set(single(0x0A))
        case 0x72: return .set(single(0x0D))
        case 0x74: return .set(single(0x09))
        case 0x41: return .atStart
        case 0x7A: return .atEnd
        default:
            if ConditionScanner.isLetter(byte) || (byte >= 0x30 && byte <= 0x39) {
                throw Problem(offset: start, message: "unknown escape '\\\(Character(UnicodeScalar(byte)))'")
            }
            return .set(single(byte))
        }
    }

    private mutating func set(_ start: Int) throws(RegularExpression.Problem) -> [UInt64] {
        var set = ByteClass.none
        let isNegated = at < pattern.count && pattern[at] == 0x5E
        if isNegated { at += 1 }
        var isFirst = true
        while true {
            guard at < pattern.count else { throw Problem(offset: start, message: "'[' is never closed") }
            var byte = pattern[at]
            if byte == 0x5D, !isFirst {
                at += 1
                break
            }
            isFirst = false
            at += 1
            if byte == 0x5B, at < pattern.count, pattern[at] == 0x3A, let (named, end) = ByteClass.named(pattern, at + 1) {
                set.formUnion(named)
                at = end
                continue
            }
            if byte == 0x5C, at < pattern.count {
                byte = pattern[at]
                at += 1
                if let escaped = ByteClass.escaped(byte) {
                    set.formUnion(escaped)
                    continue
                }
                byte = byte == 0x6E ? 0x0A : byte == 0x74 ? 0x09 : byte == 0x72 ? 0x0D : byte
            }
            var last = byte
            if at + 1 < pattern.count, pattern[at] == 0x2D, pattern[at + 1] != 0x5D {
                last = pattern[at + 1]
                at += 2
                if last == 0x5C, at < pattern.count {
                    last = pattern[at]
                    at += 1
                }
            }
            guard byte <= last else { throw Problem(offset: start, message: "a range in '[' is the wrong way round") }
            for b in byte...last {
                set.insert(b)
                if isCaseInsensitive, ConditionScanner.isLetter(b) { set.insert(b ^ 0x20) }
            }
        }
        return (isNegated ? set.inverted : set).bits
    }

    private mutating func emit(_ node: Node, into out: inout [RegularExpression.Instruction]) throws(RegularExpression.Problem) {
        steps += 1
        if steps > 4 * RegularExpression.instructionsMax || out.count > RegularExpression.instructionsMax { throw Problem(offset: 0, message: "the pattern repeats too much") }
        switch node {
        case .empty: break
        case .set(let bits): out.append(.set(bits))
        case .atStart: out.append(.atStart)
        case .atEnd: out.append(.atEnd)
        case .sequence(let parts): for part in parts { try emit(part, into: &out) }
        case .choice(let choices):
            var ends: [Int] = []
            for (n, choice) in choices.enumerated() {
                let split = out.count
                if n < choices.count - 1 { out.append(.jump(0)) }
                try emit(choice, into: &out)
                if n < choices.count - 1 {
                    ends.append(out.count)
                    out.append(.jump(0))
                    out[split] = .split(split + 1, out.count)
                }
            }
            for end in ends { out[end] = .jump(out.count) }
        case .times(let inner, let low, let high):
            for _ in 0..<low { try emit(inner, into: &out) }
            if let high {
                var splits: [Int] = []
                for _ in low..<high {
                    splits.append(out.count)
                    out.append(.jump(0))
                    try emit(inner, into: &out)
                }
                for split in splits { out[split] = .split(split + 1, out.count) }
            } else {
                let split = out.count
                out.append(.jump(0))
                try emit(inner, into: &out)
                out.append(.jump(split))
                out[split] = .split(split + 1, out.count)
            }
        }
    }
}
