import Foundation
import Foundations
package import ScenarioModel

/// Scenarios by name (the catalogue) or by path (one's own).
package struct ScenarioLibrary: Sendable {
    package private(set) var scenarios: [Scenario] = []
    /// Files of the catalogue that could not be read, with the reasons.
    package private(set) var rejected: [ScenarioParser.Rejection] = []

    /// Reads the catalogue: the package's folder when this program runs from a clone, else the copy it was built with.
    package init(root: PackageRoot) {
        for file in Self.files(of: root) {
            do {
                scenarios.append(try ScenarioParser.parse(file.text, file: file.name, actions: ActionLibrary.names))
            } catch let rejection as ScenarioParser.Rejection {
                rejected.append(rejection)
            } catch {
                rejected.append(.init(diagnostics: [Diagnostic(file: file.name, message: "\(error)")]))
            }
        }
        let names = Dictionary(grouping: scenarios, by: \.name).filter { $0.value.count > 1 }
        for (name, same) in names {
            rejected.append(.init(diagnostics: same.map { Diagnostic(file: $0.file, message: "there is another scenario '\(name)'") }))
        }
    }

    private static func files(of root: PackageRoot) -> [(name: String, text: String)] {
        guard let folder = root.catalogue, let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) else { return Catalogue.files }
        return files.filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
            .compactMap { file in (try? String(contentsOf: file, encoding: .utf8)).map { (file.lastPathComponent, $0) } }
    }

    package struct Unknown: Error, CustomStringConvertible {
        package var description: String
    }

    /// A scenario by name, or by path when the text ends in `.yaml` or `.yml` or has a slash.
    package func find(_ name: String) throws -> Scenario {
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            guard let data = FileManager.default.contents(atPath: name) else { throw Unknown(description: "\(name): cannot be read") }
            return try ScenarioParser.parse(String(decoding: data, as: UTF8.self), file: name, actions: ActionLibrary.names)
        }
        guard let scenario = scenarios.first(where: { $0.name == name }) else {
            throw Unknown(description: "no scenario '\(name)'; there are \(scenarios.map(\.name).joined(separator: ", "))")
        }
        return scenario
    }
}
