import Events
import Foundations
import Rules

/// Random conditions about what given events have: literals are pieces of their values, so that about half of the checks hold for some.
struct ConditionGenerator {
    var random: SeededGenerator
    private let pools: [String: [FieldValue]]
    private var macros: [(name: String, condition: ReferenceCondition)] = []

    private static let fields: [(name: String, bracket: String?)] = [
        ("proc.name", nil), ("proc.pname", nil), ("proc.cmdline", nil), ("proc.exepath", nil), ("proc.args", nil), ("proc.arg", nil), ("proc.arg", "1"), ("proc.aname", nil),
        ("proc.aname", "2"), ("proc.aexepath", nil), ("proc.cwd", nil), ("proc.pid", nil), ("proc.apid", nil), ("proc.argc", nil), ("proc.is_exe_upper_layer", nil),
        ("fd.name", nil), ("fd.directory", nil), ("fd.filename", nil), ("fd.num", nil), ("fd.type", nil), ("fd.sip", nil), ("fd.ip", nil), ("fd.rip", nil), ("fd.port", nil),
        ("fd.sport", nil), ("fd.is_server", nil), ("fs.path.name", nil), ("fs.path.source", nil), ("fs.path.target", nil), ("evt.arg.flags", nil), ("evt.rawres", nil),
        ("user.name", nil), ("user.uid", nil), ("container.id", nil), ("container.image.repository", nil), ("dns.name", nil), ("evt.kind", nil), ("evt.res", nil),
    ]
    private static let types = ["execve", "open", "openat", "connect", "rename", "unlinkat", "rmdir", "dup2", "dup3", "setuid", "ptrace", "dns", "chmod"]
    private static let textual = ["=", "!=", "in", "contains", "icontains", "startswith", "endswith", "pmatch", "glob", "iglob", "regex", "exists"]
    private static let numeric = ["=", "!=", "<", "<=", ">", ">=", "in", "exists"]

    init(seed: UInt64, events: [EnrichedEvent]) {
        random = SeededGenerator(seed: seed)
        var pools: [String: Set<FieldValue>] = [:]
        for (name, bracket) in Self.fields {
            for event in events { pools[name, default: []].formUnion(ReferenceCondition.Check.values(name, bracket, event)) }
        }
        self.pools = pools.mapValues { $0.sorted { $0.printed < $1.printed } }
    }

    /// Rules `r0`, `r1`, ... and the file that has them, macros before them.
    mutating func rules(_ count: Int) -> (text: String, conditions: [ReferenceCondition]) {
        macros = []
        var text = ""
        for n in 0..<8 {
            let condition = tree(depth: 2)
            macros.append(("shared_\(n)", condition))
            text += "- macro: shared_\(n)\n  condition: \(Self.scalar(condition.written))\n"
        }
        let conditions = (0..<count).map { _ in tree(depth: 4) }
        for (n, condition) in conditions.enumerated() {
            text += "- rule: r\(n)\n  desc: d\n  condition: \(Self.scalar(condition.written))\n  output: o\n  priority: INFO\n"
        }
        return (text, conditions)
    }

    private static func scalar(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    private mutating func tree(depth: Int) -> ReferenceCondition {
        let choice = Int.random(in: 0..<10, using: &random)
        if depth == 0 || choice < 2 { return .check(check()) }
        if choice < 4, let macro = macros.randomElement(using: &random) { return .macro(macro.name, macro.condition) }
        if choice == 4 { return .not(tree(depth: depth - 1)) }
        let parts = (0..<Int.random(in: 2...4, using: &random)).map { _ in tree(depth: depth - 1) }
        return choice < 7 ? .all(parts) : .any(parts)
    }

    private mutating func check() -> ReferenceCondition.Check {
        if Int.random(in: 0..<8, using: &random) == 0 {
            let isNot = Int.random(in: 0..<4, using: &random) == 0
            let names = (0..<(isNot ? 1 : 3)).map { _ in Self.types.randomElement(using: &random)! }
            return .init(field: "evt.type", comparator: isNot ? "!=" : "in", literals: names)
        }
        let (field, bracket) = Self.fields.randomElement(using: &random)!
        guard let sample = pools[field]?.randomElement(using: &random) else { return .init(field: "proc.pid", comparator: "exists", literals: []) }
        switch sample {
        case .text: return text(field, bracket)
        case .number:
            let comparator = Self.numeric.randomElement(using: &random)!
            return .init(field: field, bracket: bracket, comparator: comparator, literals: comparator == "exists" ? [] : literals(field, comparator == "in" ? 3 : 1) { $0.printed })
        case .flag: return .init(field: field, bracket: bracket, comparator: Bool.random(using: &random) ? "=" : "!=", literals: [Bool.random(using: &random) ? "true" : "false"])
        case .address:
            let comparator = ["=", "!=", "in"].randomElement(using: &random)!
            let bits = Int.random(in: 1...32, using: &random)
            return .init(field: field, bracket: bracket, comparator: comparator, literals: literals(field, comparator == "in" ? 2 : 1) { $0.printed + (bits == 32 ? "" : "/\(bits)") })
        }
    }

    private mutating func literals(_ field: String, _ count: Int, _ form: (FieldValue) -> String) -> [String] {
        (0..<count).map { _ in form(pools[field]!.randomElement(using: &random)!) }
    }

    private mutating func text(_ field: String, _ bracket: String?) -> ReferenceCondition.Check {
        if bracket == nil, Int.random(in: 0..<12, using: &random) == 0 {
            let comparator = ["=", "!=", "contains", "icontains", "startswith", "endswith", "pmatch"].randomElement(using: &random)!
            return .init(field: field, comparator: comparator, literals: [], right: ["proc.name", "proc.pname", "proc.exepath", "fs.path.source", "proc.cwd"].randomElement(using: &random)!)
        }
        let transform = Int.random(in: 0..<8, using: &random) == 0 ? ["tolower", "toupper", "basename", "len"].randomElement(using: &random)! : nil
        if transform == "len" { return .init(field: field, bracket: bracket, transform: transform, comparator: ["<", ">=", "="].randomElement(using: &random)!, literals: ["\(Int.random(in: 0...30, using: &random))"]) }
        let comparator = Self.textual.randomElement(using: &random)!
        if comparator == "exists" { return .init(field: field, bracket: bracket, transform: transform, comparator: comparator, literals: []) }
        let isAllOf = comparator != "!=" && comparator != "in" && comparator != "pmatch" && Int.random(in: 0..<4, using: &random) == 0
        let count = comparator == "!=" ? 1 : Int.random(in: 1...4, using: &random)
        return .init(field: field, bracket: bracket, transform: transform, comparator: comparator, isAllOf: isAllOf, literals: (0..<count).map { _ in literal(field, for: comparator) })
    }

    // cut where this comparator would find it, or where it just does not
    private mutating func literal(_ field: String, for comparator: String) -> String {
        let text = Array((pools[field]?.randomElement(using: &random)?.printed ?? "").utf8.prefix(60))
        let (a, b) = (Int.random(in: 0...text.count, using: &random), Int.random(in: 0...text.count, using: &random))
        func piece(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let other = Int.random(in: 0..<6, using: &random)
        if other == 0 { return ["", "/", "a", "zz", "/usr", "E", "."].randomElement(using: &random)!.description + (comparator == "regex" ? ".*" : "") }
        switch comparator {
        case "startswith": return piece(0..<b)
        case "endswith": return piece(a..<text.count)
        case "contains": return piece(min(a, b)..<max(a, b))
        case "icontains": return Bool.random(using: &random) ? piece(min(a, b)..<max(a, b)).uppercased() : piece(min(a, b)..<max(a, b))
        case "pmatch":
            let parts = piece(0..<text.count).split(separator: "/", omittingEmptySubsequences: false)
            return other == 1 ? piece(0..<b) : parts.prefix(Int.random(in: 1...max(1, parts.count), using: &random)).joined(separator: "/")
        case "glob", "iglob":
            let whole = piece(0..<min(a, b)) + ["*", "?", "*?", ""].randomElement(using: &random)! + piece(max(a, b)..<text.count)
            return whole.replacing("[", with: "?").replacing("\\", with: "?")
        case "regex":
            func plain(_ range: Range<Int>) -> String { String(decoding: text[range].map { byte in (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2F ? byte : 0x2E }, as: UTF8.self) }
            let middle = ["[a-z/]*", ".+", "(a|b|/usr|n)*", "[^/]{0,3}", "x?", "(.*/|)"].randomElement(using: &random)!
            return plain(0..<min(a, b)) + middle + plain(max(a, b)..<text.count)
        default: return piece(0..<text.count)
        }
    }
}
