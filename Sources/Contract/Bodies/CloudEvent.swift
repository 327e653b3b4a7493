package import Foundations

/// A detection as the sensor sends it and the portal returns it: the field names of the vendor's public cloud-event model.
/// Times are RFC 3339 with nanoseconds in UTC. Optional fields are left out of the JSON when they are nil.
package struct CloudEvent: Codable, Sendable, Hashable {
    /// A UUID the sensor gives; the portal keeps it, so that a detection sent twice is one cloud event.
    package var id: String
    package var name: String
    package var description: String?
    /// When the first of the aggregated events happened.
    package var timestamp: String
    package var lastTimestamp: String?
    package var origin: String = "WIZ_SENSOR"
    package var severity: Severity
    package var category: String = "Detection"
    package var matchedRules: [MatchedRule]
    package var aggregatedEventDetails: AggregatedEventDetails
    package var runtimeDetails: RuntimeDetails
    package var mitreTactics: [String]
    package var mitreTechniques: [String]
    /// The rule's output, formatted and redacted.
    package var output: String?
    package var tags: [String]?
    /// The indicator that a malicious verdict named, when the detection comes from reputation and not from a rule.
    package var indicator: IndicatorMatch?

    package init(
        id: String, name: String, description: String? = nil, timestamp: String, lastTimestamp: String? = nil, severity: Severity,
        matchedRules: [MatchedRule], aggregatedEventDetails: AggregatedEventDetails, runtimeDetails: RuntimeDetails,
        mitreTactics: [String] = [], mitreTechniques: [String] = [], output: String? = nil, tags: [String]? = nil, indicator: IndicatorMatch? = nil
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.timestamp = timestamp
        self.lastTimestamp = lastTimestamp
        self.severity = severity
        self.matchedRules = matchedRules
        self.aggregatedEventDetails = aggregatedEventDetails
        self.runtimeDetails = runtimeDetails
        self.mitreTactics = mitreTactics
        self.mitreTechniques = mitreTechniques
        self.output = output
        self.tags = tags
        self.indicator = indicator
    }
}

package struct MatchedRule: Codable, Sendable, Hashable {
    package struct Rule: Codable, Sendable, Hashable {
        package var id: String
        package var name: String
        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }
    package var rule: Rule
    package var version: String?

    package init(id: String, name: String, version: String? = nil) {
        rule = Rule(id: id, name: name)
        self.version = version
    }
}

package struct AggregatedEventDetails: Codable, Sendable, Hashable {
    package var eventsCount: Int
    package init(eventsCount: Int) { self.eventsCount = eventsCount }
}

package struct IndicatorMatch: Codable, Sendable, Hashable {
    /// `sha256`, `sha1`, `md5`, `ip` or `domain`.
    package var kind: String
    package var value: String
    package var matched: String?
    package var family: String?
    package var source: String?
    package init(kind: String, value: String, matched: String? = nil, family: String? = nil, source: String? = nil) {
        self.kind = kind
        self.value = value
        self.matched = matched
        self.family = family
        self.source = source
    }
}

package struct RuntimeDetails: Codable, Sendable, Hashable {
    package struct Sensor: Codable, Sendable, Hashable {
        package var id: String
        package var name: String
        package var sensorVersion: String
        package var definitionsVersion: String
        package init(id: String, name: String, sensorVersion: String, definitionsVersion: String) {
            self.id = id
            self.name = name
            self.sensorVersion = sensorVersion
            self.definitionsVersion = definitionsVersion
        }
    }
    package struct Host: Codable, Sendable, Hashable {
        package var hostname: String
        package var kernelVersion: String
        package var externalId: String?
        package init(hostname: String, kernelVersion: String, externalId: String? = nil) {
            self.hostname = hostname
            self.kernelVersion = kernelVersion
            self.externalId = externalId
        }
    }
    package var sensor: Sensor
    /// The process that did it first, then its parent, and so on to the first process of the container or the host.
    package var processTree: [ProcessNode]
    package var host: Host
    package var context: EventContext

    package init(sensor: Sensor, processTree: [ProcessNode], host: Host, context: EventContext) {
        self.sensor = sensor
        self.processTree = processTree
        self.host = host
        self.context = context
    }
}

package struct ProcessNode: Codable, Sendable, Hashable {
    package var id: String
    package var pid: Int
    package var name: String
    package var command: String?
    package var path: String?
    package var executionTime: String?
    package var userName: String?
    package var userId: String?
    /// SHA-1, the digest the vendor's model puts into process trees.
    package var hash: String?
    package var sha256: String?
    package var stdin: String?
    package var stdout: String?
    package var container: Container?

    package struct Container: Codable, Sendable, Hashable {
        package struct Image: Codable, Sendable, Hashable {
            package var externalId: String
            package init(externalId: String) { self.externalId = externalId }
        }
        package struct Pod: Codable, Sendable, Hashable {
            package var name: String
            package var externalId: String?
            package var ips: [String]?
            package var namespace: String
            package init(name: String, externalId: String? = nil, ips: [String]? = nil, namespace: String) {
                self.name = name
                self.externalId = externalId
                self.ips = ips
                self.namespace = namespace
            }
        }
        package struct Controller: Codable, Sendable, Hashable {
            package var name: String
            package var type: String
            package init(name: String, type: String) {
                self.name = name
                self.type = type
            }
        }
        package var id: String
        package var name: String?
        package var image: Image?
        package var pod: Pod?
        package var kubernetesController: Controller?
        package var serviceAccount: String?
        /// Said when the context of the container never came: the event is marked, not silently bare.
        package var incomplete: Bool?
        package init(id: String, name: String? = nil, image: Image? = nil, pod: Pod? = nil, kubernetesController: Controller? = nil, serviceAccount: String? = nil, incomplete: Bool? = nil) {
            self.id = id
            self.name = name
            self.image = image
            self.pod = pod
            self.kubernetesController = kubernetesController
            self.serviceAccount = serviceAccount
            self.incomplete = incomplete
        }
    }

    package init(
        id: String, pid: Int, name: String, command: String? = nil, path: String? = nil, executionTime: String? = nil, userName: String? = nil,
        userId: String? = nil, hash: String? = nil, sha256: String? = nil, stdin: String? = nil, stdout: String? = nil, container: Container? = nil
    ) {
        self.id = id
        self.pid = pid
        self.name = name
        self.command = command
        self.path = path
        self.executionTime = executionTime
        self.userName = userName
        self.userId = userId
        self.hash = hash
        self.sha256 = sha256
        self.stdin = stdin
        self.stdout = stdout
        self.container = container
    }
}

/// What happened, by kind. `type` is one of `ProcessStartContext`, `FileContext`, `NetworkConnectContext`, `DNSQueryContext`,
/// `SystemCallContext`; the other fields belong to one of them each.
package struct EventContext: Codable, Sendable, Hashable {
    package var type: String
    package var commandLine: String?
    package var fileName: String?
    package var remoteIP: String?
    package var remotePort: Int?
    package var query: String?
    package var systemCall: String?
    /// What is known of the container beyond what the process tree says; nil outside of containers.
    package var container: ContainerFacts?
    package init(
        type: String, commandLine: String? = nil, fileName: String? = nil, remoteIP: String? = nil, remotePort: Int? = nil, query: String? = nil, systemCall: String? = nil,
        container: ContainerFacts? = nil
    ) {
        self.type = type
        self.commandLine = commandLine
        self.fileName = fileName
        self.remoteIP = remoteIP
        self.remotePort = remotePort
        self.query = query
        self.systemCall = systemCall
        self.container = container
    }
}

/// Of the container in which it happened: image, start and mounts as runtime and pod say, labels and owners of the pod.
package struct ContainerFacts: Codable, Sendable, Hashable {
    package var runtime: String?
    package var imageRepository: String?
    package var imageTag: String?
    package var imageDigest: String?
    package var started: String?
    package var privileged: Bool?
    /// `source:destination:mode:writable:propagation`.
    package var mounts: [String]?
    package var node: String?
    package var podLabels: [String: String]?
    /// Nearest first: ReplicaSet, Deployment.
    package var owners: [ProcessNode.Container.Controller]?

    package init() {}
}
