import Foundations
import Yams

/// Reads YAML nodes and collects what is wrong with them, each with file, line and column, so that one run shows all mistakes.
struct YAMLReader {
    let file: String
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String) { self.file = file }

    mutating func fail(_ node: Node, _ message: String) {
        diagnostics.append(Diagnostic(file: file, line: node.mark?.line, column: node.mark?.column, message: message))
    }

    /// The members of a mapping; unknown and repeated keys are diagnosed, known ones are kept.
    mutating func mapping(_ node: Node, _ what: String, keys: [String]) -> [String: Node]? {
        guard let mapping = node.mapping else {
            fail(node, "\(what) must be a mapping")
            return nil
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                fail(key, "a key of \(what) must be text")
                continue
            }
            if !keys.contains(name) {
                fail(key, "unknown key '\(name)' in \(what)\(suggestion(for: name, among: keys))")
            } else if members.updateValue(value, forKey: name) != nil {
                fail(key, "key '\(name)' is there twice")
            }
        }
        return members
    }

    mutating func list(_ node: Node, _ what: String) -> [Node] {
        guard let sequence = node.sequence else {
            fail(node, "\(what) must be a list")
            return []
        }
        return Array(sequence)
    }

    mutating func text(_ node: Node, _ what: String) -> String {
        guard let scalar = node.scalar else {
            fail(node, "\(what) must be text")
            return ""
        }
        return scalar.string
    }

    mutating func texts(_ node: Node, _ what: String) -> [String] { list(node, what).map { text($0, "an element of \(what)") } }

    mutating func textMap(_ node: Node, _ what: String) -> [String: String] {
        guard let mapping = node.mapping else {
            fail(node, "\(what) must be a mapping")
            return [:]
        }
        var out: [String: String] = [:]
        for (key, value) in mapping { out[text(key, "a key of \(what)")] = text(value, "a value of \(what)") }
        return out
    }

    mutating func flag(_ node: Node, _ what: String) -> Bool {
        switch text(node, what) {
        case "true": return true
        case "false": return false
        case let other:
            fail(node, "\(what) must be true or false, not '\(other)'")
            return false
        }
    }

    mutating func integer(_ node: Node, _ what: String, in range: ClosedRange<Int>) -> Int {
        let written = text(node, what)
        guard let n = Int(written), range.contains(n) else {
            fail(node, "\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(written)'")
            return range.lowerBound
        }
        return n
    }

    mutating func span(_ node: Node, _ what: String) -> Duration {
        let written = text(node, what)
        guard let span = Duration(span: written) else {
            fail(node, "\(what) must be a span such as 500ms, 10s, 5m or 30h, not '\(written)'")
            return .zero
        }
        return span
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ node: Node, _ what: String, _ type: Value.Type) -> Value? where Value.RawValue == String {
        let written = text(node, what)
        if let value = Value(rawValue: written) { return value }
        let known = Value.allCases.map(\.rawValue)
        fail(node, "\(what) must be one of \(known.joined(separator: ", ")), not '\(written)'")
        return nil
    }

    /// The node as JSON: plain scalars become booleans, numbers or null where they look like it, quoted ones stay text.
    mutating func json(_ node: Node) -> JSONValue {
        if let mapping = node.mapping {
            return .object(Dictionary(mapping.map { (text($0, "a key"), json($1)) }) { $1 })
        }
        if let sequence = node.sequence { return .array(sequence.map { json($0) }) }
        guard let scalar = node.scalar else {
            fail(node, "aliases are not used in scenarios")
            return .null
        }
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null", "~", "": return .null
        case let other: return Double(other).map { .number($0) } ?? .string(other)
        }
    }

    private func suggestion(for name: String, among keys: [String]) -> String {
        let near = keys.filter { $0.lowercased() == name.lowercased() || Set($0).symmetricDifference(name).count <= 1 && abs($0.count - name.count) <= 1 }
        return near.first.map { "; did you mean '\($0)'?" } ?? "; known: \(keys.sorted().joined(separator: ", "))"
    }
}

extension Duration {
    /// Reads `500ms`, `10s`, `5m`, `30h`, `2d`, also with a fraction; nil for anything else or beyond a year.
    package init?(span text: String) {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let factors: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard !number.isEmpty, let value = Double(number), let factor = factors[String(text.dropFirst(number.count))], value * factor <= 366 * 86_400 else { return nil }
        self = .milliseconds(Int64(value * factor * 1000))
    }

    /// `350ms`, `12.5s`, `30h`: the shortest form with at most one digit of fraction.
    package var spanText: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        func short(_ value: Double, _ unit: String) -> String {
            let tenths = (value * 10).rounded() / 10
            return tenths == tenths.rounded() ? "\(Int(tenths))\(unit)" : "\(tenths)\(unit)"
        }
        if seconds < 1 { return short(seconds * 1000, "ms") }
        if seconds < 120 { return short(seconds, "s") }
        if seconds < 7200 { return short(seconds / 60, "m") }
        return short(seconds / 3600, "h")
    }
}
