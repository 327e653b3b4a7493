/// Finds secrets in text and replaces them.
package struct Redactor: Sendable {
    /// What was found, as a range of UTF-8 offsets.
    package struct Span: Hashable, Sendable, Codable {
        package var start: Int
        package var end: Int
        package var kind: String

        package init(start: Int, end: Int, kind: String) {
            self.start = start
            self.end = end
            self.kind = kind
        }

        static func all(of length: Int, _ kind: String) -> [Span] { length > 0 ? [Span(start: 0, end: length, kind: kind)] : [] }
    }

    package init() {}

    package func redact<V: Redactable>(_ value: V) -> Redacted<V> { Redacted(value.redacted(by: self)) }

    /// The text with each secret replaced by `[REDACTED:<kind>]`; the text itself when there is none.
    package func redact(_ text: String) -> String { Self.replace(spans(in: text), in: text) }

    /// The secrets in order, never overlapping.
    package func spans(in text: String) -> [Span] { scan(text).spans }

    /// How many times a byte was looked at to find them: what a host pays, and proportional to the length of the text.
    package func bytesRead(in text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var scanner = SecretScanner(bytes: bytes)
            _ = scanner.run()
            return scanner.bytesRead
        }
    }

    /// The secrets, and the kind of the block that the text ends in.
    func scan(_ text: String) -> (spans: [Span], openBlock: String?) {
        var text = text
        return text.withUTF8 { bytes in
            // shorter than the shortest secret worth the name
            guard bytes.count >= 6 else { return ([], nil) }
            var scanner = SecretScanner(bytes: bytes)
            return (scanner.run(), scanner.openBlock)
        }
    }

    /// The secrets behind an offset, in offsets of the whole text.
    func spans(in text: String, from offset: Int) -> [Span] {
        var text = text
        return text.withUTF8 { bytes in
            var scanner = SecretScanner(bytes: UnsafeBufferPointer(rebasing: bytes[offset...]))
            return scanner.run().map { Span(start: $0.start + offset, end: $0.end + offset, kind: $0.kind) }
        }
    }

    static func replace(_ spans: [Span], in text: String) -> String {
        if spans.isEmpty { return text }
        var text = text
        return text.withUTF8 { bytes in
            var out: [UInt8] = []
            out.reserveCapacity(bytes.count + spans.count * 16)
            var at = 0
            for span in spans {
                out += bytes[at..<span.start]
                out += Array("[REDACTED:\(span.kind)]".utf8)
                at = span.end
            }
            out += bytes[at...]
            return String(decoding: out, as: UTF8.self)
        }
    }
}
