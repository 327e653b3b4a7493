internal import Foundations
internal import Yams

/// Takes one item of a rule file apart: keys with their places, values of the kind that is wanted.
struct ItemReader {
    let file: String
    let lines: SourceText.Lines
    private let lineOffset: Int
    private let keys: [(key: String, place: SourcePlace, value: Node)]
    let place: SourcePlace

    /// - Throws: the item is no mapping.
    init(_ node: Node, in yaml: YAMLFile, lineOffset: Int) throws(Diagnostic) {
        file = yaml.name
        lines = yaml.lines
        self.lineOffset = lineOffset
        let mark = node.mark
        place = SourcePlace(file: yaml.name, line: (mark?.line ?? 1) + lineOffset, column: mark?.column ?? 1)
        guard case .mapping(let mapping) = node else { throw place.diagnostic("an item is a mapping that begins with 'rule:', 'macro:' or 'list:'") }
        var keys: [(String, SourcePlace, Node)] = []
        for (key, value) in mapping {
            let at = SourcePlace(file: yaml.name, line: (key.mark?.line ?? place.line - lineOffset) + lineOffset, column: key.mark?.column ?? place.column)
            guard let name = key.scalar?.string else { throw at.diagnostic("a key is a word") }
            keys.append((name, at, value))
        }
        self.keys = Self.merged(keys)
    }

    /// `<<: *base`, or a list of such: the keys of other mappings stand in for those that the item does not have itself.
    private static func merged(_ keys: [(key: String, place: SourcePlace, value: Node)]) -> [(key: String, place: SourcePlace, value: Node)] {
        guard let merge = keys.first(where: { $0.key == "<<" }) else { return keys }
        var out = keys.filter { $0.key != "<<" }
        let bases: [Node] = if case .sequence(let sequence) = merge.value { Array(sequence) } else { [merge.value] }
        for case .mapping(let base) in bases {
            for (key, value) in base {
                if let name = key.scalar?.string, !out.contains(where: { $0.key == name }) { out.append((name, merge.place, value)) }
            }
        }
        return out
    }

    private init(_ other: ItemReader, keys: [(String, SourcePlace, Node)], place: SourcePlace) {
        (file, lines, lineOffset) = (other.file, other.lines, other.lineOffset)
        self.keys = keys
        self.place = place
    }

    var allKeys: [(name: String, place: SourcePlace)] { keys.map { ($0.key, $0.place) } }
    func has(_ key: String) -> Bool { keys.contains { $0.key == key } }
    func place(of key: String) -> SourcePlace { keys.first { $0.key == key }?.place ?? place }

    private func node(_ key: String) -> Node? { keys.first { $0.key == key }?.value }

    private func place(of node: Node) -> SourcePlace {
        SourcePlace(file: file, line: (node.mark?.line ?? place.line - lineOffset) + lineOffset, column: node.mark?.column ?? place.column)
    }

    private func source(_ scalar: Node.Scalar, _ node: Node) -> SourceText {
        let at = place(of: node)
        return SourceText(scalar.string, file: file, lines: lines, line: at.line, column: at.column)
    }

    /// A text with its place; nil when the key is missing.
    func text(_ key: String) throws(Diagnostic) -> SourceText? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node else { throw place(of: node).diagnostic("'\(key)' is a text") }
        return source(scalar, node)
    }

    func flag(_ key: String) throws(Diagnostic) -> Bool? {
        guard let text = try text(key) else { return nil }
        switch text.text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw text.start.diagnostic("'\(key)' is true or false: '\(text.text)' is neither")
        }
    }

    func number(_ key: String) throws(Diagnostic) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let n = Int(text.text) else { throw text.start.diagnostic("'\(key)' is a whole number: '\(text.text)' is none") }
        return n
    }

    /// `10s`, `5m`, `1h`, `250ms`.
    func duration(_ key: String) throws(Diagnostic) -> Duration? {
        guard let text = try text(key) else { return nil }
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        for (unit, factor) in units where text.text.hasSuffix(unit) {
            if let n = Int64(text.text.dropLast(unit.count)), n > 0, n < 1_000_000 { return .milliseconds(n * factor) }
        }
        throw text.start.diagnostic("'\(key)' is a time like 250ms, 10s, 5m or 1h: '\(text.text)' is none")
    }

    /// A list of texts; one text alone counts as a list of one.
    func texts(_ key: String) throws(Diagnostic) -> [SourceText]? {
        guard let node = node(key) else { return nil }
        switch node {
        case .scalar(let scalar): return scalar.string.isEmpty ? [] : [source(scalar, node)]
        case .sequence(let sequence):
            var out: [SourceText] = []
            for element in sequence {
                guard case .scalar(let scalar) = element else { throw place(of: element).diagnostic("'\(key)' is a list of texts, without lists inside") }
                out.append(source(scalar, element))
            }
            return out
        default: throw place(of: node).diagnostic("'\(key)' is a list of texts")
        }
    }

    /// A list of mappings.
    func items(_ key: String) throws(Diagnostic) -> [ItemReader]? {
        guard let node = node(key) else { return nil }
        if case .scalar(let scalar) = node, scalar.string.isEmpty { return [] }
        guard case .sequence(let sequence) = node else { throw place(of: node).diagnostic("'\(key)' is a list") }
        var out: [ItemReader] = []
        for element in sequence { out.append(try nested(element, key)) }
        return out
    }

    /// A mapping inside this one.
    func item(_ key: String) throws(Diagnostic) -> ItemReader? {
        guard let node = node(key) else { return nil }
        return try nested(node, key)
    }

    private func nested(_ node: Node, _ key: String) throws(Diagnostic) -> ItemReader {
        let at = place(of: node)
        guard case .mapping(let mapping) = node else { throw at.diagnostic("'\(key)' holds mappings") }
        var keys: [(String, SourcePlace, Node)] = []
        for (name, value) in mapping { keys.append((name.scalar?.string ?? "", place(of: name), value)) }
        return ItemReader(self, keys: keys, place: at)
    }

    /// Texts inside lists inside a list, as deep as exceptions go: `[[nginx, [/etc/a, /etc/b]], ...]`.
    indirect enum Tree {
        case text(SourceText)
        case list([Tree], SourcePlace)
    }

    func tree(_ key: String) throws(Diagnostic) -> Tree? {
        guard let node = node(key) else { return nil }
        return try tree(node, key, depth: 0)
    }

    private func tree(_ node: Node, _ key: String, depth: Int) throws(Diagnostic) -> Tree {
        switch node {
        case .scalar(let scalar): return .text(source(scalar, node))
        case .sequence(let sequence):
            guard depth < 3 else { throw place(of: node).diagnostic("'\(key)' has lists nested too deeply") }
            var out: [Tree] = []
            for element in sequence { out.append(try tree(element, key, depth: depth + 1)) }
            return .list(out, place(of: node))
        default: throw place(of: node).diagnostic("'\(key)' holds texts and lists of texts")
        }
    }
}
