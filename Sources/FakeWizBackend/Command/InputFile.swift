import Foundation
import Foundations

/// Files named on the command line.
enum InputFile {
    static func bytes(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Diagnostic(file: path, message: "cannot be read: \(error.localizedDescription)")
        }
    }

    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else { throw Diagnostic(file: path, message: "is not UTF-8") }
        return text
    }
}
