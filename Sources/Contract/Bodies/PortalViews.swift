package import Foundations

/// One element of `GET /api/v1/sensors/{id}/heartbeats`: a heartbeat as the portal keeps it.
package struct HeartbeatView: Codable, Sendable, Hashable {
    package struct Counts: Codable, Sendable, Hashable {
        package var seen: UInt64
        /// Dropped events by cause.
        package var dropped: [String: UInt64]
        package init(seen: UInt64, dropped: [String: UInt64] = [:]) {
            self.seen = seen
            self.dropped = dropped
        }
    }
    package struct Queue: Codable, Sendable, Hashable {
        package var depth: UInt64
        package var capacity: UInt64
        package var dropped: UInt64
        package init(depth: UInt64, capacity: UInt64, dropped: UInt64) {
            self.depth = depth
            self.capacity = capacity
            self.dropped = dropped
        }
    }
    package struct Spool: Codable, Sendable, Hashable {
        package var records: UInt64
        package var bytes: UInt64
        package var oldestSeconds: UInt64
        package var evicted: [String: UInt64]
        package var accepted: [String: UInt64]
        package var delivered: [String: UInt64]
        package init(records: UInt64, bytes: UInt64, oldestSeconds: UInt64, evicted: [String: UInt64], accepted: [String: UInt64], delivered: [String: UInt64]) {
            self.records = records
            self.bytes = bytes
            self.oldestSeconds = oldestSeconds
            self.evicted = evicted
            self.accepted = accepted
            self.delivered = delivered
        }
    }
    package struct Proxy: Codable, Sendable, Hashable {
        package var url: String
        package var authenticated: Bool
        package var ownCA: Bool
        package init(url: String, authenticated: Bool, ownCA: Bool) {
            self.url = url
            self.authenticated = authenticated
            self.ownCA = ownCA
        }
    }
    /// The portal's clock.
    package var receivedAt: String
    /// The sensor's clock.
    package var sentAt: String
    package var sequence: UInt64
    package var sensorVersion: String
    package var definitionsVersion: String
    package var hookSet: String
    package var visibilityLevel: String
    package var uptimeSeconds: UInt64
    package var residentBytes: UInt64
    package var cpuMillicores: UInt32
    package var settingsRevision: UInt64
    /// By event kind.
    package var events: [String: Counts]
    package var queues: [String: Queue]
    package var spool: Spool?
    /// Set when the sensor talks through a proxy.
    package var proxy: Proxy?
    /// Codes of the health issues the sensor said are open.
    package var healthIssues: [String]

    package init(
        receivedAt: String, sentAt: String, sequence: UInt64, sensorVersion: String, definitionsVersion: String, hookSet: String, visibilityLevel: String,
        uptimeSeconds: UInt64, residentBytes: UInt64, cpuMillicores: UInt32, settingsRevision: UInt64, events: [String: Counts] = [:],
        queues: [String: Queue] = [:], spool: Spool? = nil, proxy: Proxy? = nil, healthIssues: [String] = []
    ) {
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.sequence = sequence
        self.sensorVersion = sensorVersion
        self.definitionsVersion = definitionsVersion
        self.hookSet = hookSet
        self.visibilityLevel = visibilityLevel
        self.uptimeSeconds = uptimeSeconds
        self.residentBytes = residentBytes
        self.cpuMillicores = cpuMillicores
        self.settingsRevision = settingsRevision
        self.events = events
        self.queues = queues
        self.spool = spool
        self.proxy = proxy
        self.healthIssues = healthIssues
    }
}

/// One element of `GET /api/v1/health-issues`.
package struct HealthIssueView: Codable, Sendable, Hashable {
    package enum Status: String, Codable, Sendable, CaseIterable { case open = "OPEN", resolved = "RESOLVED" }
    package var id: Int64
    package var sensorId: String
    package var sensorName: String
    /// A stable name, e.g. `definitions.signature`; `portal.` names are the portal's own (`portal.sensorSilent`).
    package var code: String
    package var severity: String
    package var message: String
    package var status: Status
    package var openedAt: String
    package var resolvedAt: String?
    package init(
        id: Int64, sensorId: String, sensorName: String, code: String, severity: String, message: String, status: Status, openedAt: String,
        resolvedAt: String? = nil
    ) {
        self.id = id
        self.sensorId = sensorId
        self.sensorName = sensorName
        self.code = code
        self.severity = severity
        self.message = message
        self.status = status
        self.openedAt = openedAt
        self.resolvedAt = resolvedAt
    }
}

/// One element of `GET /api/v1/definitions`, newest version first.
package struct DefinitionsView: Codable, Sendable, Hashable {
    package var version: String
    package var formatVersion: Int
    /// Lower-case hexadecimal, of the package bytes.
    package var sha256: String
    package var size: Int
    package var publishedAt: String
    package var expiresAt: String?
    package var ruleFiles: [String]
    package var indicators: Int
    /// Ids of the sensors whose last heartbeat named this version.
    package var inUseBy: [String]
    package init(
        version: String, formatVersion: Int, sha256: String, size: Int, publishedAt: String, expiresAt: String?, ruleFiles: [String], indicators: Int,
        inUseBy: [String]
    ) {
        self.version = version
        self.formatVersion = formatVersion
        self.sha256 = sha256
        self.size = size
        self.publishedAt = publishedAt
        self.expiresAt = expiresAt
        self.ruleFiles = ruleFiles
        self.indicators = indicators
        self.inUseBy = inUseBy
    }
}

/// One element of `GET /api/v1/runtime-data`.
package struct RuntimeDataView: Codable, Sendable, Hashable {
    package var sensorId: String
    package var receivedAt: String
    package var record: RuntimeRecord
    package init(sensorId: String, receivedAt: String, record: RuntimeRecord) {
        self.sensorId = sensorId
        self.receivedAt = receivedAt
        self.record = record
    }
}

/// A vulnerability finding of a scanner, as `POST /control/v1/findings` takes it.
package struct VulnerabilityFinding: Codable, Sendable, Hashable {
    package var id: String
    /// `CVE-2024-3094`.
    package var name: String
    package var severity: Severity
    /// Name of the package that has it, as its package manager spells it.
    package var package: String
    package var version: String?
    package var fixedVersion: String?
    /// The container image it was found in; nil means a host.
    package var image: String?
    /// The host name it was found on, when not in an image; nil means any host.
    package var host: String?
    package init(
        id: String, name: String, severity: Severity, package: String, version: String? = nil, fixedVersion: String? = nil, image: String? = nil, host: String? = nil
    ) {
        self.id = id
        self.name = name
        self.severity = severity
        self.package = package
        self.version = version
        self.fixedVersion = fixedVersion
        self.image = image
        self.host = host
    }
}

package struct FindingImport: Codable, Sendable, Hashable {
    package var findings: [VulnerabilityFinding]
    package init(findings: [VulnerabilityFinding]) { self.findings = findings }
}

/// One element of `GET /api/v1/vulnerabilities`: a finding, and whether runtime data has seen the package in use.
package struct VulnerabilityView: Codable, Sendable, Hashable {
    package struct Evidence: Codable, Sendable, Hashable {
        package var sensorId: String
        package var executable: String
        package var containerId: String?
        package var podName: String?
        package var buildId: String?
        package var lastSeen: String
        package init(sensorId: String, executable: String, containerId: String?, podName: String?, buildId: String? = nil, lastSeen: String) {
            self.sensorId = sensorId
            self.executable = executable
            self.containerId = containerId
            self.podName = podName
            self.buildId = buildId
            self.lastSeen = lastSeen
        }
    }
    package var finding: VulnerabilityFinding
    package var validatedInRuntime: Bool
    /// The latest uses, at most ten.
    package var evidence: [Evidence]
    package init(finding: VulnerabilityFinding, validatedInRuntime: Bool, evidence: [Evidence]) {
        self.finding = finding
        self.validatedInRuntime = validatedInRuntime
        self.evidence = evidence
    }
}
