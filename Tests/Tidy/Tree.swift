import Foundation

/// The source tree as these tests read it.
struct Tree {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File {
        /// From the root: `Sources/Sensor/Rules/RuleSet.swift`.
        let path: String
        let text: String
        var isGenerated: Bool { path.contains("/Generated/") || path.contains(".generated.") }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    /// Files below `folder` with one of the endings, sorted by path.
    static func files(_ folder: String, _ endings: String...) throws -> [File] {
        guard let walk = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: [.isRegularFileKey]) else { return [] }
        var out: [File] = []
        for case let url as URL in walk where endings.contains(url.pathExtension) {
            let path = String(url.path.dropFirst(root.path.count + 1))
            out.append(File(path: path, text: try String(contentsOf: url, encoding: .utf8)))
        }
        return out.sorted { $0.path < $1.path }
    }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// Module names imported by a Swift file, whatever the reach of the import.
    static func imports(of file: File) -> Set<String> {
        var out: Set<String> = []
        for line in file.lines {
            var words = line.split(separator: " ")
            while let first = words.first, ["package", "internal", "private", "fileprivate", "public", "@preconcurrency", "@_exported"].contains(first) { words.removeFirst() }
            guard words.first == "import", let module = words.last else { continue }
            out.insert(String(module.prefix { $0 != "." }))
        }
        return out
    }
}
