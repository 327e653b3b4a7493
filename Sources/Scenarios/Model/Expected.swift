/// What has to be seen, and what must not be.
package struct Expected: Sendable, Hashable {
    /// Real time within which everything has to be there.
    package var within: Duration
    /// Quiet real time after that in which nothing else may come.
    package var settle: Duration
    package var detections: [DetectionExpectation]
    /// None of these may come.
    package var absent: [DetectionExpectation]
    /// Whether detections of this scenario's processes and containers that no entry names are allowed.
    package var othersAllowed: Bool
    /// Health issues of the portal, by fields (`status`, `name`, `severity`, ...).
    package var healthIssues: [FieldsExpectation]
    /// How many heartbeats the portal has to have.
    package var heartbeats: CountRange?
    /// Paths in the newest heartbeat that the portal has.
    package var lastHeartbeat: [FieldExpectation]
    /// Paths below a stream's name in the portal's ledger, summed over sensors: `detections.received`.
    package var ledger: [FieldExpectation]
    /// Paths in the sensor's `get-statistics --json`.
    package var statistics: [FieldExpectation]

    package init(
        within: Duration = .seconds(20), settle: Duration = .seconds(1), detections: [DetectionExpectation] = [], absent: [DetectionExpectation] = [],
        othersAllowed: Bool = false, healthIssues: [FieldsExpectation] = [], heartbeats: CountRange? = nil, lastHeartbeat: [FieldExpectation] = [], ledger: [FieldExpectation] = [],
        statistics: [FieldExpectation] = []
    ) {
        self.within = within
        self.settle = settle
        self.detections = detections
        self.absent = absent
        self.othersAllowed = othersAllowed
        self.healthIssues = healthIssues
        self.heartbeats = heartbeats
        self.lastHeartbeat = lastHeartbeat
        self.ledger = ledger
        self.statistics = statistics
    }
}

package struct FieldExpectation: Sendable, Hashable, CustomStringConvertible {
    package var path: JSONPath
    package var matcher: Matcher
    package init(path: JSONPath, matcher: Matcher) {
        self.path = path
        self.matcher = matcher
    }
    package var description: String { "\(path) \(matcher)" }
}

package struct FieldsExpectation: Sendable, Hashable {
    package var line: Int
    package var fields: [FieldExpectation]
    package var count: CountRange
    package init(line: Int, fields: [FieldExpectation], count: CountRange = .atLeastOne) {
        self.line = line
        self.fields = fields
        self.count = count
    }
}

/// Cloud events of one shape: by rule, by place, by process tree, by any other field.
package struct DetectionExpectation: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case host
        case container(String)
    }
    package var line: Int
    package var place: Place?
    package var fields: [FieldExpectation]
    /// Processes from the acting one towards its ancestors; others may stand between them.
    package var processTree: [[FieldExpectation]]
    package var count: CountRange

    package init(line: Int, place: Place? = nil, fields: [FieldExpectation], processTree: [[FieldExpectation]] = [], count: CountRange = .atLeastOne) {
        self.line = line
        self.place = place
        self.fields = fields
        self.processTree = processTree
        self.count = count
    }
}

/// How often something has to be there.
package struct CountRange: Sendable, Hashable, CustomStringConvertible {
    package var min: Int
    package var max: Int?
    package init(min: Int, max: Int?) {
        self.min = min
        self.max = max
    }
    package static let atLeastOne = CountRange(min: 1, max: nil)
    package func contains(_ n: Int) -> Bool { n >= min && n <= max ?? .max }
    package var description: String {
        if let max { max == min ? "\(min)" : "\(min) to \(max)" } else { "at least \(min)" }
    }
}
