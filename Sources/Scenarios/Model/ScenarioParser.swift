import Contract
import Foundation
package import Foundations
import Yams

/// Text of a scenario file to `Scenario`.
package enum ScenarioParser {
    /// The most bytes a scenario file may have.
    package static let bytesMax = 256 << 10

    /// Everything that is wrong with a file, in order of lines.
    package struct Rejection: Error, CustomStringConvertible {
        package var diagnostics: [Diagnostic]
        package init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
        package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
    }

    /// - Parameters:
    ///   - file: the name that diagnostics give.
    ///   - actions: names of the actions that exist; a step that names another one is diagnosed.
    /// - Throws: `Rejection`.
    package static func parse(_ text: String, file: String, actions: Set<String>) throws -> Scenario {
        let root = try compose(text, file: file)
        var reader = YAMLReader(file: file)
        let scenario = scenario(root, reader: &reader, actions: actions)
        guard let scenario, reader.diagnostics.isEmpty else { throw rejection(reader.diagnostics) }
        return scenario
    }

    /// The document of a file.
    static func compose(_ text: String, file: String) throws -> Node {
        guard text.utf8.count <= bytesMax else { throw Rejection(diagnostics: [Diagnostic(file: file, message: "larger than \(bytesMax) bytes")]) }
        do {
            guard let node = try Yams.compose(yaml: text) else { throw Rejection(diagnostics: [Diagnostic(file: file, message: "the file is empty")]) }
            return node
        } catch let error as YamlError {
            throw Rejection(diagnostics: [diagnostic(of: error, file: file)])
        }
    }

    static func rejection(_ diagnostics: [Diagnostic]) -> Rejection {
        Rejection(diagnostics: diagnostics.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }

    private static let keys = ["name", "kind", "description", "techniques", "tags", "needs", "faults", "steps", "expect", "audit", "limits"]

    private static func scenario(_ root: Node, reader: inout YAMLReader, actions: Set<String>) -> Scenario? {
        guard let members = reader.mapping(root, "a scenario", keys: keys) else { return nil }
        let name = members["name"].map { reader.text($0, "'name'") } ?? ""
        if name.isEmpty || name.contains(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")) }) {
            reader.fail(members["name"] ?? root, "a scenario needs a 'name' of letters, digits, '-' and '_'")
        }
        let kind = members["kind"].flatMap { reader.choice($0, "'kind'", Scenario.Kind.self) } ?? .attack
        let needs = members["needs"].map { node in reader.list(node, "'needs'").compactMap { reader.choice($0, "a need", Scenario.Need.self) } } ?? [.root, .bpf]
        let techniques = members["techniques"].map { reader.texts($0, "'techniques'") } ?? []
        for technique in techniques where technique.wholeMatch(of: /T\d{4}(\.\d{3})?/) == nil {
            reader.fail(members["techniques"] ?? root, "'\(technique)' is no ATT&CK technique id such as T1059.004")
        }
        if kind == .attack, techniques.isEmpty { reader.fail(root, "an attack needs 'techniques'") }
        var steps = StepParser(actions: actions)
        let located = members["steps"].map { steps.steps($0, reader: &reader) } ?? []
        if located.isEmpty { reader.fail(members["steps"] ?? root, "a scenario needs 'steps'") }
        let expectation = members["expect"].map { ExpectationParser(containers: steps.containers).expectation($0, reader: &reader) }
        if expectation == nil { reader.fail(root, "a scenario needs 'expect': what has to be seen, or 'expect: {}' for nothing at all") }
        let limits = members["limits"].flatMap { Self.limits($0, reader: &reader) }
        if limits == nil, let line = located.first(where: { if case .action(let call) = $0.step { call.isBesideSensor } else { false } })?.line {
            reader.fail(root, "the step of line \(line) is 'beside: sensor', which only has a place of its own with 'limits'")
        }
        let faults = members["faults"].flatMap { StepParser.plan($0, reader: &reader) }
        return Scenario(
            name: name, kind: kind, description: members["description"].map { reader.text($0, "'description'") } ?? "", techniques: techniques,
            tags: members["tags"].map { reader.texts($0, "'tags'") } ?? [], needs: needs, faults: faults, steps: located,
            expectation: expectation ?? Expected(), auditsTheWire: members["audit"].map { reader.flag($0, "'audit'") } ?? false, limits: limits, file: reader.file)
    }

    private static func limits(_ node: Node, reader: inout YAMLReader) -> SensorLimits? {
        guard let members = reader.mapping(node, "'limits'", keys: ["memory", "cpu"]) else { return nil }
        var out = SensorLimits()
        if let node = members["memory"] { out.memory = reader.integer(node, "'memory'", in: 64...300) }
        if let node = members["cpu"] { out.cpu = reader.integer(node, "'cpu'", in: 10...300) }
        return out
    }

    private static func diagnostic(of error: YamlError, file: String) -> Diagnostic {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            Diagnostic(file: file, line: mark.line, column: mark.column, message: problem)
        default: Diagnostic(file: file, message: "\(error)")
        }
    }
}
