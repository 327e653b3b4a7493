/// What the sensor uses at one moment, as the shell read it. Counters only grow.
package struct GovernorReadings: Sendable, Hashable {
    package struct Queue: Sendable, Hashable {
        package var name: String
        package var depth: Int
        package var capacity: Int
        /// Refused since the start.
        package var refused: UInt64
        package init(name: String, depth: Int, capacity: Int, refused: UInt64) {
            self.name = name
            self.depth = depth
            self.capacity = capacity
            self.refused = refused
        }
        var fill: Double { capacity > 0 ? Double(depth) / Double(capacity) : 0 }
    }

    /// CPU time of the process since it started.
    package var cpuNanoseconds: UInt64 = 0
    package var residentBytes: UInt64 = 0
    /// What its cgroup uses without what can be reclaimed; nil when the cgroup is not its own.
    package var cgroupBytes: UInt64?
    /// The fullest the ring buffer was since the last readings, 0 to 1.
    package var ringFill: Double = 0
    /// Messages that the kernel had no room for, since the start.
    package var ringLost: UInt64 = 0
    package var queues: [Queue] = []

    package init() {}
}
