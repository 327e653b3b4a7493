/// Redacts a stream line by line, as `wiz-sensor redact` does. A key or certificate that spans lines is found whole: what follows its first
/// line is redacted until the block ends.
package struct LineRedactor: Sendable {
    /// Lines of one block at most; whatever claims to be longer is no key, and the text after it is read as usual.
    package static let blockLinesMax = 4096

    private let redactor = Redactor()
    private var block: (kind: String, lines: Int)?

    package init() {}

    /// The secrets of the next line, in order, never overlapping.
    ///
    /// - Parameter line: without its end.
    package mutating func spans(in line: String) -> [Redactor.Span] {
        if let open = block {
            let length = line.utf8.count
            if let end = Self.blockEnd(in: line) {
                block = nil
                return Redactor.Span.all(of: end, open.kind) + redactor.spans(in: line, from: end)
            }
            if open.lines < Self.blockLinesMax, Self.mayBelongToBlock(line) {
                block?.lines += 1
                return Redactor.Span.all(of: length, open.kind)
            }
            block = nil
        }
        let (spans, open) = redactor.scan(line)
        block = open.map { ($0, 1) }
        return spans
    }

    /// The next line with each secret replaced by `[REDACTED:<kind>]`.
    package mutating func redact(_ line: String) -> String { Redactor.replace(spans(in: line), in: line) }

    /// The offset after `-----END X-----`.
    private static func blockEnd(in line: String) -> Int? {
        guard let end = line.firstRange(of: "-----END ") else { return nil }
        let rest = line[end.upperBound...]
        guard let dashes = rest.firstRange(of: "-----") else { return line.utf8.count }
        return line.utf8.distance(from: line.utf8.startIndex, to: dashes.upperBound)
    }

    // Base64, or a header of the old form (`Proc-Type: 4,ENCRYPTED`), with what shells and YAML put around it.
    private static func mayBelongToBlock(_ line: String) -> Bool {
        if line.contains(": ") { return line.utf8.count < 256 }
        return line.utf8.allSatisfy { SecretScanner.isBase64($0) || $0 <= 0x20 || SecretScanner.isQuote($0) || $0 == 0x5C || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ",") }
    }
}
