internal import Foundations
internal import Yams

/// The items of a rule file, each as a tree of located nodes.
///
/// A file is one YAML sequence. Where it cannot be read as a whole, each item is read by itself, so that one broken item costs
/// only itself. Bounds: `bytesMax` of a file, `itemsMax` items; YAML nesting is bounded by libyaml (1,000) and again here, since
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
            guard let root = try compose(yaml: text) else { return }
            if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
            guard case .sequence(let sequence) = root else {
                problems.append(Diagnostic(file: name, line: root.mark?.line ?? 1, column: root.mark?.column ?? 1, message: "a rule file is a list of items, each beginning with '- '"))
                return
            }
            take(sequence.map { ($0, 0) })
        } catch {
            readItemsApart()
            if problems.isEmpty { problems.append(Self.diagnostic(error, name, offset: 0)) }
        }
    }

    private mutating func take(_ nodes: [(Node, Int)]) {
        for (node, offset) in nodes {
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
        for (n, line) in lines.lines.enumerated() where line.first == 0x2D && (line.count == 1 || line[1] == 0x20) { starts.append(n) }
        for (n, start) in starts.enumerated() {
            let end = n + 1 < starts.count ? starts[n + 1] : lines.lines.count
            let text = lines.lines[start..<end].map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
            if let depth = Self.flowDepth(text), depth.depth > Self.depthMax {
                problems.append(Diagnostic(file: name, line: depth.line + start, column: 1, message: "lists nested deeper than \(Self.depthMax) levels"))
                continue
            }
            do {
                guard case .sequence(let sequence)? = try compose(yaml: text) else { continue }
                take(sequence.map { ($0, start) })
            } catch {
                problems.append(Self.diagnostic(error, name, offset: start))
            }
        }
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
