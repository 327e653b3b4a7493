package import Foundations

/// What a sensor is: said at registration. Does not change while it runs.
package struct SensorFacts: Sendable, Hashable {
    package var name: String
    package var sensorVersion: String
    package var protocolVersion = "1"
    package var clusterName: String = ""
    package var labels: [String: String] = [:]
    package var hostname: String = ""
    package var operatingSystem: String = ""
    package var kernelVersion: String = ""
    package var architecture: String = ""
    package var cores: Int = 0
    package var memoryBytes: UInt64 = 0
    package var machineID: String = ""
    package var bootID: String = ""
    package var externalID: String = ""

    /// - Parameter name: the node's name.
    package init(name: String, sensorVersion: String) {
        self.name = name
        self.sensorVersion = sensorVersion
    }
}

/// How a sensor is: asked for at each heartbeat.
package struct SensorHealth: Sendable, Equatable {
    package struct Queue: Sendable, Hashable {
        package var name: String
        package var depth: Int
        package var capacity: Int
        package var dropped: UInt64
        package init(name: String, depth: Int, capacity: Int, dropped: UInt64) {
            self.name = name
            self.depth = depth
            self.capacity = capacity
            self.dropped = dropped
        }
    }

    package var hookSet: String = ""
    package var visibilityLevel: String = "full"
    package var uptime: Duration = .zero
    /// Events seen, by kind.
    package var seen: [String: UInt64] = [:]
    /// What was lost, by kind or place and cause.
    package var losses = Ledger()
    package var queues: [Queue] = []
    package var residentBytes: UInt64 = 0
    package var cpuMillicores: UInt32 = 0

    package init() {}
}
