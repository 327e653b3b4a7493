import Foundation

/// The built-in scenarios: the files of `Sources/Scenarios/Catalog`, carried inside the executable.
package enum Catalogue {
    /// File name and text, sorted by name.
    package static var files: [(name: String, text: String)] {
        EmbeddedText.files.compactMap { file in
            Data(base64Encoded: file.base64.description).map { (file.name, String(decoding: $0, as: UTF8.self)) }
        }
    }
}
