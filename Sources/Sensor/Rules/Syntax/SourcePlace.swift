internal import Foundations

/// A place in a file that somebody wrote; 1-based, columns in characters as an editor counts them.
struct SourcePlace: Sendable, Hashable {
    var file: String
    var line: Int
    var column: Int

    func diagnostic(_ message: String, subject: String? = nil) -> Diagnostic {
        Diagnostic(file: file, line: line, column: column, subject: subject, message: message)
    }
}

/// A piece of text of a rule file that can say where each of its bytes stands in the file.
///
/// YAML folds lines and drops indentation and escapes, so offsets in a value are not offsets in the file. What the two have in
/// common are the characters that are not white space, in order: place n of the value is place n of the source.
struct SourceText: Sendable {
    private(set) var text: String
    let file: String
    private let lines: Lines
    /// Where the value begins: its first character, its quotation mark, or the `>` or `|` of a block.
    private let line: Int
    private let column: Int
    /// What was appended to it, and at which offset each piece begins.
    private var appended: [(from: Int, piece: SourceText)] = []

    /// The lines of a file, shared by all texts of it.
    final class Lines: Sendable {
        let lines: [[UInt8]]
        init(_ text: String) {
            // bytes, since a line feed behind a carriage return is one character
            lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0.last == 0x0D ? $0.dropLast() : $0) }
        }
        static let none = Lines("")
    }

    init(_ text: String, file: String, lines: Lines, line: Int, column: Int) {
        self.text = text
        self.file = file
        self.lines = lines
        self.line = line
        self.column = column
    }

    /// A text that is a file of its own: a filter of the command line, a part of a test.
    init(standalone text: String, file: String) {
        self.init(text, file: file, lines: Lines(text), line: 1, column: 1)
    }

    /// The text with another one behind it, a space between them: what `append` makes of two conditions.
    func appending(_ other: SourceText) -> SourceText {
        var out = self
        out.appended.append((text.utf8.count + 1, other))
        out.text += " " + other.text
        return out
    }

    var start: SourcePlace { SourcePlace(file: file, line: line, column: column) }

    /// - Parameter offset: of UTF-8 bytes in `text`.
    func place(at offset: Int) -> SourcePlace {
        if let last = appended.last(where: { $0.from <= offset }) { return last.piece.place(at: offset - last.from) }
        guard line >= 1, line <= lines.lines.count else { return start }
        var wanted = 0
        for byte in text.utf8.prefix(offset) where !Self.isBlank(byte) { wanted += 1 }
        var row = line - 1
        var at = max(0, column - 1)
        var source = lines.lines[row]
        var style = Style.plain
        if at < source.count {
            switch source[at] {
            case 0x3E, 0x7C:
                // the block's indicator; its text begins on the next line
                if text.utf8.first != source[at] || source[(at + 1)...].allSatisfy({ Self.isBlank($0) || $0 == 0x2D || $0 == 0x2B || ($0 >= 48 && $0 <= 57) }) {
                    row += 1
                    at = 0
                    style = .block
                }
            case 0x22:
                if text.utf8.first != 0x22 { (at, style) = (at + 1, .doubleQuoted) }
            case 0x27:
                if text.utf8.first != 0x27 { (at, style) = (at + 1, .singleQuoted) }
            default: break
            }
        }
        while row < lines.lines.count {
            source = lines.lines[row]
            while at < source.count {
                if Self.isBlank(source[at]) {
                    at += 1
                    continue
                }
                let step = Self.step(source, at, style)
                if wanted == 0 { return SourcePlace(file: file, line: row + 1, column: Self.column(source, at)) }
                wanted -= 1
                at += step
            }
            row += 1
            at = 0
        }
        return start
    }

    private enum Style { case plain, block, singleQuoted, doubleQuoted }

    // `\"` and `''` are one character of the value
    private static func step(_ source: [UInt8], _ at: Int, _ style: Style) -> Int {
        if style == .doubleQuoted, source[at] == 0x5C, at + 1 < source.count { return 2 }
        if style == .singleQuoted, source[at] == 0x27, at + 1 < source.count, source[at + 1] == 0x27 { return 2 }
        return 1
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 9 && byte <= 13) }

    private static func column(_ source: [UInt8], _ at: Int) -> Int {
        // bytes that continue a character do not begin a column
        source[..<at].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }
}
