package import Foundations

/// What the rules or the indicators found: not yet redacted, so it goes nowhere but to the redaction room.
package struct Detection: Sendable {
    package var ruleID: String
    package var ruleName: String
    package var description: String
    package var severity: Severity
    package var tactics: [String]
    package var techniques: [String]
    package var tags: [String]
    /// The rule's output with its fields filled in.
    package var output: String
    package var time: WallInstant
    package var event: Event
    package var userName: String?
    /// The process first, then its ancestors.
    package var processTree: [ProcessSnapshot]
    package var container: ContainerContext?
    package var indicator: Indicator?

    /// A malicious verdict: what was asked, and what the service said.
    package struct Indicator: Sendable, Hashable {
        package var kind: String
        package var value: String
        package var matched: String
        package var family: String
        package var source: String
        package init(kind: String, value: String, matched: String, family: String, source: String) {
            self.kind = kind
            self.value = value
            self.matched = matched
            self.family = family
            self.source = source
        }
    }

    package init(
        ruleID: String, ruleName: String, description: String, severity: Severity, tactics: [String] = [], techniques: [String] = [], tags: [String] = [],
        output: String, time: WallInstant, event: Event, userName: String? = nil, processTree: [ProcessSnapshot], container: ContainerContext?,
        indicator: Indicator? = nil
    ) {
        self.ruleID = ruleID
        self.ruleName = ruleName
        self.description = description
        self.severity = severity
        self.tactics = tactics
        self.techniques = techniques
        self.tags = tags
        self.output = output
        self.time = time
        self.event = event
        self.userName = userName
        self.processTree = processTree
        self.container = container
        self.indicator = indicator
    }
}

/// A copy of a process record that may leave the pipeline's thread.
package struct ProcessSnapshot: Sendable, Hashable {
    package var key: ProcessKey
    package var parentPID: UInt32
    package var comm: String
    package var exec: ExecDetails
    package var execTime: BootInstant
    package var uid: UInt32
    package var container: ContainerContext?
    package var digests: FileDigests?

    package init(_ record: ProcessRecord) {
        key = record.key
        parentPID = record.parentPID
        comm = record.comm
        exec = record.exec
        // it was for the rules alone
        exec.environment = nil
        execTime = record.execTime
        uid = record.uid
        container = record.container
        digests = record.digests
    }

    /// The process and at most `depth` ancestors.
    package static func tree(of record: ProcessRecord, depth: Int = 12) -> [ProcessSnapshot] {
        var out: [ProcessSnapshot] = []
        var next: ProcessRecord? = record
        while let current = next, out.count <= depth {
            out.append(ProcessSnapshot(current))
            next = current.parent
        }
        return out
    }
}
