/// The bounds that the sensor keeps: the least of what it was told, what its cgroup allows and what it allows itself.
package struct ResourceLimits: Sendable, Hashable {
    package static let memoryBytesMax: UInt64 = 300 << 20
    package static let cpuMillicoresMax = 300

    package var memoryBytes: UInt64
    package var cpuMillicores: Int

    /// - Parameters:
    ///   - memoryMiB: `POD_MEM_LIMITS`.
    ///   - cpuMillicores: `POD_CPU_LIMITS`.
    package init(memoryMiB: Int? = nil, cpuMillicores: Int? = nil, cgroup: CgroupLimits = CgroupLimits()) {
        memoryBytes = [memoryMiB.map { UInt64(max(1, $0)) << 20 }, cgroup.memoryBytes, Self.memoryBytesMax].compactMap { $0 }.min() ?? Self.memoryBytesMax
        self.cpuMillicores = max(1, [cpuMillicores, cgroup.cpuMillicores, Self.cpuMillicoresMax].compactMap { $0 }.min() ?? Self.cpuMillicoresMax)
    }
}

/// What a cgroup allows; nil where it sets no bound.
package struct CgroupLimits: Sendable, Hashable {
    package var memoryBytes: UInt64?
    package var cpuMillicores: Int?

    package init(memoryBytes: UInt64? = nil, cpuMillicores: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.cpuMillicores = cpuMillicores
    }

    /// A cgroup with much more room than the sensor takes is one that it shares with others: what they use is not the sensor's to mend.
    package var isOwn: Bool { memoryBytes.map { $0 <= 2 * ResourceLimits.memoryBytesMax } ?? false }
}
