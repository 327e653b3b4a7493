package import Foundation

/// Where things lie: the sibling executables beside this one, and the package they were built from.
package struct PackageRoot: Sendable {
    /// The folder of the running executable.
    package let executables: URL
    /// The folder with `Package.swift` and `rules/`, found by walking up from the executables; nil in an installed copy.
    package let package: URL?

    /// - Parameter executable: a path to the running executable; by default what the kernel says it is.
    package init(executable: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()) {
        executables = executable.deletingLastPathComponent()
        var folder = executables
        var found: URL?
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path), FileManager.default.fileExists(atPath: folder.appending(path: "Sources").path) {
                found = folder
                break
            }
            folder.deleteLastPathComponent()
        }
        package = found
    }

    package struct Missing: Error, CustomStringConvertible {
        package var description: String
    }

    /// A program of this package by name.
    package func executable(_ name: String) throws -> URL {
        let file = executables.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: file.path) else {
            throw Missing(description: "\(name) is not beside this program (\(file.path)); build it with: swift build --product \(name)")
        }
        return file
    }

    /// The rule files, sorted: of the package, else of `rules/` beside the executables.
    package func rules() throws -> [URL] {
        for folder in [package, executables].compactMap({ $0?.appending(path: "rules") }) {
            let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            let rules = (files ?? []).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
            if !rules.isEmpty { return rules }
        }
        throw Missing(description: "no rules/*.yaml in the package or beside this program (\(executables.path))")
    }

    /// The scenario files of the package, when it is there: an edited scenario needs no build.
    package var catalogue: URL? {
        package?.appending(path: "Sources/Scenarios/Catalog")
    }
}
