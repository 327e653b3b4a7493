/// Many prefixes at once: one walk down the text finds those that begin it, each with its row.
final class PrefixTrie: TextMatcher {
    /// What a prefix has to end with.
    enum Boundary: Sendable {
        /// `startswith`: anything may follow.
        case anywhere
        /// `pmatch`: a directory and what is below it. `/tmp/a` is the beginning of `/tmp/a` and `/tmp/a/b`, not of `/tmp/ab`.
        case component
    }

    private struct Node: Sendable {
        var firstEdge: Int32
        var edgeCount: Int32
        /// Of the prefix that ends here; 0 where none does.
        var row: Int32
    }

    private struct Edge: Sendable {
        var byte: UInt8
        var target: Int32
    }

    private let nodes: [Node]
    private let edges: [Edge]
    private let boundary: Boundary
    private let isReversed: Bool

    /// - Parameters:
    ///   - texts: different texts, each with a row other than 0.
    ///   - isReversed: the texts are suffixes and are walked from the end.
    init(_ texts: [(text: [UInt8], row: Int32)], boundary: Boundary = .anywhere, isReversed: Bool = false) {
        var children: [[UInt8: Int]] = [[:]]
        var rows: [Int32] = [0]
        for (text, row) in texts {
            var at = 0
            for byte in isReversed ? text.reversed() : text {
                if let next = children[at][byte] {
                    at = next
                } else {
                    children.append([:])
                    rows.append(0)
                    children[at][byte] = children.count - 1
                    at = children.count - 1
                }
            }
            rows[at] = row
        }
        var nodes: [Node] = []
        var edges: [Edge] = []
        for (node, row) in zip(children, rows) {
            nodes.append(Node(firstEdge: Int32(edges.count), edgeCount: Int32(node.count), row: row))
            for (byte, target) in node.sorted(by: { $0.key < $1.key }) { edges.append(Edge(byte: byte, target: Int32(target))) }
        }
        (self.nodes, self.edges) = (nodes, edges)
        self.boundary = boundary
        self.isReversed = isReversed
    }

    func collect(_ text: UnsafeBufferPointer<UInt8>, _ rows: BitRows, into out: UnsafeMutablePointer<UInt64>) {
        nodes.withUnsafeBufferPointer { nodes in
            edges.withUnsafeBufferPointer { edges in
                var node = nodes[0]
                var taken = 0
                while true {
                    if node.row != 0, isBoundary(text, taken) { rows.add(node.row, to: out) }
                    guard taken < text.count else { return }
                    let byte = isReversed ? text[text.count - 1 - taken] : text[taken]
                    guard let next = Self.child(of: node, byte, edges) else { return }
                    node = nodes[next]
                    taken += 1
                }
            }
        }
    }

    // edges of a node lie together, bytes ascending
    @inline(__always)
    private static func child(of node: Node, _ byte: UInt8, _ edges: UnsafeBufferPointer<Edge>) -> Int? {
        var low = Int(node.firstEdge)
        var high = low + Int(node.edgeCount)
        while low < high {
            let middle = (low + high) / 2
            let edge = edges[middle]
            if edge.byte == byte { return Int(edge.target) }
            if edge.byte < byte { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private func isBoundary(_ text: UnsafeBufferPointer<UInt8>, _ taken: Int) -> Bool {
        switch boundary {
        case .anywhere: true
        case .component: taken == text.count || text[taken] == 0x2F || (taken > 0 && text[taken - 1] == 0x2F)
        }
    }
}
