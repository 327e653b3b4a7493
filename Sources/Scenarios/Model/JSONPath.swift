/// Where to look in a document: `runtimeDetails.processTree[].container.pod.name`. `[]` means any element, `[2]` the third.
package struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    package enum Segment: Hashable, Sendable {
        case key(String)
        case anyElement
        case element(Int)
    }
    package let segments: [Segment]
    package let description: String

    /// Nil when the text is no path: empty names, brackets that do not close, an index that is no number.
    package init?(_ text: String) {
        var segments: [Segment] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let name = part.prefix { $0 != "[" }
            guard !name.isEmpty else { return nil }
            segments.append(.key(String(name)))
            var rest = part.dropFirst(name.count)
            while !rest.isEmpty {
                guard rest.first == "[", let close = rest.firstIndex(of: "]") else { return nil }
                let inside = rest[rest.index(after: rest.startIndex)..<close]
                if inside.isEmpty {
                    segments.append(.anyElement)
                } else {
                    guard let index = Int(inside), index >= 0 else { return nil }
                    segments.append(.element(index))
                }
                rest = rest[rest.index(after: close)...]
            }
        }
        self.segments = segments
        description = text
    }

    /// All values the path leads to, in document order; none when a name on the way is missing.
    package func values(in document: JSONValue) -> [JSONValue] {
        var found = [document]
        for segment in segments {
            found = found.flatMap { value -> [JSONValue] in
                switch segment {
                case .key(let key): value[key].map { [$0] } ?? []
                case .anyElement: value.elements ?? []
                case .element(let index):
                    if let elements = value.elements, index < elements.count { [elements[index]] } else { [] }
                }
            }
        }
        return found
    }
}
