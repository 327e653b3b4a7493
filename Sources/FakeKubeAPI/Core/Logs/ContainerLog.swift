import Foundations

/// The log of a container, line by line. Bounded: at the bound the oldest lines go, as in a file that is rotated.
///
/// A line of a fixture may begin with its time, as `kubectl logs --timestamps` prints it (RFC 3339 and a space); a line without one has the time of the
/// line before, the first of all that of the container's start.
package struct ContainerLog: Sendable {
    struct Line: Sendable {
        var time: WallInstant?
        /// Without the line feed.
        var text: String
    }

    static let linesMax = 100_000

    private(set) var lines: [Line] = []
    /// Lines that are there no longer.
    private(set) var forgotten = 0

    package init(parsing text: String) { append(text, at: nil) }

    /// The number of the next line, counted from the first that ever was.
    var end: Int { forgotten + lines.count }

    /// Adds the lines of a text.
    /// - Parameter time: of lines that name none; nil for that of the line before.
    mutating func append(_ text: String, at time: WallInstant?) {
        var parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        for part in parts {
            let word = part.prefix { $0 != " " }
            if part.count > word.count, let own = Timestamp.parse(String(word)) {
                lines.append(Line(time: own, text: String(part.dropFirst(word.count + 1))))
            } else {
                lines.append(Line(time: time ?? lines.last?.time, text: String(part)))
            }
        }
        if lines.count > Self.linesMax {
            forgotten += lines.count - Self.linesMax
            lines.removeFirst(lines.count - Self.linesMax)
        }
    }

    /// The lines from this number on.
    func lines(from number: Int) -> ArraySlice<Line> { lines[min(lines.count, max(0, number - forgotten))...] }
}
