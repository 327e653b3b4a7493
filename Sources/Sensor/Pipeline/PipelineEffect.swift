package import Contract
package import Enrichment
package import Events
package import Foundations
package import Indicators
package import Redaction

/// What the pipeline wants done by others. Effects leave in the order in which they arose.
package enum PipelineEffect: Sendable {
    /// Read what /proc says about a process that was met without a past.
    case scan(pid: UInt32)
    /// Read the passwd and group files below the root of this process.
    case readNames(pid: UInt32, mountNamespace: UInt32)
    /// Find out which files these paths lead to below the root of this process.
    case findKnownFiles([String], pid: UInt32, mountNamespace: UInt32)
    case hash(FileHasher.Request)
    /// Ask the container runtime for a container that was met for the first time.
    case askRuntime(containerID: String)
    case lookUp([Indicator])
    case send(Redacted<CloudEvent>, Severity)
    case store([Redacted<RuntimeRecord>])
    /// One JSON line of a live event, already redacted.
    case line(String, subscriber: UInt64)
    case report(PipelineReport, id: UInt64)
}

/// The pipeline's own figures and pictures, taken between two events.
package struct PipelineReport: Sendable {
    package var processes: [ProcessSnapshot] = []
    package var containers: [ContainerContext] = []
    package var eventsSeen: [EventKind: UInt64] = [:]
    package var detectionsMade: UInt64 = 0
    package var detectionsSuppressed: UInt64 = 0
    package var rules: Int = 0
    package var ledger = Ledger()
    /// How much each bounded table holds now.
    package var tables: [String: Int] = [:]
    package init() {}
}
