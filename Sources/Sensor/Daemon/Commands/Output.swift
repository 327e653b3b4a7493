import Foundation
import Glibc

/// What subcommands print: text for people, JSON for programs.
enum Output {
    /// A line on standard output at once, also into a pipe. A reader that went away ends the program quietly.
    static func say(_ line: String) {
        var bytes = Array(line.utf8)
        bytes.append(10)
        var at = 0
        while at < bytes.count {
            let n = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress?.advanced(by: at), bytes.count - at) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { exit(0) }
            at += n
        }
    }

    static func complain(_ line: String) { FileHandle.standardError.write(Data("wiz-sensor: \(line)\n".utf8)) }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Rows in columns as wide as they need, the last one ragged.
    static func table(_ header: [String], _ rows: [[String]]) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for (index, row) in all.enumerated() {
            let line = zip(row, widths).enumerated().map { $0 == row.count - 1 ? $1.0 : $1.0.padding(toLength: $1.1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
            say(index == 0 && isTerminal ? "\u{1B}[1m\(line)\u{1B}[0m" : line)
        }
    }

    static let isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    static func bytes(_ n: UInt64) -> String {
        n < 10_240 ? "\(n) B" : n < 10_485_760 ? "\(n / 1024) KiB" : "\(n / 1_048_576) MiB"
    }

    static func span(seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
