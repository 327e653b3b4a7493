/// Numbers of system calls in the words of their headers, as rules compare and outputs print them.
package enum CallText {
    /// `O_RDONLY|O_TRUNC`, after include/uapi/asm-generic/fcntl.h, with the access mode first.
    package static func openFlags(_ flags: UInt32, isCreated: Bool = false) -> String {
        var out = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_RDWR"][Int(flags & 3)]
        for (bit, name) in openBits where flags & bit == bit { out += "|" + name }
        if flags & 0o100 != 0 { out += "|O_F_CREATED" }
        return out
    }

    private static let openBits: [(UInt32, String)] = [
        (0o100, "O_CREAT"), (0o200, "O_EXCL"), (0o1000, "O_TRUNC"), (0o2000, "O_APPEND"), (0o4000, "O_NONBLOCK"), (0o200000, "O_DIRECTORY"),
        (0o40000, "O_DIRECT"), (0o100000, "O_LARGEFILE"), (0o400000, "O_NOFOLLOW"), (0o2000000, "O_CLOEXEC"), (0o20200000, "O_TMPFILE"),
    ]

    /// The S_I* bits of a mode, the set-id bits first.
    package static func mode(_ mode: UInt32) -> String {
        let names = modeBits.compactMap { bit, name in mode & bit != 0 ? name : nil }
        return names.isEmpty ? "0" : names.joined(separator: "|")
    }

    private static let modeBits: [(UInt32, String)] = [
        (0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX"), (0o400, "S_IRUSR"), (0o200, "S_IWUSR"), (0o100, "S_IXUSR"), (0o40, "S_IRGRP"),
        (0o20, "S_IWGRP"), (0o10, "S_IXGRP"), (0o4, "S_IROTH"), (0o2, "S_IWOTH"), (0o1, "S_IXOTH"),
    ]

    /// `AF_PACKET`, after include/linux/socket.h.
    package static func family(_ family: UInt64) -> String { families[family] ?? String(family) }

    private static let families: [UInt64: String] = [
        0: "AF_UNSPEC", 1: "AF_UNIX", 2: "AF_INET", 3: "AF_AX25", 4: "AF_IPX", 5: "AF_APPLETALK", 9: "AF_X25", 10: "AF_INET6", 15: "AF_KEY", 16: "AF_NETLINK",
        17: "AF_PACKET", 21: "AF_RDS", 24: "AF_PPPOX", 26: "AF_LLC", 27: "AF_IB", 29: "AF_CAN", 30: "AF_TIPC", 31: "AF_BLUETOOTH", 33: "AF_RXRPC", 38: "AF_ALG",
        39: "AF_NFC", 40: "AF_VSOCK", 41: "AF_KCM", 43: "AF_SMC", 44: "AF_XDP", 45: "AF_MCTP",
    ]

    /// `CAP_SYS_ADMIN CAP_SYS_PTRACE`, after include/uapi/linux/capability.h; bits without a name are left out.
    package static func capabilities(_ bits: UInt64) -> String {
        capabilityNames.enumerated().filter { bits & 1 << UInt64($0.offset) != 0 }.map { "CAP_" + $0.element }.joined(separator: " ")
    }

    /// Those that every kernel of today has, up to CAP_AUDIT_READ (3.16), but CAP_SYS_RESOURCE: nodes that are containers themselves do not have it to give.
    package static let allCapabilities: UInt64 = (1 << 38 - 1) & ~(1 << 24)

    private static let capabilityNames = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ]

    /// `PTRACE_ATTACH`, after include/uapi/linux/ptrace.h and arch/x86/include/uapi/asm/ptrace-abi.h.
    package static func ptraceRequest(_ request: UInt64) -> String { ptraceRequests[request] ?? String(request) }

    private static let ptraceRequests: [UInt64: String] = [
        0: "PTRACE_TRACEME", 1: "PTRACE_PEEKTEXT", 2: "PTRACE_PEEKDATA", 3: "PTRACE_PEEKUSR", 4: "PTRACE_POKETEXT", 5: "PTRACE_POKEDATA",
        6: "PTRACE_POKEUSR", 7: "PTRACE_CONT", 8: "PTRACE_KILL", 9: "PTRACE_SINGLESTEP", 12: "PTRACE_GETREGS", 13: "PTRACE_SETREGS",
        14: "PTRACE_GETFPREGS", 15: "PTRACE_SETFPREGS", 16: "PTRACE_ATTACH", 17: "PTRACE_DETACH", 24: "PTRACE_SYSCALL", 0x4200: "PTRACE_SETOPTIONS",
        0x4204: "PTRACE_GETREGSET", 0x4205: "PTRACE_SETREGSET", 0x4206: "PTRACE_SEIZE", 0x4207: "PTRACE_INTERRUPT",
    ]

    /// `CLONE_NEWUSER|CLONE_NEWNS`, after include/uapi/linux/sched.h.
    package static func cloneFlags(_ flags: UInt64) -> String {
        let names = cloneBits.compactMap { bit, name in flags & bit != 0 ? name : nil }
        return names.isEmpty ? "0" : names.joined(separator: "|")
    }

    private static let cloneBits: [(UInt64, String)] = [
        (0x100, "CLONE_VM"), (0x200, "CLONE_FS"), (0x400, "CLONE_FILES"), (0x800, "CLONE_SIGHAND"), (0x4000, "CLONE_VFORK"), (0x8000, "CLONE_PARENT"),
        (0x1_0000, "CLONE_THREAD"), (0x2_0000, "CLONE_NEWNS"), (0x200_0000, "CLONE_NEWCGROUP"), (0x400_0000, "CLONE_NEWUTS"), (0x800_0000, "CLONE_NEWIPC"),
        (0x1000_0000, "CLONE_NEWUSER"), (0x2000_0000, "CLONE_NEWPID"), (0x4000_0000, "CLONE_NEWNET"),
    ]

    /// `BPF_PROG_LOAD`, after include/uapi/linux/bpf.h.
    package static func bpfCommand(_ command: UInt64) -> String {
        let names = [
            "BPF_MAP_CREATE", "BPF_MAP_LOOKUP_ELEM", "BPF_MAP_UPDATE_ELEM", "BPF_MAP_DELETE_ELEM", "BPF_MAP_GET_NEXT_KEY", "BPF_PROG_LOAD", "BPF_OBJ_PIN",
            "BPF_OBJ_GET", "BPF_PROG_ATTACH", "BPF_PROG_DETACH",
        ]
        return command < UInt64(names.count) ? names[Int(command)] : String(command)
    }

    /// `SIGKILL`, after signal(7), numbers of x86 and arm64.
    package static func signal(_ number: UInt64) -> String {
        let names = [
            "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE",
            "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU",
        ]
        return number > 0 && number < UInt64(names.count) ? names[Int(number)] : String(number)
    }

    /// `SUCCESS`, `ENOENT`, ...: the result of a call as rules name it; after include/uapi/asm-generic/errno-base.h and errno.h.
    package static func result(_ result: Int64) -> String {
        guard result < 0 else { return "SUCCESS" }
        return errors[result] ?? String(result)
    }

    private static let errors: [Int64: String] = [
        -1: "EPERM", -2: "ENOENT", -3: "ESRCH", -4: "EINTR", -5: "EIO", -6: "ENXIO", -7: "E2BIG", -8: "ENOEXEC", -9: "EBADF", -11: "EAGAIN", -12: "ENOMEM",
        -13: "EACCES", -14: "EFAULT", -16: "EBUSY", -17: "EEXIST", -18: "EXDEV", -19: "ENODEV", -20: "ENOTDIR", -21: "EISDIR", -22: "EINVAL",
        -24: "EMFILE", -25: "ENOTTY", -26: "ETXTBSY", -27: "EFBIG", -28: "ENOSPC", -30: "EROFS", -32: "EPIPE", -36: "ENAMETOOLONG", -38: "ENOSYS",
        -40: "ELOOP", -98: "EADDRINUSE", -99: "EADDRNOTAVAIL", -101: "ENETUNREACH", -104: "ECONNRESET", -110: "ETIMEDOUT", -111: "ECONNREFUSED",
        -113: "EHOSTUNREACH", -115: "EINPROGRESS",
    ]
}
