/// Where the files of this process's own cgroup are, and how they are read: both versions, and machines that have both.
/// (cgroups(7); Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files"; cgroup-v1/memory.rst, 5.2)
package struct CgroupFiles: Sendable, Hashable {
    package enum Version: Sendable { case v1, v2 }
    /// One controller's directories, the own one first, its ancestors after it.
    package struct Place: Sendable, Hashable {
        package var version: Version
        package var directories: [String]
    }

    package private(set) var memory: Place?
    package private(set) var cpu: Place?

    /// - Parameters:
    ///   - membership: the text of /proc/self/cgroup.
    ///   - mounts: the text of /proc/self/mountinfo.
    package init(membership: String, mounts: String) {
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            if controllers.contains("memory") { memory = Self.place(.v1, "memory", String(fields[2]), mounts) ?? memory }
            if controllers.contains("cpu") { cpu = Self.place(.v1, "cpu", String(fields[2]), mounts) ?? cpu }
            if fields[1].isEmpty, let unified = Self.place(.v2, "", String(fields[2]), mounts) {
                memory = memory ?? unified
                cpu = cpu ?? unified
            }
        }
    }

    // 35 31 0:32 /root/of/the/mount /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    private static func place(_ version: Version, _ controller: String, _ path: String, _ mounts: String) -> Place? {
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, fields[dash + 1] == (version == .v2 ? "cgroup2" : "cgroup") else { continue }
            guard version == .v2 || fields[dash + 3].split(separator: ",").contains(Substring(controller)) else { continue }
            let (root, point) = (String(fields[3]), String(fields[4]))
            // a container sees its own part of the tree; what lies outside it cannot be read
            guard let inside = root == "/" ? path : path == root ? "/" : path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : nil, !inside.hasPrefix("/..") else {
                return Place(version: version, directories: [point])
            }
            var directories: [String] = []
            var parts = inside.split(separator: "/")
            while !parts.isEmpty {
                directories.append(point + "/" + parts.joined(separator: "/"))
                parts.removeLast()
            }
            return Place(version: version, directories: directories + [point])
        }
        return nil
    }

    /// A bound in bytes: `max` and the numbers with which version 1 says "none" are none.
    package static func bytes(_ text: String) -> UInt64? {
        UInt64(text.filter { !$0.isWhitespace }).flatMap { $0 >= 1 << 60 ? nil : $0 }
    }

    /// Of version 2's `cpu.max`: `QUOTA PERIOD` in microseconds, or `max PERIOD`.
    package static func millicores(quotaAndPeriod text: String) -> Int? {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let quota = Int(fields[0]), let period = Int(fields[1]), quota > 0, period > 0 else { return nil }
        return max(1, Int(Double(quota) / Double(period) * 1000))
    }

    /// Pages that the kernel takes back before it kills: not counted as used, as the kubelet does not.
    package static func reclaimable(_ statistics: String, _ version: Version) -> UInt64 {
        let name = version == .v2 ? "inactive_file " : "total_inactive_file "
        for line in statistics.split(separator: "\n") where line.hasPrefix(name) { return UInt64(line.dropFirst(name.count)) ?? 0 }
        return 0
    }
}
