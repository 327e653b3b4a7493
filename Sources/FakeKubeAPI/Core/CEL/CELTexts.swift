/// What texts are asked for. Positions count characters.
enum CELTexts {
    /// Characters that a call may make.
    static let lengthMax = 1_000_000

    static func call(_ function: String, _ text: String, _ rest: [CELValue], _ evaluation: inout CELEvaluation) throws(CELError) -> CELValue? {
        switch (function, rest.count) {
        case ("lowerAscii", 0): return .string(mapped(text) { ("A"..."Z").contains($0) ? $0.value + 32 : $0.value })
        case ("upperAscii", 0): return .string(mapped(text) { ("a"..."z").contains($0) ? $0.value - 32 : $0.value })
        case ("trim", 0):
            let scalars = Array(text.unicodeScalars)
            guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }), let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return .string("") }
            return .string(joined(scalars[first...last]))
        case ("reverse", 0): return .string(joined(text.unicodeScalars.reversed()))
        case ("quote", 0): return .string(JSON.string(text).text)
        case ("startsWith", 1): return .bool(text.utf8.starts(with: try string(rest[0]).utf8))
        case ("endsWith", 1): return .bool(text.utf8.reversed().starts(with: try string(rest[0]).utf8.reversed()))
        case ("contains", 1): return .bool(find(Array(try string(rest[0]).unicodeScalars), in: Array(text.unicodeScalars), from: 0) != nil)
        case ("matches", 1): return .bool(try evaluation.pattern(try string(rest[0])).find(in: Array(text.unicodeScalars), from: 0) != nil)
        case ("find", 1): return .string(try matches(text, try string(rest[0]), 1, &evaluation).first ?? "")
        case ("findAll", 1): return .list(try matches(text, try string(rest[0]), .max, &evaluation).map(CELValue.string))
        case ("findAll", 2): return .list(try matches(text, try string(rest[0]), count(rest[1]), &evaluation).map(CELValue.string))
        case ("charAt", 1):
            let scalars = Array(text.unicodeScalars)
            guard case .int(let at) = rest[0] else { throw .noOverload }
            guard at >= 0, at <= scalars.count else { throw CELError("index out of range: \(at)") }
            return .string(at == scalars.count ? "" : String(Character(scalars[Int(at)])))
        case ("indexOf", 1...2), ("lastIndexOf", 1...2): return .int(try index(function, Array(text.unicodeScalars), rest))
        case ("substring", 1...2): return .string(try substring(Array(text.unicodeScalars), rest))
        case ("replace", 2...3): return .string(try replace(text, try string(rest[0]), try string(rest[1]), rest.count == 3 ? try count(rest[2]) : .max))
        case ("split", 1...2): return .list(try split(text, try string(rest[0]), rest.count == 2 ? try count(rest[1]) : .max).map(CELValue.string))
        case ("format", 1):
            guard case .list(let arguments) = rest[0] else { throw .noOverload }
            return .string(try CELFormat.format(text, arguments))
        default: return nil
        }
    }

    static func string(_ value: CELValue) throws(CELError) -> String {
        guard case .string(let text) = value else { throw .noOverload }
        return text
    }

    /// A limit; below zero is none.
    private static func count(_ value: CELValue) throws(CELError) -> Int {
        guard case .int(let count) = value else { throw .noOverload }
        return count < 0 ? .max : Int(count)
    }

    private static func joined(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func mapped(_ text: String, _ change: (Unicode.Scalar) -> UInt32) -> String { joined(text.unicodeScalars.map { Unicode.Scalar(change($0)) ?? $0 }) }

    private static func find(_ wanted: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int) -> Int? {
        guard start >= 0, wanted.count <= text.count, start <= text.count - wanted.count else { return nil }
        return (start...(text.count - wanted.count)).first { text[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    private static func matches(_ text: String, _ pattern: String, _ max: Int, _ evaluation: inout CELEvaluation) throws(CELError) -> [String] {
        let pattern = try evaluation.pattern(pattern)
        let scalars = Array(text.unicodeScalars)
        var found: [String] = []
        var at = 0
        var last = -1
        while at <= scalars.count, found.count < max, let match = pattern.find(in: scalars, from: at) {
            // As in Go, nothing is found where a match has just ended.
            if !match.isEmpty || match.lowerBound != last { found.append(joined(scalars[match])) }
            last = match.upperBound
            at = match.isEmpty ? match.upperBound + 1 : match.upperBound
        }
        return found
    }

    private static func index(_ function: String, _ text: [Unicode.Scalar], _ rest: [CELValue]) throws(CELError) -> Int64 {
        let wanted = Array(try string(rest[0]).unicodeScalars)
        var offset: Int?
        if rest.count == 2 {
            guard case .int(let at) = rest[1] else { throw .noOverload }
            guard at >= 0, at <= text.count else { throw CELError("index out of range: \(at)") }
            offset = Int(at)
        }
        if function == "indexOf" { return Int64(find(wanted, in: text, from: offset ?? 0) ?? -1) }
        guard wanted.count <= text.count else { return -1 }
        let last = min(offset ?? text.count, text.count - wanted.count)
        return Int64((0...last).last { text[$0..<$0 + wanted.count].elementsEqual(wanted) } ?? -1)
    }

    private static func substring(_ text: [Unicode.Scalar], _ rest: [CELValue]) throws(CELError) -> String {
        guard case .int(let start) = rest[0] else { throw .noOverload }
        var end = Int64(text.count)
        if rest.count == 2 {
            guard case .int(let given) = rest[1] else { throw .noOverload }
            end = given
        }
        guard start >= 0, start <= text.count else { throw CELError("index out of range: \(start)") }
        guard end >= 0, end <= text.count else { throw CELError("index out of range: \(end)") }
        guard start <= end else { throw CELError("invalid substring range. start: \(start), end: \(end)") }
        return joined(text[Int(start)..<Int(end)])
    }

    private static func replace(_ text: String, _ old: String, _ new: String, _ max: Int) throws(CELError) -> String {
        let (scalars, wanted, put) = (Array(text.unicodeScalars), Array(old.unicodeScalars), Array(new.unicodeScalars))
        var out: [Unicode.Scalar] = []
        var at = 0
        var count = 0
        while count < max, let found = find(wanted, in: scalars, from: at) {
            out += scalars[at..<found] + put
            at = found + wanted.count
            count += 1
            guard out.count <= lengthMax else { throw CELError("text exceeds \(lengthMax) characters") }
            // An empty text stands between all characters.
            if wanted.isEmpty {
                guard at < scalars.count else { break }
                out.append(scalars[at])
                at += 1
            }
        }
        return joined(out + scalars[min(at, scalars.count)...])
    }

    private static func split(_ text: String, _ separator: String, _ max: Int) throws(CELError) -> [String] {
        if max == 0 { return [] }
        let (scalars, wanted) = (Array(text.unicodeScalars), Array(separator.unicodeScalars))
        if wanted.isEmpty {
            let head = scalars.prefix(max - 1).map { String(Character($0)) }
            let tail = scalars.dropFirst(max - 1)
            return tail.isEmpty ? head : head + (max == .max ? [] : [joined(tail)])
        }
        var parts: [String] = []
        var at = 0
        while parts.count < max - 1, let found = find(wanted, in: scalars, from: at) {
            parts.append(joined(scalars[at..<found]))
            at = found + wanted.count
        }
        return parts + [joined(scalars[at...])]
    }
}
