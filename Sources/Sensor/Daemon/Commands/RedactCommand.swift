import ArgumentParser
import Foundation
import Redaction

struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact", abstract: "Replace secrets in standard input, line by line, as they are replaced before anything is stored or sent.",
        discussion: "--json prints, for each line, the spans found instead: {\"line\", \"spans\":[{start, end, kind}]}, in UTF-8 offsets.")

    @Flag(help: "Print spans and kinds instead of the text.") var json = false

    private struct Line: Encodable {
        var line: Int
        var spans: [Redactor.Span]
    }

    func run() throws {
        var redactor = LineRedactor()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var number = 0
        while let line = readLine(strippingNewline: true) {
            number += 1
            if json {
                Output.say(String(decoding: try encoder.encode(Line(line: number, spans: redactor.spans(in: line))), as: UTF8.self))
            } else {
                Output.say(redactor.redact(line))
            }
        }
    }
}
