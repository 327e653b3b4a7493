internal import Foundation
internal import Glibc

/// The root of the unified control group hierarchy, open: where packet programs are attached to see every process.
///
/// On hybrid systems it is mounted beside the old controllers; on some it is not mounted at all, and packets are not seen. A
/// container sees its own group in the root's place (cgroup_namespaces(7)), or none, so the mounts of the host's first process are
/// looked through first.
package final class CgroupRoot {
    let descriptor: Int32

    /// nil when no unified hierarchy is mounted, or only a part of it.
    init?() {
        for (process, root) in [("1", "/proc/1/root"), ("self", "")] {
            guard let mountInfo = try? String(contentsOfFile: "/proc/\(process)/mountinfo", encoding: .utf8) else { continue }
            for path in Self.paths(in: mountInfo) {
                let candidate = open(root + path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                guard candidate >= 0 else { continue }
                if Self.isRoot(candidate) {
                    descriptor = candidate
                    return
                }
                close(candidate)
            }
        }
        return nil
    }

    deinit { close(descriptor) }

    // Every group but the root has the file (Documentation/admin-guide/cgroup-v2.rst, "Core Interface Files"); what mountinfo says of
    // the mount's root is relative to the reader's namespace.
    private static func isRoot(_ descriptor: Int32) -> Bool {
        faccessat(descriptor, "cgroup.procs", F_OK, AT_EACCESS) == 0 && faccessat(descriptor, "cgroup.events", F_OK, AT_EACCESS) != 0
    }

    /// Where hierarchies of the second version are mounted (proc(5), /proc/PID/mountinfo: after " - " stands the type).
    package static func paths(in mountInfo: String) -> [String] {
        mountInfo.split(separator: "\n").compactMap { line in
            guard let dash = line.firstRange(of: " - "), line[dash.upperBound...].hasPrefix("cgroup2 ") else { return nil }
            let fields = line[..<dash.lowerBound].split(separator: " ")
            // blanks in a mount point are written in octal
            return fields.count >= 5 ? fields[4].replacingOccurrences(of: "\\040", with: " ") : nil
        }
    }
}
