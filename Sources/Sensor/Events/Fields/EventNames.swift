/// The system call names under which rules know an event.
///
/// A hook often serves several calls that do the same (`open`, `openat`, `openat2`), and the message does not say which one it
/// was: a rule that names any of them means the event.
package enum EventNames {
    /// What `evt.type` prints for a kind, and the other names that stand for it.
    package static func names(of kind: EventKind) -> [String] {
        switch kind {
        case .exec: ["execve", "execveat"]
        case .fork: ["clone", "clone3", "fork", "vfork"]
        case .exit: ["procexit", "exit", "exit_group"]
        case .open, .openFailed: ["openat", "open", "openat2", "creat", "open_by_handle_at"]
        case .connect: ["connect"]
        case .accept: ["accept4", "accept"]
        case .listen: ["listen"]
        case .bind: ["bind"]
        case .rename: ["rename", "renameat", "renameat2"]
        case .unlink: ["unlink", "unlinkat"]
        case .link: ["link", "linkat"]
        case .symlink: ["symlink", "symlinkat"]
        case .mkdir: ["mkdir", "mkdirat"]
        case .rmdir: ["rmdir"]
        case .chmod: ["chmod", "fchmodat", "fchmod", "fchmodat2"]
        case .chown: ["chown", "lchown", "fchown", "fchownat"]
        case .truncate: ["truncate", "ftruncate"]
        case .setxattr: ["setxattr", "lsetxattr", "fsetxattr", "setxattrat"]
        case .mount: ["mount"]
        case .umount: ["umount2", "umount"]
        case .library: ["library", "mmap", "mmap2"]
        case .datagram: ["sendto", "sendmsg", "sendmmsg"]
        case .dns: ["dns"]
        case .ptrace: ["ptrace"]
        case .unshare: ["unshare"]
        case .setns: ["setns"]
        case .memfd: ["memfd_create"]
        case .bpf: ["bpf"]
        case .vmWrite: ["process_vm_writev"]
        case .userfaultfd: ["userfaultfd"]
        case .dup: ["dup2", "dup", "dup3", "fcntl"]
        case .ioUring: ["io_uring_setup"]
        case .setuid: ["setuid", "setresuid", "setreuid"]
        case .setgid: ["setgid", "setresgid", "setregid"]
        case .capset: ["capset"]
        case .processRename: ["prctl"]
        case .kill: ["kill", "tgkill", "pidfd_send_signal"]
        case .module: ["init_module", "finit_module", "request_module"]
        case .utimes: ["utimensat", "utime", "utimes", "futimesat"]
        case .chdir: ["chdir", "fchdir"]
        case .packetSocket, .socket: ["socket"]
        }
    }

    /// The name that the event itself carries, where its message says so exactly; else the first of the kind's names.
    package static func name(of event: Event) -> String {
        if case .systemCall(let call) = event.details, isExact(event.kind) { return call.name }
        return names(of: event.kind)[0]
    }

    /// Whether messages of this kind say which of several calls was made.
    package static func isExact(_ kind: EventKind) -> Bool {
        switch kind {
        case .dup, .setuid, .setgid, .kill, .module: true
        default: false
        }
    }

    /// The kinds that a name may stand for: empty for a system call that no hook sees.
    package static func kinds(named name: String) -> Set<EventKind> { byName[name] ?? [] }

    private static let byName: [String: Set<EventKind>] = {
        var out: [String: Set<EventKind>] = [:]
        for kind in EventKind.allCases { for name in names(of: kind) { out[name, default: []].insert(kind) } }
        // removing a directory by unlinkat is reported as rmdir only when the flags say so
        out["unlinkat"]?.insert(.rmdir)
        return out
    }()
}
