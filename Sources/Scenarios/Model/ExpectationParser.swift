import Yams

/// The `expect` of a scenario, and what a `wait` waits for.
struct ExpectationParser {
    /// Names that `container` may have.
    let containers: Set<String>

    private static let keys = ["within", "settle", "detections", "absent", "others", "healthIssues", "heartbeats", "lastHeartbeat", "ledger", "statistics"]

    func expectation(_ node: Node, reader: inout YAMLReader) -> Expected {
        var out = Expected()
        guard let members = reader.mapping(node, "an expectation", keys: Self.keys) else { return out }
        if let node = members["within"] { out.within = reader.span(node, "'within'") }
        if let node = members["settle"] { out.settle = reader.span(node, "'settle'") }
        if let node = members["detections"] { out.detections = reader.list(node, "'detections'").compactMap { detection($0, reader: &reader) } }
        if let node = members["absent"] { out.absent = reader.list(node, "'absent'").compactMap { detection($0, reader: &reader) } }
        if let node = members["others"] {
            switch reader.text(node, "'others'") {
            case "any": out.othersAllowed = true
            case "none": out.othersAllowed = false
            case let other: reader.fail(node, "'others' must be any or none, not '\(other)'")
            }
        }
        if let node = members["healthIssues"] { out.healthIssues = reader.list(node, "'healthIssues'").compactMap { fields($0, reader: &reader) } }
        if let node = members["heartbeats"] { out.heartbeats = count(node, "'heartbeats'", reader: &reader) }
        if let node = members["lastHeartbeat"] { out.lastHeartbeat = paths(node, reader: &reader) }
        if let node = members["ledger"] { out.ledger = paths(node, reader: &reader) }
        if let node = members["statistics"] { out.statistics = paths(node, reader: &reader) }
        return out
    }

    /// Short names of what detections are most often told apart by; everything else goes by its path under `where`.
    private static let shortNames: [(key: String, path: String)] = [
        ("severity", "severity"), ("output", "output"), ("eventType", "runtimeDetails.context.type"),
        ("pod", "runtimeDetails.processTree[].container.pod.name"), ("namespace", "runtimeDetails.processTree[].container.pod.namespace"),
        ("image", "runtimeDetails.processTree[].container.image.externalId"), ("controller", "runtimeDetails.processTree[].container.kubernetesController.name"),
        ("indicator", "indicator.kind"),
    ]

    private func detection(_ node: Node, reader: inout YAMLReader) -> DetectionExpectation? {
        let keys = Self.shortNames.map(\.key) + ["rule", "count", "container", "techniques", "processTree", "where"]
        guard let members = reader.mapping(node, "a detection", keys: keys) else { return nil }
        var out = DetectionExpectation(line: node.mark?.line ?? 0, fields: [])
        if let node = members["rule"] { out.fields.append(field("name", matcher(node, reader: &reader))) }
        for (key, path) in Self.shortNames {
            if let node = members[key] { out.fields.append(field(path, matcher(node, reader: &reader))) }
        }
        if let node = members["techniques"] {
            for id in reader.texts(node, "'techniques'") { out.fields.append(field("mitreTechniques", .equals(.string(id)))) }
        }
        if let node = members["where"] { out.fields += paths(node, reader: &reader) }
        if let node = members["count"] { out.count = count(node, "'count'", reader: &reader) }
        if let node = members["container"] {
            let name = reader.text(node, "'container'")
            if name != "host", !containers.contains(name) { reader.fail(node, "no container '\(name)' is started by a step") }
            out.place = name == "host" ? .host : .container(name)
        }
        if let node = members["processTree"] { out.processTree = processTree(node, reader: &reader) }
        if out.fields.isEmpty, out.place == nil, out.processTree.isEmpty { reader.fail(node, "a detection without any condition would be any detection") }
        return out
    }

    /// `{contains: X}` or a list of processes; a process is a path or name, or a mapping of its fields.
    private func processTree(_ node: Node, reader: inout YAMLReader) -> [[FieldExpectation]] {
        let entries: [Node]
        if node.mapping != nil {
            entries = reader.mapping(node, "'processTree'", keys: ["contains"])?["contains"].map { [$0] } ?? []
        } else {
            entries = reader.list(node, "'processTree'")
        }
        return entries.map { entry in
            if let name = entry.scalar?.string { return [field(name.hasPrefix("/") ? "path" : "name", .equals(.string(name)))] }
            return paths(entry, reader: &reader)
        }
    }

    private func fields(_ node: Node, reader: inout YAMLReader) -> FieldsExpectation? {
        guard let mapping = node.mapping else {
            reader.fail(node, "must be a mapping of fields")
            return nil
        }
        var out = FieldsExpectation(line: node.mark?.line ?? 0, fields: [])
        for (key, value) in mapping {
            if key.scalar?.string == "count" {
                out.count = count(value, "'count'", reader: &reader)
            } else if let found = path(key, value, reader: &reader) {
                out.fields.append(found)
            }
        }
        return out
    }

    /// A mapping of paths to what is expected there; nested mappings extend the path until one is a matcher.
    private func paths(_ node: Node, reader: inout YAMLReader, prefix: String = "") -> [FieldExpectation] {
        guard let mapping = node.mapping else {
            reader.fail(node, "must be a mapping of fields")
            return []
        }
        return mapping.flatMap { key, value -> [FieldExpectation] in
            let name = prefix + reader.text(key, "a field")
            let isMatcher = value.mapping?.keys.allSatisfy { Self.matcherKeys.contains($0.scalar?.string ?? "") } ?? true
            return isMatcher ? path(key, value, prefix: prefix, reader: &reader).map { [$0] } ?? [] : paths(value, reader: &reader, prefix: name + ".")
        }
    }

    private func path(_ key: Node, _ value: Node, prefix: String = "", reader: inout YAMLReader) -> FieldExpectation? {
        let name = prefix + reader.text(key, "a field")
        guard let path = JSONPath(name) else {
            reader.fail(key, "'\(name)' is no path such as runtimeDetails.processTree[].name")
            return nil
        }
        return FieldExpectation(path: path, matcher: matcher(value, reader: &reader))
    }

    private func field(_ path: String, _ matcher: Matcher) -> FieldExpectation {
        guard let path = JSONPath(path) else { preconditionFailure("a path of our own: \(path)") }
        return FieldExpectation(path: path, matcher: matcher)
    }

    private static let matcherKeys = ["contains", "startsWith", "endsWith", "oneOf", "min", "max", "exists", "not"]

    private func matcher(_ node: Node, reader: inout YAMLReader) -> Matcher {
        guard node.mapping != nil else { return .equals(reader.json(node)) }
        guard let members = reader.mapping(node, "a matcher", keys: Self.matcherKeys) else { return .exists(true) }
        if members["min"] != nil || members["max"] != nil, members.keys.allSatisfy({ $0 == "min" || $0 == "max" }) {
            return .range(min: members["min"].flatMap { number($0, reader: &reader) }, max: members["max"].flatMap { number($0, reader: &reader) })
        }
        guard members.count == 1, let (key, value) = members.first else {
            reader.fail(node, "one matcher at a time: \(Self.matcherKeys.joined(separator: ", "))")
            return .exists(true)
        }
        switch key {
        case "contains": return .contains(reader.text(value, "'contains'"))
        case "startsWith": return .startsWith(reader.text(value, "'startsWith'"))
        case "endsWith": return .endsWith(reader.text(value, "'endsWith'"))
        case "oneOf": return .oneOf(reader.list(value, "'oneOf'").map { reader.json($0) })
        case "exists": return .exists(reader.flag(value, "'exists'"))
        default: return .not(matcher(value, reader: &reader))
        }
    }

    private func number(_ node: Node, reader: inout YAMLReader) -> Double? {
        let written = reader.text(node, "a bound")
        guard let n = Double(written) else {
            reader.fail(node, "a bound must be a number, not '\(written)'")
            return nil
        }
        return n
    }

    private func count(_ node: Node, _ what: String, reader: inout YAMLReader) -> CountRange {
        if node.scalar != nil {
            let n = reader.integer(node, what, in: 0...1_000_000)
            return CountRange(min: n, max: n)
        }
        guard let members = reader.mapping(node, what, keys: ["min", "max"]) else { return .atLeastOne }
        let low = members["min"].map { reader.integer($0, "'min'", in: 0...1_000_000) } ?? 0
        let high = members["max"].map { reader.integer($0, "'max'", in: 0...1_000_000) }
        if let high, high < low { reader.fail(node, "'max' is less than 'min'") }
        return CountRange(min: low, max: high)
    }
}
