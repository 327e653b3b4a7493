internal import Foundations
internal import Yams

/// The items of a rule file, each as a tree of located nodes.
///
/// A file is one YAML sequence, or several documents with a sequence each; a byte order mark before it and items that are null are
/// passed over. Where it cannot be read as a whole, each item is read by itself, so that one broken item costs only itself.
/// Bounds: `bytesMax` of a file, `itemsMax` items; YAML nesting is bounded by libyaml (1,000) and again here, since
/// nothing in the language is deeper than `depthMax`.
struct YAMLFile {
    static let bytesMax = 8 << 20
    static let itemsMax = 50_000
    static let depthMax = 16

    let name: String
    let lines: SourceText.Lines
    private(set) var items: [Node] = []
    private(set) var problems: [Diagnostic] = []
    /// Lines that were before the text that the nodes' marks count from.
    private var offsets: [Int] = []

    init(name: String, text: String) {
        self.name = name
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        lines = SourceText.Lines(text)
        guard text.utf8.count <= Self.bytesMax else {
            problems.append(Diagnostic(file: name, message: "the file is larger than \(Self.bytesMax) bytes"))
            return
        }
        if let depth = Self.flowDepth(text), depth.depth > Self.depthMax {
            problems.append(Diagnostic(file: name, line: depth.line, column: 1, message: "lists nested deeper than \(Self.depthMax) levels"))
            readItemsApart()
            return
        }
        do {
            var all = lines.lines.map { String(decoding: $0, as: UTF8.self) }
            for document in try Self.documents(&all) {
                if case .scalar(let scalar) = document, Self.isNull(scalar) { continue }
                guard case .sequence(let sequence) = document else {
                    let hint = document["customRules"] == nil ? "" : ": these are the values of a chart, and each text below 'customRules' is one"
                    problems.append(
                        Diagnostic(
                            file: name, line: document.mark?.line ?? 1, column: document.mark?.column ?? 1,
                            message: "a rule file is a list of items, each beginning with '- '" + hint))
                    continue
                }
                take(sequence.map { ($0, 0) })
            }
        } catch {
            readItemsApart()
            if problems.isEmpty { problems.append(Self.diagnostic(error, name, offset: 0)) }
        }
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool { scalar.style == .plain && ["", "~", "null"].contains(scalar.string) }

    private mutating func take(_ nodes: [(Node, Int)]) {
        for (node, offset) in nodes {
            if case .scalar(let scalar) = node, Self.isNull(scalar) { continue }
            guard items.count < Self.itemsMax else {
                problems.append(Diagnostic(file: name, line: node.mark.map { $0.line + offset }, column: 1, message: "more than \(Self.itemsMax) items; the rest is left out"))
                return
            }
            items.append(node)
            offsets.append(offset)
        }
    }

    // an item begins with a dash in the first column; nothing inside an item may stand there
    private mutating func readItemsApart() {
        var starts: [Int] = []
        var ends: [Int] = []
        for (n, line) in lines.lines.enumerated() {
            let isItem = line.first == 0x2D && (line.count == 1 || line[1] == 0x20 || line[1] == 0x09)
            // `---` and `...` stand between documents
            let isMark = line.starts(with: [0x2D, 0x2D, 0x2D]) || line.starts(with: [0x2E, 0x2E, 0x2E])
            if isItem || isMark, ends.count < starts.count { ends.append(n) }
            if isItem { starts.append(n) }
        }
        if ends.count < starts.count { ends.append(lines.lines.count) }
        for (start, end) in zip(starts, ends) {
            var part = lines.lines[start..<end].map { String(decoding: $0, as: UTF8.self) }
            if let depth = Self.flowDepth(part.joined(separator: "\n")), depth.depth > Self.depthMax {
                problems.append(Diagnostic(file: name, line: depth.line + start, column: 1, message: "lists nested deeper than \(Self.depthMax) levels"))
                continue
            }
            do {
                for case .sequence(let sequence) in try Self.documents(&part) { take(sequence.map { ($0, start) }) }
            } catch {
                problems.append(Self.diagnostic(error, name, offset: start))
            }
        }
    }

    // MARK: Keys that are there twice

    /// Stands before a key that was there already: the first one counts.
    static let repeated: Character = "\u{E000}"
    /// Keys of which two in one item are two items with a dash forgotten.
    private static let names: Set<String> = ["rule", "macro", "list"]

    /// Mappings with such keys that are mended in one text; beyond that it is not readable.
    private static let repeatsMax = 16

    /// The documents of some lines; keys that their mapping has already are marked as `repeated` on the way.
    private static func documents(_ lines: inout [String]) throws -> [Node] {
        for attempt in 0... {
            var documents = try compose_all(yaml: lines.joined(separator: "\n"))
            var out: [Node] = []
            while let document = documents.next() { out.append(document) }
            guard let error = documents.error else { return out }
            guard case .duplicatedKeysInMapping(let keys, let context)? = error as? YamlError, attempt < repeatsMax, names.isDisjoint(with: keys),
                markRepeated(Set(keys), in: &lines, from: context.mark)
            else { throw error }
        }
        return []
    }

    /// Marks the later ones of keys in a mapping whose first key stands at a mark; returns whether there was one.
    private static func markRepeated(_ keys: Set<String>, in lines: inout [String], from mark: Mark) -> Bool {
        var seen: Set<String> = []
        var hasMarked = false
        for n in lines.indices.dropFirst(mark.line - 1) {
            let line = Array(lines[n].unicodeScalars)
            let indent = n == mark.line - 1 ? mark.column - 1 : line.prefix { $0 == " " }.count
            if indent < mark.column - 1, line.count > indent, line[indent] != "#" { break }
            guard indent == mark.column - 1, let colon = line[min(indent, line.count)...].firstIndex(of: ":") else { continue }
            var key = String(String.UnicodeScalarView(line[indent..<colon]))
            while key.last == " " { key.removeLast() }
            guard keys.contains(key), !seen.insert(key).inserted else { continue }
            lines[n] = String(repeating: " ", count: indent) + String(repeated) + String(String.UnicodeScalarView(line[indent...]))
            hasMarked = true
        }
        return hasMarked
    }

    /// Where an item's node stands, with the lines before its part of the file.
    func offset(ofItem n: Int) -> Int { offsets[n] }

    private static func diagnostic(_ error: any Error, _ name: String, offset: Int) -> Diagnostic {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?, .composer(_, let problem, let mark, _)?:
            return Diagnostic(file: name, line: mark.line + offset, column: mark.column, message: "not readable as YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context)?:
            return Diagnostic(
                file: name, line: context.mark.line + offset, column: context.mark.column, message: "the key '\(duplicates.first ?? "")' is there twice")
        case .reader(let problem, _, _, _)?: return Diagnostic(file: name, line: 1 + offset, column: 1, message: "not readable as YAML: \(problem)")
        default: return Diagnostic(file: name, line: 1 + offset, column: 1, message: "not readable as YAML")
        }
    }

    /// The deepest run of opening brackets in a row; a cheap bound for hostile input, since a deep tree is built by recursion.
    private static func flowDepth(_ text: String) -> (depth: Int, line: Int)? {
        var (run, best, line, bestLine) = (0, 0, 1, 1)
        for byte in text.utf8 {
            switch byte {
            case 0x5B, 0x7B:
                run += 1
                if run > best { (best, bestLine) = (run, line) }
            case 0x0A: line += 1
            case 0x20, 0x0D, 0x09: break
            default: run = 0
            }
        }
        return best > 0 ? (best, bestLine) : nil
    }
}
