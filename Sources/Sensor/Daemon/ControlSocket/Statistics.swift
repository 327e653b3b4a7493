import ContainerRuntime
import KubernetesClient

/// The answer of `get-statistics --json`.
struct Statistics: Codable, Sendable {
    struct Events: Codable, Sendable {
        var seen: UInt64 = 0
        var dropped: [String: UInt64] = [:]
    }
    struct Queue: Codable, Sendable {
        var depth: Int
        var capacity: Int
        var dropped: UInt64
    }
    struct Spool: Codable, Sendable {
        var records: Int = 0
        var bytes: Int = 0
        var oldestSeconds: Int = 0
        var evicted: [String: UInt64] = [:]
        /// By stream: what was taken into the spool and what the portal acknowledged.
        var accepted: [String: UInt64] = [:]
        var delivered: [String: UInt64] = [:]
    }
    struct Portal: Codable, Sendable {
        var state: String = "not-configured"
        /// What the state means and what to do about it.
        var explanation: String?
        /// RFC 3339.
        var lastContact: String?
        var failures: UInt64 = 0
        var detail: String?
    }
    struct Detections: Codable, Sendable {
        var made: UInt64 = 0
        var suppressed: UInt64 = 0
        var sent: UInt64 = 0
    }
    struct Governor: Codable, Sendable {
        var memoryLimitBytes: UInt64 = 0
        var cpuLimitMillicores: Int = 0
        /// Fractions of the bounds: `memory`, `cpu`, `ring`, `queues`.
        var pressure: [String: Double] = [:]
        /// How long the sensor thread rested to keep the CPU bound.
        var restedSeconds: Double = 0
    }
    struct Memory: Codable, Sendable { var residentBytes: UInt64 = 0 }

    /// `starting`, `running`, or the named state that keeps it from running.
    var state: String = "starting"
    var uptimeSeconds: Int = 0
    var hookSet: String = ""
    var visibilityLevel: String = "full"
    var governor = Governor()
    var definitionsVersion: String = ""
    var rules: Int = 0
    var events: [String: Events] = [:]
    var queues: [String: Queue] = [:]
    var spool = Spool()
    var portal = Portal()
    var detections = Detections()
    var memory = Memory()
    var cpuMillicores: Int = 0
    var processes: Int = 0
    /// Everything else that was left out somewhere, by place and cause.
    var losses: [String: [String: UInt64]] = [:]
    var healthIssues: [HealthIssue] = []
    /// The watch of this node's pods; absent when there is no API server to ask.
    var kubernetes: KubernetesService.Status?
    /// The conversation with the node's container runtime; absent when none is to be asked.
    var containerRuntime: ContainerRuntimeService.Status?

    struct HealthIssue: Codable, Sendable {
        var code: String
        var severity: String
        var message: String
        var since: String
    }
}
