package import Enrichment
internal import Glibc

/// The passwd and group files that a process itself would read.
package enum PasswdFiles {
    /// Read below the process's root without following links out of it. Nil when the process has gone or has none.
    package static func names(pid: UInt32) -> UserResolver.Names? {
        let root = open("/proc/\(pid)/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return nil }
        defer { close(root) }
        let etc = openat(root, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard etc >= 0 else { return nil }
        defer { close(etc) }
        func text(_ name: String) -> String? {
            // a link here would be resolved against the sensor's root, not the container's
            let fd = openat(etc, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard fd >= 0 else { return nil }
            defer { close(fd) }
            return ProcFile.read(fd: fd, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
        }
        guard let users = text("passwd") else { return nil }
        return UserResolver.Names(users: UserResolver.parse(users), groups: text("group").map { UserResolver.parse($0) } ?? [:], accounts: UserResolver.accounts(users))
    }
}
