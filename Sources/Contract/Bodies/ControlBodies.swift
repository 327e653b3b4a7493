/// The answer of `GET /control/v1/ledger`: what reached the backend, per sensor and stream.
package struct LedgerReport: Codable, Sendable, Hashable {
    package struct Stream: Codable, Sendable, Hashable {
        /// Records taken once.
        package var received: UInt64 = 0
        /// Records that came again and changed nothing.
        package var duplicates: UInt64 = 0
        /// Requests answered with an error, by a fault or by a check.
        package var refused: UInt64 = 0
        /// Records that arrived with a lower sequence number than one before.
        package var outOfOrder: UInt64 = 0
        package init() {}
    }
    /// Sensor id, then stream name.
    package var sensors: [String: [String: Stream]]
    /// Requests per surface since the last reset.
    package var requests: [String: UInt64]
    package init(sensors: [String: [String: Stream]] = [:], requests: [String: UInt64] = [:]) {
        self.sensors = sensors
        self.requests = requests
    }
}

/// `POST /control/v1/indicators`: adds to what the reputation service knows.
package struct IndicatorImport: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        /// `sha256`, `sha1`, `md5`, `ip` (an address or a CIDR) or `domain`.
        package var kind: String
        package var value: String
        /// `malicious`, `suspicious` or `benign`.
        package var disposition: String
        package var family: String?
        package var source: String?
        package init(kind: String, value: String, disposition: String = "malicious", family: String? = nil, source: String? = nil) {
            self.kind = kind
            self.value = value
            self.disposition = disposition
            self.family = family
            self.source = source
        }
    }
    package var indicators: [Entry]
    package init(indicators: [Entry]) { self.indicators = indicators }
}

/// `DIR/endpoints.json`, written when the backend listens: what a script needs to find it.
package struct BackendEndpoints: Codable, Sendable, Hashable {
    /// HOST:PORT.
    package var grpc: String
    /// https URL.
    package var http: String
    /// http URL of the control port.
    package var control: String
    package init(grpc: String, http: String, control: String) {
        self.grpc = grpc
        self.http = http
        self.control = control
    }
}

/// A page of the portal's API.
package struct Page<Node: Codable & Sendable>: Codable, Sendable {
    package struct Info: Codable, Sendable, Hashable {
        package var hasNextPage: Bool
        package var endCursor: String?
        package init(hasNextPage: Bool, endCursor: String?) {
            self.hasNextPage = hasNextPage
            self.endCursor = endCursor
        }
    }
    package var nodes: [Node]
    package var pageInfo: Info
    package var totalCount: Int
    package init(nodes: [Node], pageInfo: Info, totalCount: Int) {
        self.nodes = nodes
        self.pageInfo = pageInfo
        self.totalCount = totalCount
    }
}

/// One element of `GET /api/v1/sensors`.
package struct SensorView: Codable, Sendable, Hashable {
    package var id: String
    package var name: String
    /// `ACTIVE`, `DISCONNECTED` (no heartbeat for three periods) or `DEREGISTERED`.
    package var status: String
    package var type: String = "KUBERNETES_SENSOR"
    package var sensorVersion: String
    package var definitionsVersion: String
    package var hookSet: String
    package var visibilityLevel: String
    package var firstSeenAt: String
    package var lastSeenAt: String
    package var hostname: String
    package var kernelVersion: String
    package var healthIssues: Int
    package init(
        id: String, name: String, status: String, sensorVersion: String, definitionsVersion: String, hookSet: String, visibilityLevel: String,
        firstSeenAt: String, lastSeenAt: String, hostname: String, kernelVersion: String, healthIssues: Int
    ) {
        self.id = id
        self.name = name
        self.status = status
        self.sensorVersion = sensorVersion
        self.definitionsVersion = definitionsVersion
        self.hookSet = hookSet
        self.visibilityLevel = visibilityLevel
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.hostname = hostname
        self.kernelVersion = kernelVersion
        self.healthIssues = healthIssues
    }
}

/// `POST /control/v1/definitions`: what to sign and publish. Also what `definitions publish` hands to the core.
package struct DefinitionsPublication: Codable, Sendable, Hashable {
    /// How the published release is spoiled, so that a sensor's refusals can be seen.
    package enum Defect: String, Codable, Sendable, CaseIterable {
        /// The manifest is signed with another key than the one that the root signed.
        case wrongKey
        /// Everything is signed, by a root that nobody trusts.
        case wrongRoot
        /// The signing key's time is over.
        case expiredKey
        /// A bit of the parts changes after they are signed.
        case bitFlip
        /// The second half of the parts is missing.
        case truncated
        /// The manifest announces a part that no sensor takes.
        case tooLarge
    }
    package var version: String
    package var rules: [DefinitionsRuleFile]
    package var indicators: [IndicatorImport.Entry]?
    package var settings: [String: Int]?
    /// RFC 3339.
    package var expiresAt: String?
    /// Other than the current one to see how sensors refuse what they cannot read.
    package var formatVersion: Int?
    package var defect: Defect?
    package init(
        version: String, rules: [DefinitionsRuleFile], indicators: [IndicatorImport.Entry]? = nil, settings: [String: Int]? = nil, expiresAt: String? = nil,
        formatVersion: Int? = nil, defect: Defect? = nil
    ) {
        self.version = version
        self.rules = rules
        self.indicators = indicators
        self.settings = settings
        self.expiresAt = expiresAt
        self.formatVersion = formatVersion
        self.defect = defect
    }
}

/// The answer of `GET /control/v1/requests`: the latest requests of sensors, oldest first, at most 20,000; `forgotten` counts older ones.
package struct RequestReport: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        package var at: String
        /// The narrowest surface: `grpc`, `rest`, `token`, `reputation` or `definitions`.
        package var surface: String
        /// The gRPC method or the path.
        package var method: String
        package var sensor: String?
        /// `OK`, a gRPC status name, an HTTP status, or the name of the fault that struck.
        package var outcome: String
        package init(at: String, surface: String, method: String, sensor: String?, outcome: String) {
            self.at = at
            self.surface = surface
            self.method = method
            self.sensor = sensor
            self.outcome = outcome
        }
    }
    package var requests: [Entry]
    package var forgotten: UInt64
    package init(requests: [Entry], forgotten: UInt64) {
        self.requests = requests
        self.forgotten = forgotten
    }
}

/// `PUT /control/v1/settings`: what heartbeats hand to sensors from now on. Zero or absent keeps the sensor's own value.
package struct SensorSettings: Codable, Sendable, Hashable {
    package var revision: UInt64?
    package var heartbeatSeconds: UInt32?
    package var uploadBytesPerHour: UInt32?
    package var reputationBatch: UInt32?
    package var runtimeDataSeconds: UInt32?
    package init(
        revision: UInt64? = nil, heartbeatSeconds: UInt32? = nil, uploadBytesPerHour: UInt32? = nil, reputationBatch: UInt32? = nil, runtimeDataSeconds: UInt32? = nil
    ) {
        self.revision = revision
        self.heartbeatSeconds = heartbeatSeconds
        self.uploadBytesPerHour = uploadBytesPerHour
        self.reputationBatch = reputationBatch
        self.runtimeDataSeconds = runtimeDataSeconds
    }
}

/// `POST /control/v1/accounts`: makes a service account; the answer is the only place where its secret is shown.
package struct AccountRequest: Codable, Sendable, Hashable {
    /// `SENSOR` or another of the vendor's account types; others are refused at the token endpoint.
    package var type: String
    package var entitled: Bool?
    package init(type: String, entitled: Bool? = nil) {
        self.type = type
        self.entitled = entitled
    }
}

package struct AccountReply: Codable, Sendable, Hashable {
    package var clientId: String
    package var clientSecret: String
    package var type: String
    package init(clientId: String, clientSecret: String, type: String) {
        self.clientId = clientId
        self.clientSecret = clientSecret
        self.type = type
    }
}
