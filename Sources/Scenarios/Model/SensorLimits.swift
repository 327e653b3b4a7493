/// What the sensor of a scenario may use, as its pod would be told. While it runs that is sampled, and crossing a bound is a failed check.
package struct SensorLimits: Sendable, Hashable {
    /// Also the bound of the cgroup that it is put into. MiB.
    package var memory: Int
    /// Millicores.
    package var cpu: Int

    package init(memory: Int = 300, cpu: Int = 300) {
        self.memory = memory
        self.cpu = cpu
    }
}
