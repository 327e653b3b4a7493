/// A shell pattern over the whole text: `*` any run (slashes too), `?` any byte, `[a-z]` and `[!a-z]` one of a set, `\` the next byte itself.
///
/// Time is bounded by length of text times length of pattern: only the last `*` is ever gone back to.
package struct GlobPattern: Sendable {
    private enum Element: Sendable {
        case byte(UInt8)
        case any
        case run
        /// Bit per byte.
        case set([UInt64])
    }

    private let elements: [Element]
    private let isCaseInsensitive: Bool

    package init(_ pattern: [UInt8], isCaseInsensitive: Bool = false) {
        let pattern = isCaseInsensitive ? pattern.map(asciiLower) : pattern
        var elements: [Element] = []
        var at = 0
        while at < pattern.count {
            let byte = pattern[at]
            at += 1
            switch byte {
            case 0x2A:
                if case .run? = elements.last { continue }
                elements.append(.run)
            case 0x3F: elements.append(.any)
            case 0x5C where at < pattern.count:
                elements.append(.byte(pattern[at]))
                at += 1
            case 0x5B:
                if let (set, end) = Self.set(pattern, at) {
                    elements.append(.set(set))
                    at = end
                } else {
                    elements.append(.byte(byte))
                }
            default: elements.append(.byte(byte))
            }
        }
        self.elements = elements
        self.isCaseInsensitive = isCaseInsensitive
    }

    // from behind the bracket; nil when it is never closed, and the bracket is a byte like others
    private static func set(_ pattern: [UInt8], _ start: Int) -> ([UInt64], Int)? {
        var at = start
        var bits: [UInt64] = [0, 0, 0, 0]
        let isNegated = at < pattern.count && (pattern[at] == 0x21 || pattern[at] == 0x5E)
        if isNegated { at += 1 }
        var isFirst = true
        while at < pattern.count {
            let byte = pattern[at]
            if byte == 0x5D, !isFirst {
                return (isNegated ? bits.map { ~$0 } : bits, at + 1)
            }
            isFirst = false
            var last = byte
            if at + 2 < pattern.count, pattern[at + 1] == 0x2D, pattern[at + 2] != 0x5D {
                last = pattern[at + 2]
                at += 2
            }
            at += 1
            if byte <= last { for b in byte...last { bits[Int(b) >> 6] |= 1 << UInt64(b & 63) } }
        }
        return nil
    }

    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8(matches)
    }

    package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (at, element) = (0, 0)
        var retry: (text: Int, element: Int)?
        while at < text.count {
            if element < elements.count, case .run = elements[element] {
                retry = (at, element + 1)
                element += 1
            } else if element < elements.count, accepts(elements[element], text[at]) {
                at += 1
                element += 1
            } else if let back = retry {
                retry = (back.text + 1, back.element)
                (at, element) = (back.text + 1, back.element)
            } else {
                return false
            }
        }
        while element < elements.count, case .run = elements[element] { element += 1 }
        return element == elements.count
    }

    private func accepts(_ element: Element, _ byte: UInt8) -> Bool {
        let byte = isCaseInsensitive ? asciiLower(byte) : byte
        switch element {
        case .byte(let wanted): return byte == wanted
        case .any: return true
        case .run: return false
        case .set(let bits): return bits[Int(byte) >> 6] >> UInt64(byte & 63) & 1 == 1
        }
    }
}
