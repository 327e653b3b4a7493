// embed-text OUTPUT SOURCE...
//
// Writes one Swift file: `enum EmbeddedText { static let files: [(name: String, base64: StaticString)] }`.
import Foundation

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    FileHandle.standardError.write(Data("usage: embed-text OUTPUT SOURCE...\n".utf8))
    exit(2)
}
do {
    var swift = "// Made by embed-text; never edited.\nenum EmbeddedText {\n    static let files: [(name: String, base64: StaticString)] = [\n"
    for source in arguments.dropFirst(2) {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: source))
        swift += "        (\"\(URL(fileURLWithPath: source).lastPathComponent)\", \"\(bytes.base64EncodedString())\"),\n"
    }
    swift += "    ]\n}\n"
    try swift.write(toFile: arguments[1], atomically: true, encoding: .utf8)
} catch {
    FileHandle.standardError.write(Data("embed-text: error: \(error)\n".utf8))
    exit(1)
}
