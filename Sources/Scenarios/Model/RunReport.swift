/// What became of a run, scenario by scenario.
package struct RunReport: Sendable, Hashable, Codable {
    package struct Result: Sendable, Hashable, Codable {
        package enum Outcome: Sendable, Hashable {
            case passed
            case failed
            /// It cannot run here, and why.
            case skipped(String)
            /// It could not be carried out: something of ours or of the machine broke, and what.
            case broken(String)
        }
        package var name: String
        package var kind: Scenario.Kind
        package var description: String
        package var techniques: [String]
        package var outcome: Outcome
        package var checks: [Check]
        package var seconds: Double
        /// What was done, step by step; the ends of the programs' logs when it did not pass.
        package var log: [String]

        package init(scenario: Scenario, outcome: Outcome, checks: [Check] = [], seconds: Double = 0, log: [String] = []) {
            name = scenario.name
            kind = scenario.kind
            description = scenario.description
            techniques = scenario.techniques
            self.outcome = outcome
            self.checks = checks
            self.seconds = seconds
            self.log = log
        }
    }

    package var host: String
    /// RFC 3339, when the run began.
    package var started: String
    package var results: [Result]

    package init(host: String, started: String, results: [Result] = []) {
        self.host = host
        self.started = started
        self.results = results
    }

    package var passed: Int { results.count { $0.outcome == .passed } }
    package var failed: Int { results.count { $0.outcome == .failed } }
    package var broken: Int { results.count { if case .broken = $0.outcome { true } else { false } } }
    package var skipped: Int { results.count { if case .skipped = $0.outcome { true } else { false } } }
    /// Whether nothing failed. A skipped scenario is no failure of the sensor; who wants it to be one counts `skipped`.
    package var succeeded: Bool { failed == 0 && broken == 0 }

    /// `5 passed, 1 failed, 2 skipped`
    package var summary: String {
        [(passed, "passed"), (failed, "failed"), (broken, "broken"), (skipped, "skipped")]
            .filter { $0.0 > 0 || $0.1 == "passed" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

/// On the wire an outcome is `{"state": "skipped", "reason": "..."}`.
extension RunReport.Result.Outcome: Codable {
    private enum Keys: String, CodingKey { case state, reason }

    package var state: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        case .broken: "broken"
        }
    }

    package var reason: String? {
        switch self {
        case .passed, .failed: nil
        case .skipped(let why), .broken(let why): why
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
        switch try container.decode(String.self, forKey: .state) {
        case "passed": self = .passed
        case "failed": self = .failed
        case "skipped": self = .skipped(reason)
        case "broken": self = .broken(reason)
        case let other: throw DecodingError.dataCorruptedError(forKey: .state, in: container, debugDescription: "no outcome '\(other)'")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}
