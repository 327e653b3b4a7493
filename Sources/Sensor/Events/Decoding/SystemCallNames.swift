internal import CProbeABI

/// Names of the system calls that probes report, by number on this architecture (arch/x86/entry/syscalls/syscall_64.tbl;
/// include/uapi/asm-generic/unistd.h for arm64).
package enum SystemCallNames {
    #if arch(x86_64)
    private static let names: [UInt32: String] = [
        32: "dup", 33: "dup2", 41: "socket", 62: "kill", 72: "fcntl", 101: "ptrace", 105: "setuid", 106: "setgid", 113: "setreuid", 114: "setregid", 117: "setresuid",
        119: "setresgid", 126: "capset", 157: "prctl", 175: "init_module", 234: "tgkill", 272: "unshare", 292: "dup3", 308: "setns", 311: "process_vm_writev",
        313: "finit_module", 319: "memfd_create", 321: "bpf", 323: "userfaultfd", 424: "pidfd_send_signal", 425: "io_uring_setup",
    ]
    #else
    private static let names: [UInt32: String] = [
        23: "dup", 24: "dup3", 25: "fcntl", 90: "capset", 97: "unshare", 105: "init_module", 117: "ptrace", 129: "kill", 131: "tgkill", 143: "setregid", 144: "setgid",
        145: "setreuid", 146: "setuid", 147: "setresuid", 149: "setresgid", 167: "prctl", 198: "socket", 268: "setns", 271: "process_vm_writev", 273: "finit_module",
        279: "memfd_create", 280: "bpf", 282: "userfaultfd", 424: "pidfd_send_signal", 425: "io_uring_setup",
    ]
    #endif

    /// No system call, but told like one.
    private static let others = [PROBE_CALL_REQUEST_MODULE.rawValue: "request_module"]

    package static func name(ofNumber number: UInt32) -> String? { names[number] ?? others[number] }
}
