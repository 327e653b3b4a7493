/// Many prefixes at once: one walk down the text says whether one of them begins it.
struct PrefixTrie: Sendable {
    /// What a prefix has to end with.
    enum Boundary: Sendable {
        /// `startswith`: anything may follow.
        case anywhere
        /// `pmatch`: a directory and what is below it. `/tmp/a` is the beginning of `/tmp/a` and `/tmp/a/b`, not of `/tmp/ab`.
        case component
    }

    private struct Node {
        /// Edges of a node lie together: bytes ascending.
        var edges: Range<Int>
        var isEnd: Bool
    }

    private let nodes: [Node]
    private let edgeBytes: [UInt8]
    private let edgeTargets: [Int32]
    private let boundary: Boundary
    private let isReversed: Bool

    /// - Parameter isReversed: the texts are suffixes and are walked from the end.
    init(_ texts: [[UInt8]], boundary: Boundary = .anywhere, isReversed: Bool = false) {
        var children: [[(UInt8, Int)]] = [[]]
        var ends = [false]
        for text in texts {
            var at = 0
            for byte in isReversed ? text.reversed() : text {
                if let next = children[at].first(where: { $0.0 == byte }) {
                    at = next.1
                } else {
                    children.append([])
                    ends.append(false)
                    children[at].append((byte, children.count - 1))
                    at = children.count - 1
                }
            }
            ends[at] = true
        }
        var nodes: [Node] = []
        var bytes: [UInt8] = []
        var targets: [Int32] = []
        for (n, edges) in children.enumerated() {
            let first = bytes.count
            for (byte, target) in edges.sorted(by: { $0.0 < $1.0 }) {
                bytes.append(byte)
                targets.append(Int32(target))
            }
            nodes.append(Node(edges: first..<bytes.count, isEnd: ends[n]))
        }
        (self.nodes, edgeBytes, edgeTargets) = (nodes, bytes, targets)
        self.boundary = boundary
        self.isReversed = isReversed
    }

    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        var taken = 0
        while true {
            if nodes[at].isEnd, isBoundary(text, taken) { return true }
            guard taken < text.count else { return false }
            let byte = isReversed ? text[text.count - 1 - taken] : text[taken]
            guard let next = child(of: at, byte) else { return false }
            at = next
            taken += 1
        }
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var (low, high) = (nodes[node].edges.lowerBound, nodes[node].edges.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if edgeBytes[middle] == byte { return Int(edgeTargets[middle]) }
            if edgeBytes[middle] < byte { low = middle + 1 } else { high = middle }
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
