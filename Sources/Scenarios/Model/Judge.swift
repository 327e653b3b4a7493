/// One thing that was checked, with what was found when it is not as expected.
package struct Check: Sendable, Hashable, Codable {
    package var name: String
    package var passed: Bool
    /// Why it failed, or what was found.
    package var detail: String
    package init(name: String, passed: Bool, detail: String = "") {
        self.name = name
        self.passed = passed
        self.detail = detail
    }
}

/// Holds what was observed against what was expected.
package enum Judge {
    /// Everything that has to be there: may fail now and pass a moment later.
    package static func presence(_ expectation: Expected, _ seen: Observation) -> [Check] {
        let own = seen.ownCloudEvents
        var checks = expectation.detections.map { expected in
            let found = own.filter { mismatch(expected, $0, seen) == nil }
            let passed = expected.count.contains(found.count)
            return Check(name: "detection: \(describe(expected)), \(expected.count)", passed: passed, detail: passed ? "\(found.count) found" : "\(found.count) found; \(closest(expected, own, seen))")
        }
        for expected in expectation.healthIssues {
            let found = seen.healthIssues.filter { issue in expected.fields.allSatisfy { $0.matcher.accepts($0.path.values(in: issue)) } }
            checks.append(
                Check(
                    name: "health issue: \(expected.fields.map(\.description).joined(separator: ", ")), \(expected.count)", passed: expected.count.contains(found.count),
                    detail: "\(found.count) found among \(seen.healthIssues.count)"))
        }
        if let heartbeats = expectation.heartbeats {
            checks.append(Check(name: "heartbeats: \(heartbeats)", passed: heartbeats.contains(seen.heartbeats), detail: "\(seen.heartbeats) found"))
        }
        checks += expectation.lastHeartbeat.map { fieldCheck("portal's last heartbeat", $0, seen.lastHeartbeat) }
        checks += expectation.ledger.map { fieldCheck("portal's ledger", $0, seen.ledger) }
        checks += expectation.statistics.map { fieldCheck("sensor's statistics", $0, seen.statistics) }
        return checks
    }

    /// Everything that must not be there; asked once, after the rest came and it has been quiet.
    package static func absence(_ expectation: Expected, _ seen: Observation) -> [Check] {
        let own = seen.ownCloudEvents
        var checks = expectation.absent.map { unwanted in
            let found = own.filter { mismatch(unwanted, $0, seen) == nil }
            return Check(name: "no detection: \(describe(unwanted))", passed: found.isEmpty, detail: found.isEmpty ? "" : "came: \(found.map(title).joined(separator: "; "))")
        }
        if !expectation.othersAllowed {
            let strange = own.filter { event in !expectation.detections.contains { mismatch($0, event, seen) == nil } }
            checks.append(Check(name: "no other detections", passed: strange.isEmpty, detail: strange.isEmpty ? "" : "came: \(strange.map(title).joined(separator: "; "))"))
        }
        return checks
    }

    private static func fieldCheck(_ place: String, _ expected: FieldExpectation, _ document: JSONValue) -> Check {
        let values = expected.path.values(in: document)
        return Check(name: "\(place): \(expected)", passed: expected.matcher.accepts(values), detail: values.isEmpty ? "not there" : "is \(values.map(\.description).joined(separator: ", "))")
    }

    /// Nil when the event is as described; else the first condition that fails, with what is there instead.
    private static func mismatch(_ expected: DetectionExpectation, _ event: JSONValue, _ seen: Observation) -> String? {
        for field in expected.fields {
            let values = field.path.values(in: event)
            if !field.matcher.accepts(values) { return "\(field), found \(values.isEmpty ? "nothing" : values.map(\.description).joined(separator: ", "))" }
        }
        let processes = Observation.processes(of: event)
        let containerID = processes.first?["container"]?["id"]?.text
        switch expected.place {
        case nil: break
        case .host: if let containerID { return "on the host, found container \(containerID.prefix(12))" }
        case .container(let name): if containerID != seen.containers[name] { return "in container \(name), found \(containerID.map { String($0.prefix(12)) } ?? "the host")" }
        }
        var rest = processes[...]
        for wanted in expected.processTree {
            guard let at = rest.firstIndex(where: { process in wanted.allSatisfy { $0.matcher.accepts($0.path.values(in: process)) } }) else {
                let names = processes.map { $0["path"]?.text ?? $0["name"]?.text ?? "?" }
                return "process tree with \(wanted.map(\.description).joined(separator: ", ")), found \(names.joined(separator: " < "))"
            }
            rest = rest[(at + 1)...]
        }
        return nil
    }

    /// Which event came nearest: the same rule before any other, so that a wrong field is named and not "nothing found".
    private static func closest(_ expected: DetectionExpectation, _ events: [JSONValue], _ seen: Observation) -> String {
        guard !events.isEmpty else { return "no detection of this scenario at all" }
        let rule = expected.fields.first { $0.path.description == "name" }
        let sameRule = events.filter { event in rule.map { $0.matcher.accepts($0.path.values(in: event)) } ?? true }
        guard let near = sameRule.first, let why = mismatch(expected, near, seen) else { return "came: \(events.map(title).joined(separator: "; "))" }
        return "closest '\(title(near))': expected \(why)"
    }

    private static func title(_ event: JSONValue) -> String {
        let process = Observation.processes(of: event).first
        return [event["name"]?.text, event["severity"]?.text, process?["path"]?.text ?? process?["name"]?.text].compactMap { $0 }.joined(separator: ", ")
    }

    private static func describe(_ expected: DetectionExpectation) -> String {
        var parts = expected.fields.map { field in
            if field.path.description == "name", case .equals(let rule) = field.matcher { "'\(rule)'" } else { "\(field)" }
        }
        switch expected.place {
        case nil: break
        case .host: parts.append("on the host")
        case .container(let name): parts.append("in container \(name)")
        }
        if !expected.processTree.isEmpty {
            parts.append("process tree " + expected.processTree.map { $0.map(\.matcher.description).joined(separator: " and ") }.joined(separator: " < "))
        }
        return parts.joined(separator: ", ")
    }
}
