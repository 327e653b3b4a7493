internal import Glibc

/// Why the kernel's events cannot be had. Each case is one named state of the daemon, with a message for a person.
package enum ProbeError: Error, Sendable, CustomStringConvertible {
    /// The process may not load BPF programs.
    case notPermitted(detail: String)
    /// The kernel was built without BTF, so nothing can be relocated.
    case noTypeInformation
    /// No ring buffer map (kernels before 5.8).
    case noRingBuffer
    /// A program that everything needs was refused.
    case refused(program: String, errno: Int32, log: [String])
    /// The embedded objects and this binary disagree about the layout of a message.
    case layoutMismatch(String)

    /// The state's name in statistics and heartbeats.
    package var state: String {
        switch self {
        case .notPermitted: "probes.not-permitted"
        case .noTypeInformation: "probes.no-btf"
        case .noRingBuffer: "probes.no-ring-buffer"
        case .refused: "probes.refused"
        case .layoutMismatch: "probes.layout-mismatch"
        }
    }

    package var description: String {
        switch self {
        case .notPermitted(let detail):
            "the kernel does not let this process load BPF programs (\(detail)): run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN"
        case .noTypeInformation: "the kernel has no BTF (/sys/kernel/btf/vmlinux is missing): it needs CONFIG_DEBUG_INFO_BTF=y"
        case .noRingBuffer: "the kernel has no BPF ring buffer: it needs Linux 5.8 or later"
        case .refused(let program, let error, let log):
            "the kernel refused the program \(program): \(ErrnoName.name(error))" + (log.isEmpty ? "" : "; last words: " + log.joined(separator: " | "))
        case .layoutMismatch(let what): "the probes and this binary disagree about a message: \(what)"
        }
    }
}

/// Names of errno values, as people look them up: `EPERM`.
package enum ErrnoName {
    private static let names: [Int32: String] = [
        EPERM: "EPERM", ENOENT: "ENOENT", ESRCH: "ESRCH", EINTR: "EINTR", E2BIG: "E2BIG", EAGAIN: "EAGAIN", ENOMEM: "ENOMEM", EACCES: "EACCES",
        EFAULT: "EFAULT", EBUSY: "EBUSY", EEXIST: "EEXIST", ENODEV: "ENODEV", EINVAL: "EINVAL", ENOSPC: "ENOSPC", ENOSYS: "ENOSYS", EOPNOTSUPP: "EOPNOTSUPP",
    ]
    /// - Parameter error: positive or negative errno.
    package static func name(_ error: Int32) -> String { names[abs(error)] ?? "errno \(abs(error))" }
}
