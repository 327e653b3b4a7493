package import Contract

/// What a scenario file says: what happens, and what has to be seen of it.
package struct Scenario: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// Something bad happens and is detected.
        case attack
        /// Something good happens that looks like it, and nothing is said.
        case benign
        /// The portal goes and comes back.
        case outage
        /// Many sensors at once.
        case fleet
    }

    /// Scenarios with this tag take minutes: they run by name or by tag, and not with all the others.
    package static let longTag = "long"
    package var isLong: Bool { tags.contains(Self.longTag) }

    /// Whether any of its steps is such a one.
    package func has(_ condition: (Step) -> Bool) -> Bool { steps.contains { condition($0.step) } }

    /// What the machine must offer. A scenario whose needs are not met is skipped, with the reason.
    package enum Need: String, Sendable, CaseIterable, Codable { case root, bpf, containers, cgroups, kind }

    package var name: String
    package var kind: Kind
    package var description: String
    /// ATT&CK ids that the scenario exercises.
    package var techniques: [String]
    package var tags: [String]
    package var needs: [Need]
    /// In force from the start on.
    package var faults: FaultPlan?
    package var steps: [LocatedStep]
    package var expectation: Expected
    /// Records what the sensor sends and checks that all of it is TLS to the configured endpoints.
    package var auditsTheWire: Bool
    /// nil: the sensor runs where the scenario does, with its own bounds.
    package var limits: SensorLimits?
    /// Where it was read from, for messages.
    package var file: String

    package init(
        name: String, kind: Kind, description: String, techniques: [String] = [], tags: [String] = [], needs: [Need] = [], faults: FaultPlan? = nil,
        steps: [LocatedStep], expectation: Expected, auditsTheWire: Bool = false, limits: SensorLimits? = nil, file: String
    ) {
        self.name = name
        self.kind = kind
        self.description = description
        self.techniques = techniques
        self.tags = tags
        self.needs = needs
        self.faults = faults
        self.steps = steps
        self.expectation = expectation
        self.auditsTheWire = auditsTheWire
        self.limits = limits
        self.file = file
    }
}

/// A step and the line it was written on.
package struct LocatedStep: Sendable, Hashable {
    package var line: Int
    package var step: Step
    package init(line: Int, step: Step) {
        self.line = line
        self.step = step
    }
}
