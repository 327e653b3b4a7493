import Foundations
import Yams

/// Text of a file of rule cases to `RuleCases`:
///
///     containers:
///       - container: web                  # as in a scenario
///     cases:
///       - rule: reverse-shell
///         attack: { action: reverse-shell, container: web }
///         twin: { action: shell, container: web, command: "echo id | /bin/sh" }
package enum RuleCaseParser {
    /// - Throws: `ScenarioParser.Rejection` with everything that is wrong, in order of lines.
    package static func parse(_ text: String, file: String, actions: Set<String>) throws -> RuleCases {
        let root = try ScenarioParser.compose(text, file: file)
        var reader = YAMLReader(file: file)
        let cases = read(root, actions: actions, reader: &reader)
        guard let cases, reader.diagnostics.isEmpty else { throw ScenarioParser.rejection(reader.diagnostics) }
        return cases
    }

    private static func read(_ root: Node, actions: Set<String>, reader: inout YAMLReader) -> RuleCases? {
        guard let members = reader.mapping(root, "a file of rule cases", keys: ["containers", "cases"]) else { return nil }
        var steps = StepParser(actions: actions)
        var containers: [ContainerSpec] = []
        if let node = members["containers"] {
            for located in steps.steps(node, reader: &reader) {
                if case .container(let spec) = located.step { containers.append(spec) } else { reader.fail(node, "'containers' holds only 'container' steps") }
            }
        }
        var cases: [RuleCase] = []
        var slugs: Set<String> = []
        guard let list = members["cases"] else {
            reader.fail(root, "a file of rule cases needs 'cases'")
            return nil
        }
        for node in reader.list(list, "'cases'") {
            guard let entry = reader.mapping(node, "a case", keys: ["rule", "attack", "twin"]) else { continue }
            guard let named = entry["rule"], let attack = entry["attack"], let twin = entry["twin"] else {
                reader.fail(node, "a case needs 'rule', 'attack' and 'twin'")
                continue
            }
            guard let attack = call(attack, "'attack'", &steps, reader: &reader), let twin = call(twin, "'twin'", &steps, reader: &reader) else { continue }
            let item = RuleCase(rule: reader.text(named, "'rule'"), attack: attack, twin: twin)
            if !slugs.insert(item.slug).inserted { reader.fail(named, "there is another case '\(item.slug)'") }
            cases.append(item)
        }
        return RuleCases(containers: containers, cases: cases)
    }

    private static func call(_ node: Node, _ what: String, _ steps: inout StepParser, reader: inout YAMLReader) -> ActionCall? {
        let found = steps.steps(Node([node]), reader: &reader)
        if case .action(let call)? = found.first?.step {
            if call.times != 1 { reader.fail(node, "\(what) is done once") }
            return call
        }
        if !found.isEmpty { reader.fail(node, "\(what) must be an 'action' step") }
        return nil
    }
}
