package import Governor

/// The cgroup that this process runs in: what it allows, and what it uses.
package struct OwnCgroup: Sendable {
    private let files: CgroupFiles

    package init() {
        files = CgroupFiles(membership: ProcFile.text("/proc/self/cgroup") ?? "", mounts: ProcFile.text("/proc/self/mountinfo", limit: 1 << 20) ?? "")
    }

    /// The least of the own bounds and those of the groups around it.
    package func limits() -> CgroupLimits {
        var out = CgroupLimits()
        if let place = files.memory {
            let name = place.version == .v2 ? "memory.max" : "memory.limit_in_bytes"
            out.memoryBytes = place.directories.compactMap { Self.text($0, name).flatMap(CgroupFiles.bytes) }.min()
        }
        if let place = files.cpu {
            out.cpuMillicores = place.directories.compactMap { directory in
                if place.version == .v2 { return Self.text(directory, "cpu.max").flatMap { CgroupFiles.millicores(quotaAndPeriod: $0) } }
                guard let quota = Self.text(directory, "cpu.cfs_quota_us"), let period = Self.text(directory, "cpu.cfs_period_us") else { return nil }
                return CgroupFiles.millicores(quotaAndPeriod: quota + " " + period)
            }.min()
        }
        return out
    }

    /// What the group uses without what the kernel can take back at once; nil where it cannot be read.
    package func memoryBytes() -> UInt64? {
        guard let place = files.memory, let directory = place.directories.first,
            let used = Self.text(directory, place.version == .v2 ? "memory.current" : "memory.usage_in_bytes").flatMap(CgroupFiles.bytes)
        else { return nil }
        let reclaimable = CgroupFiles.reclaimable(Self.text(directory, "memory.stat") ?? "", place.version)
        return used > reclaimable ? used - reclaimable : 0
    }

    private static func text(_ directory: String, _ name: String) -> String? { ProcFile.text(directory + "/" + name) }
}
