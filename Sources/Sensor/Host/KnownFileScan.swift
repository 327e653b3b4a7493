package import Events
internal import CPlatform
internal import Glibc

/// Which file each of some paths of the host, or of a container, leads to now: account tools put another file in place of the last one.
package enum KnownFileScan {
    /// O_PATH, that Glibc shows to C alone: finds the file and opens nothing.
    private static let found: Int32 = 0o10_000_000

    /// Regular files only; paths that lead to none are left out.
    package static func files(_ paths: [String]) -> [KnownFile] {
        // the host's first process, or this one where that may not be looked at
        var root: Int32 = -1
        for holder in ["1", "self"] where root < 0 { root = open("/proc/\(holder)/root", found | O_DIRECTORY | O_CLOEXEC) }
        guard root >= 0 else { return [] }
        defer { close(root) }
        return files(paths, in: root, mountsOf: ["1", "self"])
    }

    /// The same below the root of a process, out of which no link leads; nil when it has gone, or is in another mount namespace now.
    package static func files(_ paths: [String], ofProcess pid: UInt32, mountNamespace: UInt32) -> [KnownFile]? {
        let root = open("/proc/\(pid)/root", found | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return nil }
        defer { close(root) }
        guard ProcFile.namespace(pid: "\(pid)", "mnt") == mountNamespace else { return nil }
        return files(paths, in: root, mountsOf: ["\(pid)"])
    }

    private static func files(_ paths: [String], in root: Int32, mountsOf holders: [String]) -> [KnownFile] {
        var devices: [Substring: UInt32] = [:]
        for pid in holders { devices.merge(mounts(of: pid)) { first, _ in first } }
        return paths.compactMap { path in identity(of: path, in: root, devices).map { KnownFile(path: path, identity: $0) } }
    }

    // What stat(2) gives is not what the kernel counts by on every file system (overlay, btrfs): the descriptor's own page has the inode (5.14) and
    // the mount, and the list of mounts has the device.
    private static func identity(of path: String, in root: Int32, _ devices: [Substring: UInt32]) -> FileIdentity? {
        let fd = platform_open_in_root(root, path, UInt64(found | O_CLOEXEC))
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var status = stat()
        guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let page = ProcFile.text("/proc/self/fdinfo/\(fd)") else { return nil }
        var values: [Substring: Substring] = [:]
        for line in page.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        let inode = values["ino"].flatMap { UInt64($0) } ?? UInt64(status.st_ino)
        return FileIdentity(inode: inode, device: values["mnt_id"].flatMap { devices[$0] } ?? ProcessScan.kernelDevice(status.st_dev))
    }

    // proc(5): `36 35 98:0 /mnt1 /mnt2 rw,noatime ...`
    private static func mounts(of pid: String) -> [Substring: UInt32] {
        var out: [Substring: UInt32] = [:]
        for line in (ProcFile.text("/proc/\(pid)/mountinfo", limit: 4 << 20) ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 3)
            guard parts.count == 4 else { continue }
            let numbers = parts[2].split(separator: ":").compactMap { UInt32($0) }
            if numbers.count == 2 { out[parts[0]] = numbers[0] << 20 | numbers[1] }
        }
        return out
    }
}
